package dev.weft.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import dev.weft.net.Address;
import dev.weft.net.Connection;
import dev.weft.net.Datagrams;
import dev.weft.net.Deadlines;
import dev.weft.net.Server;
import dev.weft.testkit.ChildJava;
import dev.weft.testkit.Preload;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A process whose threads are hit by thousands of signals that system calls do not survive: signal(7), EINTR. */
@Timeout(90)
@DisplayName("Signals in the middle of everything")
class SignalsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final long SIGNALS = 10_000;

    @TempDir
    static Path libraries;

    @TempDir
    Path folder;

    private static Path signals;

    @BeforeAll
    static void compile() throws Exception {
        signals = Preload.compiled(Preload.class, "signals.c", libraries);
    }

    private static long handled(Path counter) throws IOException {
        return ByteBuffer.wrap(Files.readAllBytes(counter)).order(ByteOrder.nativeOrder()).getLong();
    }

    private ChildJava signalled(List<String> options, Class<?> program) throws IOException {
        var counter = Files.write(folder.resolve("signals"), new byte[Long.BYTES]);
        return Preload.running(signals, Map.of("WEFT_SIGNALS", counter.toString()), options, program, folder.toString());
    }

    /** Servers of each kind, and a client of each that asks until so many signals have come; prints how often each was answered. */
    static final class Program {
        private static final int ROUNDS = 20;

        private Program() {}

        public static void main(String[] arguments) throws Exception {
            var folder = Path.of(arguments[0]);
            try (var tcp = stream(Address.of("127.0.0.1", 0)); var unix = stream(Address.unix(folder.resolve("streams")));
                    var udp = packets(Address.of("127.0.0.1", 0)); var unixgram = packets(Address.unix(folder.resolve("datagrams")));
                    var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                var counts = new ArrayList<Future<Integer>>();
                for (var server : List.of(tcp, unix)) {
                    counts.add(threads.submit(() -> converse(server, folder)));
                }
                for (var own : List.of(Datagrams.udp(Address.of("127.0.0.1", 0)), Datagrams.unix(folder.resolve("own")))) {
                    var server = own.address().kind() == Address.Kind.INET ? udp : unixgram;
                    counts.add(threads.submit(() -> exchange(own, server, folder)));
                }
                for (var count : counts) {
                    System.out.println("answered " + count.get());
                }
            }
        }

        private static Server stream(Address address) throws IOException {
            return Server.at(address).open(c -> c.input().transferTo(c.output())).start();
        }

        private static Server packets(Address address) throws IOException {
            return Server.datagrams(address).maxPacketSize(65_535).open(d -> d.reply(d.data())).start();
        }

        private static boolean goesOn(int round, Path folder) throws IOException {
            return round < ROUNDS || handled(folder.resolve("signals")) < SIGNALS;
        }

        /** One connection after the other; what is sent is more than the sockets hold, so that both ends wait to write too. */
        private static int converse(Server server, Path folder) throws Exception {
            var random = new Random(1);
            var round = 0;
            for (; goesOn(round, folder); round++) {
                var sent = new byte[round % 10 == 0 ? 2_000_000 : random.nextInt(50_000)];
                random.nextBytes(sent);
                try (var c = Connection.to(server.address()).deadlines(Deadlines.none().read(PATIENCE).write(PATIENCE)).open()) {
                    var writer = Thread.startVirtualThread(() -> {
                        try {
                            c.send(sent);
                            c.shutdownOutput();
                        } catch (IOException e) {
                            System.out.println("wrong: sending to " + server.address() + ": " + e);
                        }
                    });
                    check(sent, c.input().readAllBytes(), server);
                    writer.join();
                }
            }
            return round;
        }

        private static int exchange(Datagrams own, Server server, Path folder) throws IOException {
            var random = new Random(2);
            var round = 0;
            try (own) {
                for (; goesOn(round, folder); round++) {
                    var sent = new byte[random.nextInt(30_000)];
                    random.nextBytes(sent);
                    own.send(sent, server.address());
                    check(sent, own.receive(PATIENCE).data(), server);
                }
            }
            return round;
        }

        private static void check(byte[] sent, byte[] received, Server server) {
            if (!Arrays.equals(sent, received)) {
                System.out.println("wrong: " + server.address() + " answered " + received.length + " bytes to " + sent.length);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"epoll", "io_uring"})
    void everyKindOfSocketServesOn(String transport) throws Exception {
        TransportsHere.assume(transport);
        try (var program = signalled(List.of("-Dweft.transport=" + transport), Program.class)) {
            var output = program.output();
            assertThat(handled(folder.resolve("signals"))).isGreaterThanOrEqualTo(SIGNALS);
            assertThat(output).hasSize(4).allMatch(line -> line.matches("answered \\d{2,}"));
        }
    }
}
