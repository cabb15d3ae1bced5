package dev.weft.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

import dev.weft.net.Address;
import dev.weft.net.Connection;
import dev.weft.net.Deadlines;
import dev.weft.net.Server;
import dev.weft.testkit.ChildJava;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Peers that send without end, and read all that is answered, so that their handlers never have to wait: one for each carrier. */
@Timeout(120)
class FloodTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    /** Each handler gives way after a few buffers; much more may go on beside it, as the machine has its own order. */
    private static final long FAIR = 128 << 20;

    /** An echo that computes a little. */
    static final class Program {
        private Program() {}

        public static void main(String[] arguments) throws IOException {
            var server = Server.tcp("localhost", 0).open(c -> {
                var buffer = new byte[4096];
                for (int n; (n = c.input().read(buffer)) > 0;) {
                    for (var until = System.nanoTime() + 20_000; System.nanoTime() < until;) {
                        Thread.onSpinWait();
                    }
                    c.output().write(buffer, 0, n);
                }
            }).start();
            System.out.println("serving " + server.address());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"epoll", "io_uring"})
    void othersHaveTheirTurnToo(String transport) throws Exception {
        TransportsHere.assume(transport);
        try (var child = ChildJava.running(List.of("-Dweft.transport=" + transport, "-Djdk.virtualThreadScheduler.parallelism=1",
                "-Djdk.virtualThreadScheduler.maxPoolSize=1"), Program.class)) {
            var server = Address.parse(child.awaitLine("serving "));
            try (var before = connect(server); var flooder = connect(server)) {
                assertEchoes(before);
                var answered = new LongAdder();
                flood(flooder, answered);
                while (answered.sum() < 1 << 20) {
                    Thread.onSpinWait();
                }
                for (int i = 0; i < 5; i++) {
                    var then = answered.sum();
                    assertEchoes(before);
                    assertThat(answered.sum() - then).as("bytes that the flooder had before one that was there got its few").isLessThan(FAIR);
                    then = answered.sum();
                    try (var later = connect(server)) {
                        assertEchoes(later);
                    }
                    assertThat(answered.sum() - then).as("bytes that the flooder had before one that came got its few").isLessThan(FAIR);
                }
            }
        }
    }

    private static void flood(Connection flooder, LongAdder answered) {
        Thread.ofPlatform().daemon().start(() -> {
            var bytes = new byte[64 * 1024];
            try {
                while (true) {
                    flooder.send(bytes);
                }
            } catch (IOException e) {
                // closed at the end of the test
            }
        });
        Thread.ofPlatform().daemon().start(() -> {
            var bytes = new byte[64 * 1024];
            try {
                for (int n; (n = flooder.input().read(bytes)) > 0;) {
                    answered.add(n);
                }
            } catch (IOException e) {
                // closed at the end of the test
            }
        });
    }

    private static Connection connect(Address server) throws IOException {
        return Connection.to(server).deadlines(Deadlines.defaults().connect(PATIENCE).read(PATIENCE)).open();
    }

    private static void assertEchoes(Connection c) throws IOException {
        c.send("hello");
        assertThat(c.input().readNBytes(5)).asString().isEqualTo("hello");
    }
}
