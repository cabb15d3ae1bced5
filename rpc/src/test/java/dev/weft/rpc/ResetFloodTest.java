package dev.weft.rpc;

import static dev.weft.rpc.RouteService.point;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.SocketException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

import dev.weft.rpc.Http2Peer.Frame;
import dev.weft.rpc.routeguide.RouteGuide;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** With the profile matrix, ten times as many. */
@DisplayName("5,000 streams that are begun and reset leave memory bounded and other clients served")
@Timeout(300)
@SuppressWarnings("try") // to close something early is what is tested
class ResetFloodTest {
    private static final int STREAMS = Boolean.getBoolean("weft.exhaustive") ? 50_000 : 5_000;
    private static final int BATCH = 25;
    private static final long MORE_HEAP = 64 << 20;
    /** Threads that the transport and the test start when they are first needed. */
    private static final int FEW = 8;
    private static final int ENHANCE_YOUR_CALM = 11;

    /** How a stream comes to be reset. */
    enum Attack {
        /** The client resets it (CVE-2023-44487). */
        BY_THE_CLIENT {
            @Override
            void stream(Http2Peer peer, int stream) throws IOException {
                peer.call(stream, "routeguide.RouteGuide/RouteChat");
                peer.reset(stream);
            }
        },
        /** The client has the server reset it, which stock limits of what clients reset don't count (CVE-2025-8671). */
        BY_THE_SERVER {
            @Override
            void stream(Http2Peer peer, int stream) throws IOException {
                peer.call(stream, "routeguide.RouteGuide/RouteChat");
                peer.frame(Http2Peer.WINDOW_UPDATE, 0, stream, new byte[4]); // an increment of nothing is an error of the stream (RFC 9113, 6.9)
            }
        };

        abstract void stream(Http2Peer peer, int stream) throws IOException;
    }

    @ParameterizedTest
    @EnumSource
    void a_flood_of_reset_streams_harms_nobody_else(Attack attack) throws Exception {
        try (var server = RpcServer.tcp("127.0.0.1", 0).start(new RouteService()); var other = new OtherClient(server)) {
            other.awaitServed(100);
            var before = Held.heap();
            var threads = Thread.activeCount() + FEW;
            var flood = new Flood(server.port(), attack);
            for (int sent = 0; sent < STREAMS; sent += STREAMS / 10) {
                flood.send(STREAMS / 10);
                assertThat(Held.heap() - before).as("more heap than before, after %d streams", sent).isLessThan(MORE_HEAP);
                assertThat(server.stats().active()).isLessThanOrEqualTo(1_000);
                other.awaitServed(10);
            }
            assertThat(flood.sent).isGreaterThanOrEqualTo(STREAMS);
            // Each connection is dropped after 200 reset streams; one may end in the middle of it.
            assertThat(flood.connections).isGreaterThanOrEqualTo(STREAMS / 300);
            assertThat(flood.lastCode).isEqualTo(ENHANCE_YOUR_CALM);
            other.close();
            Held.awaitNothing(server);
            assertThat(Thread.activeCount()).isLessThanOrEqualTo(threads);
        }
    }

    /** Sends streams, on a new connection whenever the last one was dropped. */
    private static final class Flood {
        private final int port;
        private final Attack attack;
        private int connections;
        private int answers;
        private int lastCode;
        private int sent;

        Flood(int port, Attack attack) {
            this.port = port;
            this.attack = attack;
        }

        void send(int streams) throws IOException {
            var end = sent + streams;
            while (sent < end) {
                connections++;
                answers = 0;
                try (var peer = Http2Peer.greeting(port)) {
                    var took = true;
                    for (int stream = 1; took && sent < end; stream += 2 * BATCH) {
                        took = batch(peer, stream);
                    }
                } catch (SocketException e) {
                    // Dropped while it was writing.
                }
            }
        }

        /** Whether the server took it, and goes on. Its answer to settings shows that it has read what came before. */
        private boolean batch(Http2Peer peer, int first) throws IOException {
            for (int i = 0; i < BATCH; i++, sent++) {
                attack.stream(peer, first + 2 * i);
            }
            peer.settings();
            peer.flush();
            for (Frame frame; (frame = peer.read()) != null;) {
                if (frame.type() == Http2Peer.GOAWAY && frame.errorCode() != 0) {
                    lastCode = frame.errorCode();
                    return false;
                }
                if (frame.type() == Http2Peer.SETTINGS && frame.flags() == Http2Peer.ACK && ++answers == 2) {
                    answers = 1; // the first is of the greeting
                    return true;
                }
            }
            return false;
        }
    }

    /** Calls all the time. */
    private static final class OtherClient implements AutoCloseable {
        private final RpcClient rpc;
        private final AtomicLong served = new AtomicLong();
        private final AtomicReference<Throwable> failure = new AtomicReference<>();
        private final AtomicBoolean closed = new AtomicBoolean();
        private final Thread thread;

        OtherClient(RpcServer server) throws IOException {
            rpc = RpcClient.to(server.address()).open();
            thread = Thread.ofVirtual().start(() -> {
                var routes = RouteGuide.client(rpc).with(CallOptions.within(Duration.ofSeconds(30)));
                try {
                    while (!closed.get()) {
                        routes.getFeature(point(30));
                        served.incrementAndGet();
                    }
                } catch (RuntimeException e) {
                    failure.set(e);
                }
            });
        }

        /** Waits until so many more of its calls were answered. */
        void awaitServed(int more) {
            var enough = served.get() + more;
            await().atMost(Duration.ofSeconds(60)).until(() -> failure.get() != null || served.get() >= enough);
            assertThat(failure).hasValue(null);
        }

        @Override
        public void close() {
            closed.set(true);
            await().atMost(Duration.ofSeconds(60)).until(() -> !thread.isAlive());
            rpc.close();
        }
    }
}
