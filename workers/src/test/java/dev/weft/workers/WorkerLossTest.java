package dev.weft.workers;

import static dev.weft.workers.Workforce.PATIENCE;
import static dev.weft.workers.Workforce.workers;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;

import dev.weft.net.Acceptor;
import dev.weft.net.Address;
import dev.weft.net.Connection;
import dev.weft.net.DatagramBuilder;
import dev.weft.net.Datagrams;
import dev.weft.net.Server;
import dev.weft.net.StreamBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Each way in which a worker can end, one after the other at the same server: it costs the one request that the worker serves. Another
 * request is being served all the while, and ends as if nothing had been. What TCP makes of it, {@link WorkerFailureTest} tells.
 */
@Timeout(120)
@DisplayName("A worker that ends loses one request and nothing else, on every kind of socket (SS-34)")
@ExtendWith(CachedWorkers.class)
class WorkerLossTest {
    @TempDir
    Path folder;

    private final Workforce.Failures failures = new Workforce.Failures();
    /** Where requests that are held report, and stay until they are let go. */
    private final Acceptor holder;

    WorkerLossTest() throws IOException {
        holder = Server.tcp("127.0.0.1", 0).listen();
    }

    @AfterEach
    void letGo() {
        holder.close();
    }

    /** Somebody who asks one thing at a time: by a connection each, or by datagrams. */
    private interface Client extends Closeable {
        void ask(String order) throws IOException;

        /** The answer to what was asked last. */
        String answer() throws IOException;

        /** Nothing comes of what was asked last. */
        void assertLost() throws IOException;
    }

    private interface Clients {
        Client open() throws IOException;
    }

    private static final class OfStreams implements Client {
        private final Connection c;

        OfStreams(Server server) throws IOException {
            c = Workforce.connect(server);
        }

        @Override
        public void ask(String order) throws IOException {
            c.send(order + "\n");
        }

        @Override
        public String answer() throws IOException {
            return c.readLine();
        }

        @Override
        public void assertLost() throws IOException {
            assertThat(c.receive(1)).isEmpty();
        }

        @Override
        public void close() {
            c.close();
        }
    }

    private static final class OfDatagrams implements Client {
        private final Datagrams own;
        private final Address server;

        OfDatagrams(Datagrams own, Server server) {
            this.own = own;
            this.server = server.address();
        }

        @Override
        public void ask(String order) throws IOException {
            own.send(order, server);
        }

        @Override
        public String answer() throws IOException {
            return own.receive(PATIENCE).text();
        }

        /** The next answer is to the next question. */
        @Override
        public void assertLost() throws IOException {
            ask("property weft.test.lost");
            assertThat(answer()).isEqualTo("none");
        }

        @Override
        public void close() {
            own.close();
        }
    }

    @Test
    void unixStreams() throws Exception {
        streams(Server.unix(folder.resolve("s")));
    }

    private void streams(StreamBuilder builder) throws Exception {
        var workers = workers(2).requestsPerChild(100);
        try (var server = builder.concurrency(workers).observer(failures).open(WorkerHandlers.Obedient.class).start()) {
            assertEachEndCostsOneRequest(server, () -> new OfStreams(server));
        }
    }

    @Test
    void udp() throws Exception {
        packets(Server.udp("127.0.0.1", 0));
    }

    @Test
    void unixDatagrams() throws Exception {
        packets(Server.unixDatagrams(folder.resolve("d")));
    }

    private void packets(DatagramBuilder builder) throws Exception {
        var workers = workers(2).requestsPerChild(100);
        try (var server = builder.concurrency(workers).observer(failures).open(WorkerHandlers.ObedientPackets.class).start()) {
            var names = new ArrayList<String>();
            assertEachEndCostsOneRequest(server, () -> {
                names.add("client");
                var own = server.address().kind() == Address.Kind.UNIX
                        ? Datagrams.unix(folder.resolve("client" + names.size()))
                        : Datagrams.udp(Address.of("127.0.0.1", 0));
                return new OfDatagrams(own, server);
            });
        }
    }

    private void assertEachEndCostsOneRequest(Server server, Clients clients) throws Exception {
        var hold = "hold " + holder.address().port();
        try (var bystander = clients.open()) {
            bystander.ask(hold);
            try (var held = holder.accept()) {
                var itsWorker = held.readLine();
                try (var c = clients.open()) {
                    c.ask("exit 3");
                    assertThat(failures.next()).hasMessageContaining("ended with exit code 3 (System.exit");
                    c.assertLost();
                }
                try (var c = clients.open()) {
                    c.ask("fill");
                    assertThat(failures.next()).hasMessageContaining("ended with exit code 3").hasMessageContaining("no memory left");
                    c.assertLost();
                }
                try (var c = clients.open()) {
                    c.ask(hold);
                    try (var victim = holder.accept()) {
                        var pid = Long.parseLong(victim.readLine());
                        ProcessHandle.of(pid).orElseThrow().destroyForcibly();
                        assertThat(failures.next()).hasMessageContaining("worker " + pid + " was ended by SIGKILL");
                    }
                    c.assertLost();
                }
                held.shutdownOutput();
                assertThat(bystander.answer()).isEqualTo(itsWorker + " held");
            }
        }
        try (var c = clients.open()) {
            c.ask("pid");
            assertThat(c.answer()).isNotEmpty();
        }
        await("all reports").until(() -> server.stats().active() == 0);
        assertThat(server.stats().failed()).isEqualTo(3);
        assertThat(server.stats().dropped()).isZero();
        assertThat(failures.all()).isEmpty();
        assertThat(Workforce.zombies()).allSatisfy(_ -> await().until(() -> Workforce.zombies().isEmpty()));
    }
}
