package dev.weft.message;

import static dev.weft.message.WireBytes.join;
import static dev.weft.message.WireBytes.written;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.DataInputStream;
import java.net.ProtocolException;
import java.util.Arrays;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bytes in front of a magic are skipped, wherever the network cuts them (SPEC PR-W10; the original lost the stream, PR-BUG-3). */
@Timeout(30)
class WireResynchronisationTest {
    private static final Message FIRST = Message.of("client msg", "hello world!");
    private static final Message SECOND = Message.of("server response", "x").id(5).stream(3);

    @ParameterizedTest
    @ValueSource(strings = {"x", "W", "<", "<<", "<<<", "<<<<<", "<x", "x<", "W<", "<>W<", "WW<<", "< W", "\0\0\0", "xyz", "\u00ff<\u00ff",
            "W<<x<<", "GET / HTTP/1.1\r\nHost: <example>\r\n\r\n"})
    @DisplayName("PR-W10: whatever stands in front, and however the stream is cut in two")
    void whateverStandsInFront(String garbage) throws Exception {
        var bytes = join(garbage.getBytes(ISO_8859_1), written(FIRST), garbage.getBytes(ISO_8859_1), written(SECOND));
        for (int cut = 0; cut <= bytes.length; cut++) {
            var in = new DataInputStream(FramePieces.cutAt(bytes, cut));
            assertThat(Message.framing().read(in)).as("cut at %d", cut).isEqualTo(FIRST);
            assertThat(Message.framing().read(in)).as("cut at %d", cut).isEqualTo(SECOND);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "<", "<<", "W<", "xyz<x", "<<<"})
    @DisplayName("PR-W10: from a socket, byte by byte")
    void fromASocketByteByByte(String garbage) throws Exception {
        try (var server = new WireServer(); var peer = WirePeer.to(server.server())) {
            peer.sayByteByByte(join(garbage.getBytes(ISO_8859_1), written(FIRST), garbage.getBytes(ISO_8859_1), written(SECOND)));
            assertThat(server.next()).isEqualTo(FIRST);
            assertThat(server.next()).isEqualTo(SECOND);
        }
    }

    @Test
    @DisplayName("PR-W10: a lone < that waits in the buffer begins the magic when its W comes")
    void aLoneFirstByteIsKept() throws Exception {
        try (var server = new WireServer(); var peer = WirePeer.to(server.server())) {
            peer.say(join(written(FIRST), "xxxx<".getBytes(ISO_8859_1)));
            assertThat(server.next()).isEqualTo(FIRST); // the < has come in the same segment
            var rest = written(SECOND);
            peer.say(Arrays.copyOfRange(rest, 1, rest.length));
            assertThat(server.next()).isEqualTo(SECOND);
        }
    }

    @Test
    @DisplayName("PR-W10: the magic inside data is data")
    void theMagicInsideDataIsData() throws Exception {
        var tricky = Message.of("client msg", join(written(SECOND), "<W<".getBytes(ISO_8859_1)));
        try (var server = new WireServer(); var peer = WirePeer.to(server.server())) {
            peer.say(join(written(tricky), "<".getBytes(ISO_8859_1), written(FIRST)));
            assertThat(server.next()).isEqualTo(tricky);
            assertThat(server.next()).isEqualTo(FIRST);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 99, 100})
    @DisplayName("PR-W10, PR-W12: so much may be skipped as a message may be long")
    void asMuchAsTheLimitMayBeSkipped(int garbage) throws Exception {
        var framing = Message.framing().limit(100);
        var in = new DataInputStream(FramePieces.cutAt(join(new byte[garbage], written(FIRST)), 1));
        assertThat(framing.read(in)).isEqualTo(FIRST);
    }

    @Test
    @DisplayName("PR-W10, PR-W12: garbage without end is refused")
    void garbageWithoutEndIsRefused() throws Exception {
        var framing = Message.framing().limit(100);
        var in = new DataInputStream(FramePieces.cutAt(join(new byte[1_000], written(FIRST)), 500));
        assertThatThrownBy(() -> framing.read(in)).isInstanceOf(ProtocolException.class).hasMessageContaining("100 bytes");
    }
}
