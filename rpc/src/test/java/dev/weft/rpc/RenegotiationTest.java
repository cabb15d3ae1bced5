package dev.weft.rpc;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;

import dev.weft.net.Tls;
import dev.weft.testkit.TestCertificates;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("TLS is agreed on once: a new handshake, which TLS 1.2 has, ends the connection (RFC 9113, 9.2.1)")
@Timeout(60)
class RenegotiationTest {
    private static final int PATIENCE_MILLIS = 20_000;
    /** A client's preface, and settings without any. */
    private static final byte[] HTTP2 = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0".getBytes(US_ASCII);

    private static SSLSocket connected(RpcServer server, String version) throws IOException {
        var context = Tls.client().trust(TestCertificates.authority()).context(true);
        var socket = (SSLSocket) context.getSocketFactory().createSocket("localhost", server.port());
        socket.setSoTimeout(PATIENCE_MILLIS);
        var parameters = socket.getSSLParameters();
        parameters.setProtocols(new String[] {version});
        parameters.setApplicationProtocols(new String[] {"h2"});
        socket.setSSLParameters(parameters);
        return socket;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aClientThatAsksForItLosesItsConnection(boolean invalidated) throws IOException {
        try (var logged = new Logged(); var server = Place.TLS.server().start(new RouteService()); var socket = connected(server, "TLSv1.2")) {
            socket.getOutputStream().write(HTTP2);
            assertThat(socket.getInputStream().read()).as("the server's settings").isNotNegative();
            if (invalidated) {
                socket.getSession().invalidate(); // so that it is a full one
            }
            socket.startHandshake(); // does not wait for the server
            assertThat(ends(socket)).isTrue();
            await().until(() -> server.stats().connections() == 0);
            assertThat(logged.records()).isNotEmpty().allSatisfy(entry -> {
                assertThat(entry.getThrown()).isNull();
                assertThat(entry.getMessage()).contains("renegotiation");
            });
        }
    }

    private static boolean ends(SSLSocket socket) throws IOException {
        try {
            while (socket.getInputStream().read() >= 0) {} // settings, and then nothing more
            return true;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (SSLException | SocketException e) {
            return true;
        }
    }

    /** The client's own; TLS 1.2 without a second handshake works as ever. */
    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void oneHandshakeIsEnough(String version) throws IOException {
        var tls = Tls.client().trust(TestCertificates.authority()).protocols(version);
        try (var server = Place.TLS.server().start(Words.saying(word -> word));
                var client = RpcClient.to("localhost", server.port()).tls(tls).open()) {
            for (int i = 0; i < 20; i++) {
                assertThat(Words.say(client, "x".repeat(100_000))).hasSize(100_000);
            }
        }
    }
}
