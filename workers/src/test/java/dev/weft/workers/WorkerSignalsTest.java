package dev.weft.workers;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import dev.weft.net.Address;
import dev.weft.net.Datagrams;
import dev.weft.net.Server;
import dev.weft.testkit.Preload;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Workers whose threads are hit by thousands of signals that system calls do not survive: signal(7), EINTR. */
@Timeout(90)
@DisplayName("Signals in the middle of a worker's requests")
class WorkerSignalsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final long SIGNALS = 10_000;

    private static long handled(Path counter) throws IOException {
        return ByteBuffer.wrap(Files.readAllBytes(counter)).order(ByteOrder.nativeOrder()).getLong();
    }

    /** A server whose workers are signalled as well, as they inherit the environment. */
    static final class Parent {
        private Parent() {}

        public static void main(String[] arguments) throws Exception {
            var counter = Path.of(arguments[0], "signals");
            try (var tcp = Server.tcp("127.0.0.1", 0).concurrency(Workforce.workers(2)).open(WorkerHandlers.Echo.class).start();
                    var udp = Server.udp("127.0.0.1", 0).concurrency(Workforce.workers(1)).open(WorkerHandlers.Packets.class).start();
                    var own = Datagrams.udp(Address.of("127.0.0.1", 0))) {
                var round = 0;
                for (; round < 50 || handled(counter) < SIGNALS; round++) {
                    try (var c = Workforce.connect(tcp)) {
                        c.send("hello " + round);
                        c.shutdownOutput();
                        System.out.println(new String(c.input().readAllBytes(), UTF_8));
                    }
                    own.send("hello " + round, udp.address());
                    System.out.println(own.receive(PATIENCE).text());
                }
                System.out.println("failed " + (tcp.stats().failed() + udp.stats().failed()));
            }
        }
    }

    @Test
    void workersServeOn(@TempDir Path folder) throws Exception {
        var signals = Preload.compiled(Preload.class, "signals.c", folder);
        var counter = Files.write(folder.resolve("signals"), new byte[Long.BYTES]);
        try (var program = Preload.running(signals, Map.of("WEFT_SIGNALS", counter.toString()), List.of(), Parent.class, folder.toString())) {
            var output = program.output();
            assertThat(handled(counter)).as("having printed %s", output).isGreaterThanOrEqualTo(SIGNALS);
            assertThat(output.getLast()).isEqualTo("failed 0");
            for (int i = 0; i < output.size() - 1; i++) {
                assertThat(output.get(i)).as("among %s", output.subList(0, i + 1)).isEqualTo((i % 2 == 0 ? "hello " : "got hello ") + i / 2);
            }
        }
    }
}
