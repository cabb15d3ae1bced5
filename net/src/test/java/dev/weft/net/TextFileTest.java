package dev.weft.net;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ProtocolException;
import java.nio.charset.Charset;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A connection as Python's makefile gives it: SPEC CH-12. */
@Timeout(30)
class TextFileTest {
    private static final Charset GBK = Charset.forName("GBK");

    @Test
    void theMakefileExampleOfTheGroupChat() throws IOException {
        // SPEC CH-12: "hello\n" -> "hello\n###".
        try (var acceptor = Server.tcp("localhost", 0).listen(); var client = Connection.to(acceptor.address()).open()) {
            client.send("hello\n");
            try (var c = acceptor.accept()) {
                var file = c.text(UTF_8);
                file.write(file.readLine() + "###");
            }
            assertThat(client.text(UTF_8).read()).isEqualTo("hello\n###");
        }
    }

    @Test
    void aLineKeepsItsEndAndIsEmptyAtTheEndOfTheStream() throws IOException {
        for (int longest : new int[] {1, 2, 100}) {
            try (var c = ScriptedPeer.stuttering("one\n\ntwo".getBytes(UTF_8), longest, new Random(1)).connect()) {
                var file = c.text(UTF_8);
                assertThat(file.readLine()).isEqualTo("one\n");
                assertThat(file.readLine()).isEqualTo("\n");
                assertThat(file.readLine()).isEqualTo("two");
                assertThat(file.readLine()).isEmpty();
                assertThat(file.readLine()).isEmpty();
                assertThat(file.read()).isEmpty();
            }
        }
    }

    @Test
    void crLfIsReadAsLf() throws IOException {
        for (int longest : new int[] {1, 2, 3, 100}) {
            try (var c = ScriptedPeer.stuttering("a\r\nb\r\n\r\nc\rd\r\n".getBytes(UTF_8), longest, new Random(2)).connect()) {
                var file = c.text(UTF_8);
                assertThat(file.readLine()).isEqualTo("a\n");
                assertThat(file.read()).isEqualTo("b\n\nc\rd\n");
            }
        }
    }

    @Test
    void allOfItIsReadInAnyCharset() throws IOException {
        var text = "中文 text\n第二行\n".repeat(1_000);
        for (int longest : new int[] {1, 7, 9_000}) {
            try (var c = ScriptedPeer.stuttering(text.getBytes(GBK), longest, new Random(3)).connect()) {
                assertThat(c.text(GBK).readLine()).isEqualTo("中文 text\n");
                assertThat(c.text(GBK).read()).isEqualTo(text.substring(8));
            }
        }
    }

    @Test
    void aWriteIsEncodedAndHasLeft() throws IOException {
        var peer = ScriptedPeer.saying();
        try (var c = peer.connect()) {
            c.text(GBK).write("中文\n");
            assertThat(peer.heard()).isEqualTo("中文\n".getBytes(GBK));
        }
    }

    @Test
    void itMixesWithTheOtherViews() throws IOException {
        try (var c = ScriptedPeer.saying("a\nb\nc\nrest".getBytes(UTF_8)).connect()) {
            assertThat(c.text(UTF_8).readLine()).isEqualTo("a\n");
            assertThat(c.readLine()).isEqualTo("b");
            assertThat(c.text(UTF_8).readLine()).isEqualTo("c\n");
            assertThat(c.receive(4)).isEqualTo("rest".getBytes(UTF_8));
        }
    }

    @Test
    void theLimitHoldsForALine() throws IOException {
        assertThat(readLine("12345\n")).isEqualTo("12345\n");
        assertThatThrownBy(() -> readLine("123456\n")).isInstanceOf(ProtocolException.class).hasMessageContaining("limit of 5 bytes");
    }

    @Test
    void theLimitHoldsForAllThatIsRead() throws IOException {
        assertThat(readAll("12345")).isEqualTo("12345");
        assertThatThrownBy(() -> readAll("123456")).isInstanceOf(ProtocolException.class).hasMessageContaining("limit of 5 bytes");
    }

    @Test
    void theLimitCountsBytesAndNotCharacters() throws IOException {
        assertThat(readAll("中é")).isEqualTo("中é");
        assertThatThrownBy(() -> readAll("中文")).isInstanceOf(ProtocolException.class);
    }

    @Test
    void theDefaultLimitIsOneMebibyte() throws IOException {
        var most = "x".repeat(1 << 20);
        try (var c = ScriptedPeer.saying(most.getBytes(UTF_8)).connect()) {
            assertThat(c.text(UTF_8).read()).isEqualTo(most);
        }
        try (var c = ScriptedPeer.saying((most + "x").getBytes(UTF_8)).connect()) {
            assertThatThrownBy(c.text(UTF_8)::read).isInstanceOf(ProtocolException.class);
        }
    }

    private static String readLine(String stream) throws IOException {
        try (var c = ScriptedPeer.saying(stream.getBytes(UTF_8)).connect()) {
            return c.text(UTF_8).limit(5).readLine();
        }
    }

    private static String readAll(String stream) throws IOException {
        try (var c = ScriptedPeer.saying(stream.getBytes(UTF_8)).connect()) {
            return c.text(UTF_8).limit(5).read();
        }
    }
}
