package dev.weft.workers;

import static dev.weft.workers.Workforce.PATIENCE;
import static dev.weft.workers.Workforce.ask;
import static dev.weft.workers.Workforce.connect;
import static dev.weft.workers.Workforce.workers;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.BindException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;

import dev.weft.linux.EpollTransport;
import dev.weft.net.Address;
import dev.weft.net.Connection;
import dev.weft.net.Datagrams;
import dev.weft.net.Deadlines;
import dev.weft.net.Server;
import dev.weft.net.StreamBuilder;
import dev.weft.net.Tls;
import dev.weft.net.Transports;
import dev.weft.net.WorkerException;
import dev.weft.net.spi.SocketSettings;
import dev.weft.testkit.TestCertificates;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Worker processes behind every kind of socket. */
@Timeout(120)
@DisplayName("Worker processes on TCP, Unix sockets, UDP, Unix datagrams, TLS and memory (SS-34)")
@ExtendWith(CachedWorkers.class)
class WorkerKindsTest {
    private static final int MUCH = 3 << 20;
    private final Workforce.Failures failures = new Workforce.Failures();

    private void assertServes(StreamBuilder builder, Tls client) throws Exception {
        try (var server = builder.concurrency(workers(1)).observer(failures).open(WorkerHandlers.Obedient.class).start();
                var c = Connection.to(server.address()).tls(client).open()) {
            assertThat(ask(c, "pid")).isNotEqualTo(String.valueOf(ProcessHandle.current().pid()));
        }
    }

    private void assertServes(StreamBuilder builder) throws Exception {
        try (var server = builder.concurrency(workers(1)).observer(failures).open(WorkerHandlers.Obedient.class).start()) {
            assertThat(ask(server, "pid")).isNotEqualTo(String.valueOf(ProcessHandle.current().pid()));
            try (var c = connect(server)) {
                c.send("exit 1\n");
                assertThat(c.receive(1)).isEmpty();
            }
            assertThat(failures.next()).hasMessageContaining("ended with exit code 1");
            assertThat(ask(server, "pid")).isNotEmpty();
        }
    }

    private void assertEchoesMuch(StreamBuilder builder) throws Exception {
        var bytes = new byte[MUCH];
        new Random(1).nextBytes(bytes);
        try (var server = builder.concurrency(workers(1)).observer(failures).open(WorkerHandlers.Echo.class).start();
                var threads = Executors.newVirtualThreadPerTaskExecutor(); var c = connect(server)) {
            var sent = threads.submit(() -> {
                c.send(bytes);
                c.shutdownOutput();
                return true;
            });
            assertThat(c.input().readAllBytes()).isEqualTo(bytes);
            assertThat(sent.get()).isTrue();
        }
        assertThat(failures.all()).isEmpty();
    }

    @Test
    void tcp() throws Exception {
        assertEchoesMuch(Server.tcp("localhost", 0));
    }

    @Test
    void unixStreams(@TempDir Path folder) throws Exception {
        assertServes(Server.unix(folder.resolve("s")));
        assertEchoesMuch(Server.unix(folder.resolve("much")));
    }

    @Test
    void memory() throws Exception {
        assertServes(Server.at(Address.memory("workers")));
        assertEchoesMuch(Server.at(Address.memory("much")));
    }

    @Test
    void anotherTransport() throws Exception {
        assertServes(Server.tcp("localhost", 0).transport(Transports.named("nio")));
        assertEchoesMuch(Server.tcp("localhost", 0).transport(Transports.named("nio")));
    }

    @Test
    void aBreakCrossesABridgeBothWays() throws Exception {
        var nio = Transports.named("nio");
        try (var server = Server.tcp("localhost", 0).transport(nio).concurrency(workers(1)).observer(failures)
                .open(WorkerHandlers.Obedient.class).start()) {
            try (var c = connect(server)) {
                ask(c, "read");
                c.abort();
            }
            assertThat(failures.next()).isInstanceOf(WorkerException.class).hasMessageContaining("reset");
            try (var c = connect(server)) {
                c.send("abort\n");
                assertThatThrownBy(() -> c.receive(1)).isInstanceOf(IOException.class).hasMessageContaining("reset");
            }
        }
        assertThat(failures.all()).isEmpty();
    }

