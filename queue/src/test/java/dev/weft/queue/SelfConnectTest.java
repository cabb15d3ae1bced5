package dev.weft.queue;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

import dev.weft.net.Backoff;
import dev.weft.net.Connection;
import dev.weft.net.Transports;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A link that goes to a local port of the ephemeral range where nobody listens: the system may choose that very port for its own end, and it would
 * talk to itself. In a network of its own, whose range is so small that this happens within a few tries.
 */
@Timeout(60)
class SelfConnectTest {
    private static final int PORT = 40_000;
    private static final int TRIES = 100;

    @ParameterizedTest
    @CsvSource({"nio, AT_MOST_ONCE", "nio, AT_LEAST_ONCE", "epoll, AT_MOST_ONCE", "epoll, AT_LEAST_ONCE", "io_uring, AT_MOST_ONCE",
            "io_uring, AT_LEAST_ONCE"})
    @DisplayName("a link that finds nobody does not find itself, whatever it delivers")
    void aLinkDoesNotConnectToItself(String transport, Delivery delivery) throws Exception {
        assumeTrue(Transports.named(transport).unavailable().isEmpty(), () -> "SKIPPED: no " + transport + " here");
        assumeTrue(inNetworkOfItsOwn("true").waitFor() == 0, "SKIPPED: a network of its own is for root on Linux");
        var command = List.of(ProcessHandle.current().info().command().orElseThrow(), "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx64m",
                "--enable-native-access=ALL-UNNAMED", "-cp", System.getProperty("java.class.path"), Child.class.getName(), transport,
                delivery.name());
        var child = inNetworkOfItsOwn(command.toArray(String[]::new));
        try (var out = child.inputReader(UTF_8)) {
            assertThat(out.readAllLines()).containsExactly("it has met nobody");
        } finally {
            child.destroyForcibly();
            assertThat(child.waitFor(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    private static Process inNetworkOfItsOwn(String... command) throws IOException {
        var all = new ArrayList<>(List.of("unshare", "-n", "sh", "-c", "ip link set lo up && echo '" + PORT + " " + (PORT + 1)
                + "' > /proc/sys/net/ipv4/ip_local_port_range && exec \"$@\"", "sh"));
        all.addAll(Arrays.asList(command));
        try {
            return new ProcessBuilder(all).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        } catch (IOException e) {
            return new ProcessBuilder("false").start(); // no such command here
        }
    }

    /** Says whom its link has met after so many tries. */
    static final class Child {
        private Child() {}

        public static void main(String[] args) throws Exception {
            var where = Connection.to("127.0.0.1", PORT).transport(Transports.named(args[0]));
            var link = Link.connect(where).asText().delivery(Delivery.valueOf(args[1]))
                    .reconnect(Backoff.fixed(Duration.ofMillis(2))).duplex().start();
            link.toSend().put("order 1");
            Ends.until("it has met somebody, or tried often", () -> link.stats().connections() > 0 || link.status().attempts() >= TRIES);
            System.out.println("it has met " + (link.stats().connections() > 0 ? link.status().peer() : "nobody"));
            System.exit(0);
        }
    }
}
