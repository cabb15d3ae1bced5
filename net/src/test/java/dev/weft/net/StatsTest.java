package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a server counts. Failures to accept are counted in AcceptFailureTest. */
@Timeout(30)
class StatsTest {
    private static final Address HERE = Address.memory("counted");
    private static final ServerObserver SILENT = new ServerObserver() {
        @Override
        public void failed(Connection c, Throwable failure) {
            // that is what is counted
        }
    };

    @Test
    void aServerThatHasDoneNothingCountsNothing() throws IOException {
        try (var server = Server.at(HERE).open(_ -> {})) {
            assertThat(server.stats()).isEqualTo(new ServerStats(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
        }
    }

    @Test
    void connectionsAndTheirBytesAreCountedWhenTheyHaveEnded() throws IOException {
        try (var server = Server.at(HERE).open(c -> c.send(c.readLine().repeat(2))).start()) {
            var first = Connection.to(HERE).open();
            Awaitility.await().until(() -> server.stats().active() == 1);
            assertThat(server.connections()).singleElement().satisfies(c -> assertThat(c.remote()).isEqualTo(first.local()));
            for (var c : new Connection[] {first, Connection.to(HERE).open()}) {
                c.send("12345\n");
                assertThat(c.input().readAllBytes()).hasSize(10);
                c.close();
            }
            Awaitility.await().untilAsserted(() -> assertThat(server.stats()).isEqualTo(new ServerStats(0, 2, 0, 0, 0, 0, 0, 12, 20, 0, 0)));
            assertThat(server.connections()).isEmpty();
        }
    }

    @Test
    void bytesOfConnectionsThatAreServedAreCounted() throws IOException {
        try (var server = Server.at(HERE).open(c -> c.lines().forEach(line -> {
            try {
                c.send(line);
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        })).start()) {
            var c = Connection.to(HERE).open();
            for (int i = 1; i <= 3; i++) {
                c.send("12345\n");
                assertThat(c.input().readNBytes(5)).hasSize(5);
                var n = i;
                long in = 6L * n;
                long out = 5L * n;
                Awaitility.await().untilAsserted(() -> assertThat(server.stats()).isEqualTo(new ServerStats(1, 1, 0, 0, 0, 0, 0, in, out, 0, 0)));
            }
            c.close();
            Awaitility.await().untilAsserted(() -> assertThat(server.stats()).isEqualTo(new ServerStats(0, 1, 0, 0, 0, 0, 0, 18, 15, 0, 0)));
        }
    }

    @Test
    void countsNeverShrinkWhileConnectionsEnd() throws Exception {
        try (var server = Server.at(HERE).open(c -> c.send(c.readLine())).start()) {
            var clients = Thread.ofPlatform().start(() -> {
                for (int i = 0; i < 2_000; i++) {
                    try (var c = Connection.to(HERE).open()) {
                        c.send("12345\n");
                        c.input().readAllBytes();
                    } catch (IOException e) {
                        throw new java.io.UncheckedIOException(e);
                    }
                }
            });
            var last = server.stats();
            while (clients.isAlive()) {
                var now = server.stats();
                assertThat(now.bytesIn()).isGreaterThanOrEqualTo(last.bytesIn()).isLessThanOrEqualTo(12_000);
                assertThat(now.bytesOut()).isGreaterThanOrEqualTo(last.bytesOut()).isLessThanOrEqualTo(10_000);
                last = now;
            }
            clients.join();
            Awaitility.await().untilAsserted(() -> assertThat(server.stats().bytesIn()).isEqualTo(12_000));
        }
    }

    @Test
    void failuresAreCounted() throws IOException {
        try (var server = Server.at(HERE).observer(SILENT).open(_ -> {
            throw new IllegalStateException();
        }).start()) {
            for (int i = 0; i < 3; i++) {
                try (var c = Connection.to(HERE).open()) {
                    assertThat(c.receive(1)).isEmpty();
                }
            }
            Awaitility.await().untilAsserted(() -> assertThat(server.stats()).isEqualTo(new ServerStats(0, 3, 0, 0, 3, 0, 0, 0, 0, 0, 0)));
        }
    }

    @Test
    void rejectedOnesAreCountedAndNotAccepted() throws IOException {
        try (var server = Server.at(HERE).admission(Admission.rejecting(1)).open(c -> c.readLine()).start(); var in = Connection.to(HERE)
                .open()) {
            Awaitility.await().until(() -> server.stats().active() == 1);
            try (var out = Connection.to(HERE).open()) {
                assertThat(out.receive(1)).isEmpty();
            }
            assertThat(server.stats()).isEqualTo(new ServerStats(1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0));
            assertThat(in.isOpen()).isTrue();
        }
    }

    @Test
    void evictedOnesAreCounted() throws IOException {
        try (var server = Server.at(HERE).admission(Admission.evictingIdlest(1)).open(c -> c.readLine())
                .start(); var first = Connection.to(HERE).open()) {
            Awaitility.await().until(() -> server.stats().active() == 1);
            try (var _ = Connection.to(HERE).open()) {
                assertThat(first.receive(1)).isEmpty();
                Awaitility.await().untilAsserted(() -> {
                    assertThat(server.stats().evicted()).isEqualTo(1);
                    assertThat(server.stats().rejected()).isZero();
                    assertThat(server.stats().accepted()).isEqualTo(2);
                    assertThat(server.stats().failed()).as("being evicted is nobody's failure").isZero();
                });
            }
        }
    }

    @Test
    void datagramsAreCounted() throws IOException {
        var go = new CountDownLatch(1);
        try (var server = Server.udp("localhost", 0).inFlight(1).open(d -> {
            go.await();
            d.reply("12");
        }).start(); var socket = Datagrams.udp(Address.of("localhost", 0))) {
            for (int i = 0; i < 3; i++) {
                socket.send("12345", server.address());
            }
            Awaitility.await().until(() -> server.stats().dropped() == 2);
            assertThat(server.stats().active()).isEqualTo(1);
            go.countDown();
            assertThat(socket.receive(Duration.ofSeconds(10)).text()).isEqualTo("12");
            Awaitility.await().untilAsserted(() -> assertThat(server.stats()).isEqualTo(new ServerStats(0, 1, 0, 0, 0, 2, 0, 15, 2, 0, 0)));
        }
    }

    @Test
    void aServerTellsItsStateInALine() throws IOException {
        try (var server = Server.at(HERE).name("counter").open(_ -> {})) {
            assertThat(server).hasToString("counter at memory:counted, NEW, 0 active");
        }
    }
}
