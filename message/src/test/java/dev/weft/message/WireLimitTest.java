package dev.weft.message;

import static dev.weft.message.WireBytes.frame;
import static dev.weft.message.WireBytes.header;
import static dev.weft.message.WireBytes.hex;
import static dev.weft.message.WireBytes.join;
import static dev.weft.message.WireBytes.read;
import static dev.weft.message.WireBytes.written;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.lang.management.ManagementFactory;
import java.net.ProtocolException;
import java.time.Duration;
import java.util.ArrayList;

import com.google.protobuf.CodedOutputStream;
import com.sun.management.ThreadMXBean;
import dev.weft.net.Connection;
import dev.weft.net.LifeState;
import dev.weft.net.Server;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How long a message may be, and what a stream costs that promises more than it keeps (SPEC PR-W12, PR-W13). */
@Timeout(60)
class WireLimitTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** What a read may allocate that has seen some bytes of a body: a read buffer or two, and the exception. */
    private static final long A_LITTLE = 256 << 10;

    /** A message whose body has this many bytes. */
    private static Message ofSize(int body) {
        return Message.of(1, new byte[body - 3 - CodedOutputStream.computeUInt32SizeNoTag(body)]);
    }

    @Test
    @DisplayName("PR-W12: a body as long as the limit is read and written, and one byte more is refused")
    void theLimitIsTheBodys() throws Exception {
        var framing = Message.framing().limit(100);
        var most = ofSize(100);
        assertThat(written(most)).hasSize(106);
        assertThat(read(framing, written(most))).isEqualTo(most);
        framing.write(most, new DataOutputStream(new ByteArrayOutputStream()));

        var tooLong = ofSize(101);
        assertThatThrownBy(() -> read(framing, written(tooLong))).isInstanceOf(ProtocolException.class).hasMessageContaining("101 bytes")
                .hasMessageContaining("100 bytes");
        assertThatIllegalArgumentException().isThrownBy(() -> framing.write(tooLong, new DataOutputStream(new ByteArrayOutputStream())))
                .withMessageContaining("101 bytes").withMessageContaining("100 bytes");
    }

    @Test
    @DisplayName("PR-W12: the limit is 16 MiB unless said otherwise")
    void theDefaultLimitIsSixteenMebibytes() throws Exception {
        assertThat(Message.framing().limit()).isEqualTo(16 << 20).isEqualTo(Message.DEFAULT_LIMIT);
        var most = ofSize(16 << 20);
        assertThat(read(Message.framing(), written(most))).isEqualTo(most);
        assertThatThrownBy(() -> read(Message.framing(), header((16 << 20) + 1))).isInstanceOf(ProtocolException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"3c57 01000001", "3c57 7fffffff", "3c57 80000000", "3c57 ffffffff"})
    @DisplayName("PR-W1, PR-W12: a length is unsigned, and a server closes on one above the limit")
    void aLengthAboveTheLimitClosesTheConnection(String header) throws Exception {
        try (var server = new WireServer(); var peer = WirePeer.to(server.server())) {
            peer.say(hex(header));
            assertThat(peer.hearAll()).isEmpty();
            assertThat(server.failure()).isInstanceOf(ProtocolException.class)
                    .hasMessageContaining(Long.toString(Long.parseLong(header.substring(5), 16)));
        }
    }

    @Test
    @DisplayName("PR-W12: Messages.limit holds for a server and for a client, in both directions")
    void theLimitOfMessagesHoldsInBothDirections() throws Exception {
        var narrow = new Messages().limit(100).on(1, (m, peer) -> peer.send(m.data().length == 0 ? ofSize(101).id(m.id()) : m))
                .observer(Observed.failure((failure, peer) -> failure instanceof IllegalArgumentException));
        try (var server = narrow.open(Server.tcp("localhost", 0).observer(new WireFailures())).start();
                var peer = new Messages().open(Connection.to(server.address()));
                var limited = new Messages().limit(50).open(Connection.to(server.address()))) {
            assertThat(peer.request(ofSize(90), PATIENCE).data()).hasSize(ofSize(90).data().length);
            peer.send(Message.of(1, new byte[0])); // the reply is too long; the connection lives (PR-W5: nothing is sent)
            assertThat(peer.request(ofSize(90), PATIENCE).type()).isEqualTo(1);

            assertThatIllegalArgumentException().isThrownBy(() -> limited.send(ofSize(51)));
            assertThat(limited.request(ofSize(40), PATIENCE).type()).isEqualTo(1);

            peer.send(ofSize(101));
            peer.join();
            assertThat(peer.state()).isEqualTo(LifeState.ENDED);
            assertThat(limited.connected()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 10, 5_000})
    @DisplayName("PR-W12, PR-W13, PR-BUG-5: a header alone allocates nothing, however much it promises")
    void aHeaderAloneAllocatesNothing(int come) throws Exception {
        var bytes = join(header(16 << 20), new byte[come]);
        read(Message.framing(), WireVector.HELLO.bytes()); // what is loaded once is loaded now
        var before = THREADS.getCurrentThreadAllocatedBytes();
        assertThatThrownBy(() -> read(Message.framing(), bytes)).isInstanceOf(EOFException.class);
        assertThat(THREADS.getCurrentThreadAllocatedBytes() - before).isLessThan(A_LITTLE);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 10, 5_000})
    @DisplayName("PR-W12, PR-W13: nor does it on a connection")
    void aHeaderAloneAllocatesNothingOnAConnection(int come) throws Exception {
        try (var listener = WirePeer.listener();
                var client = Connection.to("localhost", listener.getLocalPort()).open();
                var peer = WirePeer.from(listener)) {
            var frames = client.frames(Message.framing());
            peer.say(WireVector.HELLO.bytes());
            frames.read();
            peer.say(join(header(16 << 20), new byte[come]));
            peer.end();
            var before = THREADS.getCurrentThreadAllocatedBytes();
            assertThatThrownBy(frames::read).isInstanceOf(ProtocolException.class);
            assertThat(THREADS.getCurrentThreadAllocatedBytes() - before).isLessThan(A_LITTLE);
        }
    }

    @Test
    @DisplayName("PR-W12: connections that promise more than there is memory leave room for the others")
    void manyPromisesLeaveRoom() throws Exception {
        var enough = Math.min(400, 10 + (int) (Runtime.getRuntime().maxMemory() / (16 << 20)));
        var messages = new Messages().on("client msg", (m, peer) -> peer.send(m));
        var failures = new WireFailures();
        try (var server = messages.open(Server.tcp("localhost", 0).observer(failures)).start();
                var other = new Messages().open(Connection.to(server.address()))) {
            var promises = new ArrayList<WirePeer>();
            for (int i = 0; i < enough; i++) {
                var peer = WirePeer.to(server);
                promises.add(peer);
                peer.say(join(WireVector.HELLO.bytes(), header(16 << 20), new byte[1_000]));
                peer.hear(1); // it reads the next message now
            }
            assertThat(other.request("client msg", "x", PATIENCE).text()).isEqualTo("x");
            assertThat(server.stats().active()).isEqualTo(enough + 1);
            assertThat(failures.isEmpty()).isTrue();
            for (var peer : promises) {
                peer.close();
            }
            HostileStage.eventually().untilAsserted(() -> assertThat(server.stats().active()).isEqualTo(1));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"3c", "3c57", "3c57 00", "3c57 00000014", "3c57 00000014 10ac93",
            "3c57 00000014 10ac93f98c04 1a0c68656c6c6f20776f72", "78", "783c"})
    @DisplayName("PR-W13, PR-BUG-4: the end of the stream inside a header or a body ends the connection at once")
    void theEndInsideAFrameEndsTheConnection(String torn) throws Exception {
        try (var server = new WireServer(); var peer = WirePeer.to(server.server())) {
            peer.say(join(WireVector.HELLO.bytes(), hex(torn)));
            peer.end();
            assertThat(server.next()).isEqualTo(WireVector.HELLO.message());
            assertThat(peer.hearAll()).isEmpty();
            assertThat(server.failure()).isInstanceOf(ProtocolException.class).hasMessageContaining("ended inside a message");
            HostileStage.eventually().untilAsserted(() -> assertThat(server.server().stats().active()).isZero());
        }
    }

    @Test
    @DisplayName("PR-W13: the end of the stream between two frames is no failure")
    void theEndBetweenFramesIsNoFailure() throws Exception {
        try (var server = new WireServer(); var peer = WirePeer.to(server.server())) {
            peer.say(WireVector.HELLO.bytes());
            peer.end();
            assertThat(peer.hearAll()).isEmpty();
            assertThat(server.next()).isEqualTo(WireVector.HELLO.message());
            assertThat(server.hasMore()).isFalse();
        }
    }

    @Test
    @DisplayName("PR-W12: a limit of zero lets the empty message through, and a negative one is refused")
    void limitsAtTheEdge() throws Exception {
        assertThat(read(Message.framing().limit(0), frame(new byte[0]))).isEqualTo(new Message(0, 0, new byte[0], 0));
        assertThatThrownBy(() -> read(Message.framing().limit(0), frame(new byte[1]))).isInstanceOf(ProtocolException.class);
        assertThatIllegalArgumentException().isThrownBy(() -> new Messages().limit(-1));
    }

    @Test
    @DisplayName("PR-W12: a body longer than any buffer arrives")
    void aLongBodyArrives() throws Exception {
        var data = new byte[5 << 20];
        for (int i = 0; i < data.length; i++) {
            data[i] = (byte) ((i * 31) >>> 7);
        }
        var m = Message.of("client msg", data).id(Long.MAX_VALUE).stream(2);
        try (var server = new WireServer(); var client = Connection.to(server.server().address()).open()) {
            client.frames(Message.framing()).write(m);
            assertThat(server.next()).isEqualTo(m);
        }
    }
}
