package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** socketserver's classes: four kinds of server, one type, every concurrency with each. */
@Timeout(30)
class ServerKindsTest {
    @TempDir
    private Path folder;

    static List<Concurrency> concurrencies() {
        return List.of(Concurrency.sequential(), Concurrency.virtualThreads(), Concurrency.platformThreads(2));
    }

    @ParameterizedTest
    @MethodSource("concurrencies")
    void streamServersOfBothFamiliesCombineWithEveryConcurrency(Concurrency how) throws IOException {
        // SPEC SS-1, SS-2, SS-3: TCPServer and UnixStreamServer, plain and threading.
        for (var builder : List.of(Server.tcp("localhost", 0), Server.unix(folder.resolve("stream")))) {
            try (var server = builder.concurrency(how).open(ServerKindsTest::upper).start(); var c = Connection.to(server.address()).open()) {
                c.send("hello\n");
                assertThat(c.readLine()).isEqualTo("HELLO");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("concurrencies")
    void aDatagramServerCombinesWithEveryConcurrency(Concurrency how) throws IOException {
        // SPEC SS-1, SS-3: UDPServer, plain and threading.
        try (var server = Server.udp("localhost", 0).concurrency(how).open(d -> d.reply(d.text().toUpperCase())).start();
                var client = Datagrams.udp()) {
            client.send("hello", server.address());
            assertThat(client.receive(Duration.ofSeconds(10)).text()).isEqualTo("HELLO");
        }
    }

    @Test
    void unixDatagramsAndProcessesHaveTheirPlaceAndSayWhatIsMissing() {
        // SPEC SS-1, SS-3, SS-35, SS-50: UnixDatagramServer and ForkingMixIn.
        assertThatThrownBy(() -> Server.unixDatagrams(folder.resolve("datagrams")).open(_ -> {}))
                .isInstanceOf(UnsupportedOperationException.class).hasMessageContaining("dev.weft.linux");
        assertThatThrownBy(() -> Server.tcp("localhost", 0).concurrency(Concurrency.processes(2)).open(_ -> {}))
                .isInstanceOf(UnsupportedOperationException.class).hasMessageContaining("weft-workers");
    }

    @Test
    void nothingIsBoundBeforeOpen() throws IOException {
        // SPEC SS-5: bind_and_activate=False is the builder; the address is taken by open alone.
        int port;
        try (var free = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            port = free.getLocalPort();
        }
        var socket = folder.resolve("later");
        var tcp = Server.tcp("localhost", port);
        var unix = Server.unix(socket);
        assertThatThrownBy(() -> Connection.to("localhost", port).open()).isInstanceOf(ConnectException.class);
        assertThat(Files.exists(socket)).isFalse();
        try (var first = tcp.open(ServerKindsTest::upper); var second = unix.open(ServerKindsTest::upper)) {
            assertThat(first.address()).hasToString("127.0.0.1:" + port);
            assertThat(second.address()).hasToString("unix:" + socket);
            Connection.to(first.address()).open().close();
            Connection.to(second.address()).open().close();
        }
    }

    private static void upper(Connection c) throws IOException {
        c.send(c.readLine().toUpperCase() + "\n");
    }
}
