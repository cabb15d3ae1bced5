package dev.weft.rpc;

import static dev.weft.rpc.Words.failure;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;

import dev.weft.testkit.TestCertificates;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A client that meets another protocol is told so in words, without the names of the transport's parts (SPEC RPC-7)")
@Timeout(60)
class WrongProtocolTest {
    @TempDir
    Path folder;

    private static RpcException met(RpcClientBuilder client) throws IOException {
        try (var logged = new Logged(); var rpc = client.open()) {
            var failed = failure(() -> Words.say(rpc, "hello"));
            assertThat(failed.status()).isEqualTo(Status.UNAVAILABLE);
            assertThat(failed.getMessage()).doesNotContain("Pipeline", "Handler", "Exception", "unknown reason", "\n");
            assertThat(logged.records()).allMatch(entry -> entry.getThrown() == null);
            return failed;
        }
    }

    /** A server of something else: reads a little, answers, and closes. */
    private static ServerSocket answering(String answer) throws IOException {
        var server = new ServerSocket(0, 10, InetAddress.ofLiteral("127.0.0.1"));
        Thread.ofVirtual().start(() -> {
            try {
                while (true) {
                    try (var met = server.accept()) {
                        met.getInputStream().read(new byte[16_384]);
                        met.getOutputStream().write(answer.getBytes(US_ASCII));
                        met.shutdownOutput();
                        met.getInputStream().readAllBytes();
                    }
                }
            } catch (IOException e) {
                // It is closed.
            }
        });
        return server;
    }

    private RpcServerBuilder server(boolean unix) throws IOException {
        return unix ? RpcServer.unix(Files.createTempDirectory(folder, "s").resolve("s")) : RpcServer.tcp("127.0.0.1", 0);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void tlsWhereTheServerHasNone(boolean unix) throws IOException {
        try (var server = server(unix).start(Words.saying(word -> word))) {
            assertThat(met(RpcClient.to(server.address()).tls(dev.weft.net.Tls.client().trust(TestCertificates.authority()).host("localhost"))))
                    .hasMessageContaining("does not speak TLS");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void noTlsWhereTheServerHasIt(boolean unix) throws IOException {
        try (var server = server(unix).tls(TestCertificates.serverChain(), TestCertificates.serverKey()).start(Words.saying(word -> word))) {
            assertThat(met(RpcClient.to(server.address()))).hasMessageContaining("the server speaks TLS");
        }
    }

    @Test
    void aServerThatOnlyCloses() throws IOException {
        try (var server = answering("")) {
            assertThat(met(RpcClient.to("127.0.0.1", server.getLocalPort()))).hasMessageContaining("perhaps it speaks TLS");
            assertThat(met(RpcClient.to("127.0.0.1", server.getLocalPort()).tls())).hasMessageContaining("TLS");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aServerOfHttp1(boolean tls) throws IOException {
        try (var server = answering("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")) {
            var client = RpcClient.to("127.0.0.1", server.getLocalPort());
            assertThat(met(tls ? client.tls() : client)).hasMessageContaining("HTTP/1 ('HTTP/1.1 400 Bad Request')");
        }
    }

    @Test
    void aCertificateThatIsNotTrusted() throws IOException {
        try (var server = Place.TLS.server().start(Words.saying(word -> word))) {
            assertThat(failureOf(RpcClient.to("localhost", server.port()).tls())).hasMessageStartingWith("TLS failed: ").hasMessageContaining("PKIX");
        }
    }

    private static RpcException failureOf(RpcClientBuilder client) throws IOException {
        try (var rpc = client.open()) {
            return failure(() -> Words.say(rpc, "hello"));
        }
    }

    @Test
    void nobody() throws IOException {
        int port;
        try (var closed = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            port = closed.getLocalPort();
        }
        assertThat(met(RpcClient.to("127.0.0.1", port))).hasMessageContaining("refused").hasMessageContaining(":" + port);
    }
}
