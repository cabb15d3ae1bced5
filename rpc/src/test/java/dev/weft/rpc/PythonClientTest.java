package dev.weft.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;

import dev.weft.testkit.TestCertificates;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The checks are in the program {@code python/route_client.py}, which runs once; here is what came of each. */
@DisplayName("The stock Python client calls Weft (SPEC RPC-1, RPC-5 to RPC-10, RPC-12, RPC-14, RPC-15, RPC-17)")
@Timeout(300)
class PythonClientTest {
    private static final int PATIENCE_SECONDS = 240;
    private static final RpcObserver QUIET = new RpcObserver() {
        @Override
        public void failed(Call call, Throwable failure) {
            // Thrown on purpose.
        }
    };
    private static final Map<String, String> RESULTS = new LinkedHashMap<>();
    private static boolean ended;

    @TempDir
    static Path folder;

    @BeforeAll
    static void run() throws IOException, InterruptedException {
        Python.interpreter();
        try (var servers = new Servers()) {
            var arguments = new ArrayList<>(List.of(Python.descriptors(folder).toString()));
            arguments.add("open=" + servers.open(Place.TCP, s -> s.showFailures().health()));
            arguments.add("closed=" + servers.open(Place.TCP, s -> s));
            arguments.add("few=" + servers.open(Place.TCP, s -> s.maxCalls(1)));
            arguments.add("ends=" + servers.open(Place.TCP, s -> s));
            arguments.add("tls=" + servers.open(Place.MUTUAL_TLS, s -> s));
            arguments.add("authority=" + TestCertificates.authority());
            arguments.add("chain=" + TestCertificates.clientChain("python"));
            arguments.add("key=" + TestCertificates.clientKey("python"));
            collect(Python.start("route_client.py", arguments));
        }
    }

    /** Lines that read "ok NAME", or "no NAME: why". */
    private static void collect(Process client) throws IOException, InterruptedException {
        try (var lines = client.inputReader()) {
            Thread.ofVirtual().start(() -> {
                try {
                    if (!client.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                        client.destroyForcibly();
                    }
                } catch (InterruptedException e) {
                    client.destroyForcibly();
                }
            });
            for (String line; (line = lines.readLine()) != null;) {
                if (line.equals("end")) {
                    ended = true;
                    continue;
                }
                var parts = line.split("[ :]+", 3);
                RESULTS.put(parts[1], parts[0].equals("ok") ? "" : parts[2]);
            }
        } finally {
            client.destroyForcibly();
        }
    }

    static List<String> checks() {
        return List.copyOf(RESULTS.keySet());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void checks(String check) {
        assertThat(RESULTS.get(check)).as(check).isEmpty();
    }

    @Test
    void the_program_has_come_to_its_end() {
        assertThat(ended).as("said that it is at its end, after %s", RESULTS.keySet()).isTrue();
    }

    /** Each with a service of its own. */
    private static final class Servers implements AutoCloseable {
        private final Deque<RpcServer> all = new ArrayDeque<>();

        String open(Place place, UnaryOperator<RpcServerBuilder> settings) throws IOException {
            var self = new AtomicReference<RpcServer>();
            var server = settings.apply(place.server()).observer(QUIET).start(new WantedRoutes(() -> self.get().drain(Duration.ofNanos(1))));
            self.set(server);
            all.push(server);
            return place == Place.MUTUAL_TLS ? "localhost:" + server.port() : "127.0.0.1:" + server.port();
        }

        @Override
        public void close() {
            all.forEach(RpcServer::close);
        }
    }
}
