package dev.weft.message;

import static dev.weft.message.WireBytes.join;
import static dev.weft.message.WireBytes.written;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import dev.weft.net.Connection;
import dev.weft.net.Server;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Frames arrive whole and in order, however they are cut, joined or written at once (SPEC PR-W9, PR-W14). */
@Timeout(60)
class WireOrderTest {
    private static final int SENDERS = 16;
    private static final int EACH = 200;

    /** The n-th message of a sender: up to 20 KB, so that some writes are long and some are short. */
    private static Message numbered(int sender, int n) {
        var data = new byte[(n * 37 + sender * 101) % 97 * (n % 10 == 0 ? 200 : 3)];
        Arrays.fill(data, (byte) n);
        return new Message(n, sender, data, 0);
    }

    @Test
    @DisplayName("PR-W9: a frame in single bytes")
    void aFrameInSingleBytes() throws Exception {
        try (var server = new WireServer(); var peer = WirePeer.to(server.server())) {
            for (var vector : WireVector.ALL) {
                peer.sayByteByByte(vector.bytes());
                assertThat(server.next()).isEqualTo(vector.message());
            }
        }
    }

    @Test
    @DisplayName("PR-W9: many frames in one segment, far more than a kilobyte (PR-BUG-2)")
    void manyFramesInOneSegment() throws Exception {
        var frames = IntStream.range(0, 2_000).mapToObj(n -> written(numbered(1, n))).toArray(byte[][]::new);
        try (var server = new WireServer(); var peer = WirePeer.to(server.server())) {
            peer.say(join(frames));
            for (int n = 0; n < frames.length; n++) {
                assertThat(server.next()).isEqualTo(numbered(1, n));
            }
        }
    }

    @Test
    @DisplayName("PR-W9: frames cut at every place of a header, with others in front and behind")
    void framesCutAtEveryPlaceOfAHeader() throws Exception {
        var one = WireVector.HELLO.bytes();
        try (var server = new WireServer(); var peer = WirePeer.to(server.server())) {
            for (int cut = 1; cut < 8; cut++) {
                peer.say(join(one, Arrays.copyOf(one, cut)));
                assertThat(server.next()).isEqualTo(WireVector.HELLO.message()); // so the first part has been read by now
                peer.say(join(Arrays.copyOfRange(one, cut, one.length), one));
                assertThat(server.next()).isEqualTo(WireVector.HELLO.message());
                assertThat(server.next()).isEqualTo(WireVector.HELLO.message());
            }
        }
    }

    @Test
    @DisplayName("PR-W14, PR-BUG-6: what many threads send through one client is not interleaved, and each thread's order is kept")
    void manySendersOfAClient() throws Exception {
        try (var listener = WirePeer.listener();
                var client = new Messages().open(Connection.to("localhost", listener.getLocalPort()));
                var peer = WirePeer.from(listener)) {
            try (var senders = Executors.newVirtualThreadPerTaskExecutor()) {
                var sent = send(senders, client);
                assertWhole(peer);
                for (var one : sent) {
                    one.get(10, TimeUnit.SECONDS);
                }
            }
        }
    }

    @Test
    @DisplayName("PR-W14: nor what hooks beside the reader and other threads send through one server connection")
    void manySendersOfAServer() throws Exception {
        var peers = new LinkedBlockingQueue<Peer>();
        try (var server = new Messages().observer(Observed.open(peers::add)).open(Server.tcp("localhost", 0)).start();
                var peer = WirePeer.to(server)) {
            var there = peers.take();
            try (var senders = Executors.newFixedThreadPool(SENDERS)) {
                var sent = send(senders, there);
                assertWhole(peer);
                for (var one : sent) {
                    one.get(10, TimeUnit.SECONDS);
                }
            }
        }
    }

    private static List<Future<?>> send(ExecutorService senders, Peer peer) {
        var sent = new ArrayList<Future<?>>();
        for (int s = 1; s <= SENDERS; s++) {
            var sender = s;
            sent.add(senders.submit(() -> {
                for (int n = 0; n < EACH; n++) {
                    peer.send(numbered(sender, n));
                }
                return sender;
            }));
        }
        return sent;
    }

    /** Reads from a plain socket, with a reader that stops at the first byte out of place. */
    private static void assertWhole(WirePeer peer) throws IOException {
        Map<Integer, Integer> next = new HashMap<>();
        for (int i = 0; i < SENDERS * EACH; i++) {
            var header = peer.hear(6);
            assertThat(header).startsWith('<', 'W');
            var length = ((header[2] & 0xff) << 24) | ((header[3] & 0xff) << 16) | ((header[4] & 0xff) << 8) | (header[5] & 0xff);
            var m = WireBytes.parsed(peer.hear(length));
            var n = next.merge(m.type(), 1, Integer::sum) - 1;
            assertThat(m).isEqualTo(numbered(m.type(), n));
        }
        assertThat(next).hasSize(SENDERS);
    }
}
