package dev.weft.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import dev.weft.net.Address;
import dev.weft.net.Concurrency;
import dev.weft.net.Connection;
import dev.weft.net.Datagrams;
import dev.weft.net.Deadlines;
import dev.weft.net.Server;
import dev.weft.testkit.ChildJava;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Virtual threads are not time-sliced: handlers that spin on every carrier keep other virtual threads from running, but nothing else (DESIGN
 * section 5).
 */
@Timeout(120)
class SpinningHandlersTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** Servers of every kind, and one whose handlers spin until a datagram says "stop". */
    static final class Program {
        private static volatile boolean spinning = true;

        private Program() {}

        public static void main(String[] arguments) throws IOException {
            var spinner = Server.tcp("localhost", 0).open(c -> {
                c.send("spinning\n");
                while (spinning) {
                    Thread.onSpinWait();
                }
                c.send("done\n");
            }).start();
            System.out.println("spinner " + spinner.address());
            var pool = Server.tcp("localhost", 0).concurrency(Concurrency.platformThreads(8)).open(Program::echo).start();
            System.out.println("pool " + pool.address());
            var sequential = Server.tcp("localhost", 0).concurrency(Concurrency.sequential()).open(Program::echo).start();
            System.out.println("sequential " + sequential.address());
            var impatient = Server.tcp("localhost", 0).concurrency(Concurrency.platformThreads(1))
                    .deadlines(Deadlines.none().read(Duration.ofMillis(100))).open(c -> {
                        try {
                            c.receive(1);
                        } catch (SocketTimeoutException e) {
                            c.send("too late\n");
                        }
                    }).start();
            System.out.println("impatient " + impatient.address());
            var datagrams = Server.udp("localhost", 0).concurrency(Concurrency.platformThreads(2)).open(d -> {
                spinning = !d.text().equals("stop");
                d.reply(d.data());
            }).start();
            System.out.println("datagrams " + datagrams.address());
        }

        private static void echo(Connection c) throws IOException {
            for (var line : c.lines()) {
                c.send(line + "\n");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    @DisplayName("while every carrier spins: accepting, datagrams, deadlines and platform-thread handlers go on; afterwards everything")
    void othersGoOnWhileEveryCarrierSpins(int carriers) throws Exception {
        try (var child = ChildJava.running(List.of("-Djdk.virtualThreadScheduler.parallelism=" + carriers,
                "-Djdk.virtualThreadScheduler.maxPoolSize=" + carriers), Program.class)) {
            var spinner = Address.parse(child.awaitLine("spinner "));
            var pool = Address.parse(child.awaitLine("pool "));
            var sequential = Address.parse(child.awaitLine("sequential "));
            var impatient = Address.parse(child.awaitLine("impatient "));
            var datagrams = Address.parse(child.awaitLine("datagrams "));
            try (var before = connect(pool); var socket = Datagrams.udp()) {
                assertEchoes(before); // watched since before anybody spun
                var spinners = new ArrayList<Connection>();
                for (int i = 0; i < carriers; i++) {
                    spinners.add(connect(spinner));
                    assertThat(spinners.get(i).readLine()).isEqualTo("spinning");
                }
                for (int i = 0; i < 20; i++) {
                    assertEchoes(before);
                }
                for (var server : List.of(pool, sequential)) {
                    for (int i = 0; i < 3; i++) {
                        try (var c = connect(server)) {
                            assertEchoes(c);
                            assertEchoes(c);
                        }
                    }
                }
                try (var c = connect(impatient)) {
                    assertThat(c.readLine()).isEqualTo("too late");
                }
                socket.send("ping", datagrams);
                assertThat(socket.receive(PATIENCE).text()).isEqualTo("ping");

                var waiting = connect(spinner); // accepted, and without a carrier
                socket.send("stop", datagrams);
                for (var c : spinners) {
                    assertThat(c.readLine()).isEqualTo("done");
                    c.close();
                }
                assertThat(waiting.readLine()).isEqualTo("spinning");
                assertThat(waiting.readLine()).isEqualTo("done");
                waiting.close();
                assertEchoes(before);
            }
        }
    }

    private static Connection connect(Address server) throws IOException {
        return Connection.to(server).deadlines(Deadlines.defaults().connect(PATIENCE).read(PATIENCE)).open();
    }

    private static void assertEchoes(Connection c) throws IOException {
        c.send("hello\n");
        assertThat(c.readLine()).isEqualTo("hello");
    }
}
