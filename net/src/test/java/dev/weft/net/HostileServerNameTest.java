package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.logging.LogRecord;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;

import dev.weft.net.support.SafeText;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The name that a TLS client asks for (SNI) is a stranger's text, and the JDK quotes it when the handshake fails. */
@Timeout(60)
class HostileServerNameTest {
    private static final List<String> NAMES = List.of("x\r\nSEVERE: forged", "\u001b[2J", "\u001b]0;title\u0007", "two\nlines", "\u202egnirts",
            "zero\u200bwidth", "c1\u009b31m", "line\u2028separator");

    @Test
    void aServerNameThatActsReachesNoLog() throws Exception {
        var tls = Tls.server(TestCertificates.chain("server"), TestCertificates.key("server"));
        try (var log = new LogCapture(); var server = Server.tcp("localhost", 0).tls(tls).open(_ -> {}).start()) {
            for (var name : NAMES) {
                try (var stranger = new Socket("127.0.0.1", server.port())) {
                    stranger.getOutputStream().write(hello(name));
                    stranger.shutdownOutput();
                    stranger.getInputStream().readAllBytes();
                } catch (IOException e) {
                    // Reset, as it deserves.
                }
            }
            Awaitility.await().until(() -> server.stats().failed() == NAMES.size());
            Awaitility.await().until(() -> log.records().size() == NAMES.size());
            assertThat(log.records()).anyMatch(logged -> logged.getMessage().contains("Illegal server name"))
                    .allSatisfy(HostileServerNameTest::assertHarmless);
        }
    }

    private static void assertHarmless(LogRecord logged) {
        assertThat(logged.getMessage()).isEqualTo(SafeText.oneLine(logged.getMessage()));
        for (var e = logged.getThrown(); e != null; e = e.getCause()) {
            assertThat(e.toString()).isEqualTo(SafeText.oneLine(e.toString()));
        }
    }

    /** A ClientHello whose name is this; the JDK would not write it, so it takes the place of a decent one of the same length. */
    private static byte[] hello(String name) throws Exception {
        var bytes = name.getBytes(StandardCharsets.UTF_8);
        var decent = "a".repeat(bytes.length);
        var engine = SSLContext.getDefault().createSSLEngine();
        engine.setUseClientMode(true);
        var parameters = engine.getSSLParameters();
        parameters.setServerNames(List.of(new SNIHostName(decent)));
        engine.setSSLParameters(parameters);
        var hello = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        engine.wrap(ByteBuffer.allocate(0), hello);
        var text = new String(hello.array(), 0, hello.position(), StandardCharsets.ISO_8859_1);
        assertThat(text).containsOnlyOnce(decent);
        return text.replace(decent, new String(bytes, StandardCharsets.ISO_8859_1)).getBytes(StandardCharsets.ISO_8859_1);
    }
}
