package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Many connections at once: what they cost is given back, and the idle ones stop nobody. */
@Timeout(120)
class ManyConnectionsTest {
    private static final int OPEN = 8_000;
    private static final int TALKING = 1_000;
    private static final int ROUNDS = 20;

    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private final ServerObserver observer = new ServerObserver() {
        @Override
        public void failed(Connection c, Throwable failure) {
            failures.add(failure);
        }
    };

    @Test
    void eightThousandAreOpenWhileAThousandTalk() throws Exception {
        assumeTrue(descriptorLimit() > OPEN + 500, "skipped: this process may not open " + OPEN + " descriptors (ulimit -n)");
        try (var server = Server.tcp("127.0.0.1", 0).observer(observer).open(ManyConnectionsTest::answer).start()) {
            Connection.to(server.address()).open().close(); // what is made once, by the first connection, is no leak
            await().until(() -> server.stats().active() == 0);
            var descriptors = descriptors();
            var threads = Thread.getAllStackTraces().size();
            var clients = start(server.port());
            try (var out = new BufferedReader(new InputStreamReader(clients.getInputStream(), StandardCharsets.UTF_8))) {
                assertThat(out.readLine()).isEqualTo("open");
                await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> assertThat(server.stats().active()).isEqualTo(OPEN));
                assertThat(out.readLine()).isEqualTo("answers " + TALKING * ROUNDS);
                assertThat(server.connections()).hasSize(OPEN);
                clients.getOutputStream().write('\n');
                clients.getOutputStream().flush();
                assertThat(clients.waitFor()).isZero();
            } finally {
                clients.destroyForcibly();
            }
            await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
                assertThat(server.stats().active()).isZero();
                assertThat(descriptors()).isLessThanOrEqualTo(descriptors);
                assertThat(Thread.getAllStackTraces().size()).isLessThanOrEqualTo(threads + 2); // the JDK's own come and go
            });
            assertThat(server.stats().failed()).isZero();
            assertThat(server.stats().accepted()).isEqualTo(OPEN + 1L);
        }
        assertThat(failures).isEmpty();
    }

    @Test
    void aThousandThatSayNothingDoNotStopTheNext() throws IOException {
        var silent = new ArrayList<Connection>();
        try (var server = Server.tcp("127.0.0.1", 0).observer(observer).daemonThreads().open(ManyConnectionsTest::answer).start()) {
            for (int i = 0; i < 1_000; i++) {
                silent.add(Connection.to(server.address()).open());
            }
            try (var c = Connection.to(server.address()).open()) {
                c.send("hello\n");
                assertThat(c.readLine()).isEqualTo("you said hello");
            }
            silent.forEach(Connection::close);
        }
        assertThat(failures).isEmpty();
    }

    private static void answer(Connection c) throws IOException {
        for (var line : c.lines()) {
            c.send("you said " + line + "\n");
        }
    }

    private static Process start(int port) throws IOException {
        return new ProcessBuilder(ProcessHandle.current().info().command().orElseThrow(), "-Xmx512m", "-cp", System.getProperty("java.class.path"),
                ManyClients.class.getName(), "" + port, "" + OPEN, "" + TALKING, "" + ROUNDS).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }

    private static long descriptorLimit() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.UnixOperatingSystemMXBean os
                ? os.getMaxFileDescriptorCount()
                : Long.MAX_VALUE;
    }

    private static long descriptors() throws IOException {
        var folder = Path.of("/proc/self/fd");
        if (!Files.isDirectory(folder)) {
            return 0;
        }
        try (var all = Files.list(folder)) {
            return all.count();
        }
    }
}