    @Test
    void tlsEndsInTheParent() throws Exception {
        assertServes(Server.tcp("localhost", 0).tls(Tls.server(TestCertificates.serverChain(), TestCertificates.serverKey())),
                Tls.client().trust(TestCertificates.authority()));
    }

    @Test
    void udp() throws Exception {
        try (var server = Server.udp("localhost", 0).maxPacketSize(100).concurrency(workers(1)).observer(failures)
                .open(WorkerHandlers.ObedientPackets.class).start(); var client = Datagrams.udp(Address.of("localhost", 0))) {
            assertPackets(server, client);
        }
    }

    @Test
    void unixDatagrams(@TempDir Path folder) throws Exception {
        try (var server = Server.unixDatagrams(folder.resolve("server")).maxPacketSize(100).concurrency(workers(1)).observer(failures)
                .open(WorkerHandlers.ObedientPackets.class).start(); var client = Datagrams.unix(folder.resolve("client"))) {
            assertPackets(server, client);
        }
    }

    private void assertPackets(Server server, Datagrams client) throws Exception {
        client.send("pid".getBytes(), server.address());
        var pid = client.receive(PATIENCE).text();
        assertThat(pid).isNotEqualTo(String.valueOf(ProcessHandle.current().pid()));
        client.send("exit 1".getBytes(), server.address());
        assertThat(failures.next()).hasMessageContaining("worker " + pid + " ended with exit code 1");
        client.send(("truncated" + " ".repeat(200)).getBytes(), server.address());
        assertThat(client.receive(PATIENCE).text()).isEqualTo("true 100");
        client.send("throw".getBytes(), server.address());
        assertThat(failures.next()).hasMessageContaining("as told");
    }

    @Test
    void anAnswerOfAWorkersWaitsForTheServersWriteDeadline(@TempDir Path folder) throws Exception {
        try (var server = Server.unixDatagrams(folder.resolve("server")).deadlines(Deadlines.none().write(Duration.ofMillis(100)))
                .concurrency(workers(1)).observer(failures).open(WorkerHandlers.ObedientPackets.class).start();
                var deaf = Datagrams.unix(folder.resolve("deaf"))) {
            var filler = new EpollTransport().bind(Address.unix(folder.resolve("filler")), new SocketSettings(Map.of(), 128, Optional.empty()));
            while (filler.send(new byte[1], deaf.address())) {
                // until the peer's queue is full
            }
            filler.close();
            deaf.send("pid", server.address());
            assertThat(failures.next()).isInstanceOf(WorkerException.class)
                    .hasMessageContaining(deaf.address() + " took nothing for 100 ms; the answer was dropped");
        }
    }

    /**
     * SPEC SS-9: each worker has the socket, those too that have only just been started. One that was still on its way to a worker is let go by the
     * kernel in the background, a moment later.
     */
    @Test
    void theAddressOfADatagramServerIsFreeWhenItIsClosed() {
        var address = new AtomicReference<>(Address.of("localhost", 0));
        for (int i = 0; i < 3; i++) {
            Awaitility.await().ignoreExceptionsInstanceOf(BindException.class).untilAsserted(() -> {
                var builder = Server.udp(address.get().host(), address.get().port()).concurrency(workers(3).spare(3));
                try (var server = builder.open(WorkerHandlers.Packets.class)) {
                    address.set(server.address());
                }
            });
        }
    }

    @Test
    void aDatagramsAnswerLeavesWithTheEndOfItsHandler() throws Exception {
        try (var server = Server.udp("localhost", 0).concurrency(workers(2)).open(WorkerHandlers.Packets.class).start();
                var client = Datagrams.udp(Address.of("localhost", 0))) {
            client.send("it".getBytes(), server.address());
            assertThat(client.receive(PATIENCE).text()).isEqualTo("got it");
            server.drain(PATIENCE);
            assertThat(server.stats().bytesOut()).isEqualTo(6);
        }
    }
}
