package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;

import dev.weft.net.support.SafeText;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The name that a TLS client asks for (SNI) is a stranger's text, and the JDK quotes it when the handshake fails. */
@Timeout(60)
class HostileServerNameTest {
    private static final List<String> NAMES = List.of("x\r\nSEVERE: forged", "\u001b[2J", "\u001b]0;title\u0007", "two\nlines", "\u202egnirts",
            "zero\u200bwidth", "c1\u009b31m", "line\u2028separator");

    /** In a process of its own, as what others of this one logged counts against the limit of its lines. */
    static final class Program {
        private Program() {}

        public static void main(String[] arguments) throws Exception {
            var tls = Tls.server(Path.of(arguments[0]), Path.of(arguments[1]));
            try (var server = Server.tcp("localhost", 0).tls(tls).open(_ -> {}).start()) {
                for (var name : NAMES) {
                    try (var stranger = new Socket("127.0.0.1", server.port())) {
                        stranger.getOutputStream().write(hello(name));
                        stranger.shutdownOutput();
                        stranger.getInputStream().readAllBytes();
                    } catch (IOException e) {
                        // Reset, as it deserves.
                    }
                }
                while (server.stats().failed() < NAMES.size()) {
                    Thread.onSpinWait();
                }
            }
            System.out.println("all refused");
        }
    }

    @Test
    void aServerNameThatActsReachesNoLog() throws Exception {
        var certificates = new String[] {TestCertificates.chain("server").toString(), TestCertificates.key("server").toString()};
        try (var program = ChildJvm.running(Program.class, certificates)) {
            assertThat(program.exit()).isZero();
            var printed = program.rest();
            assertThat(printed).contains("all refused").anyMatch(line -> line.contains("Illegal server name"))
                    .allSatisfy(line -> assertThat(line).isEqualTo(SafeText.oneLine(line)))
                    .noneMatch(line -> line.startsWith("SEVERE: "));
            assertThat(printed).filteredOn(line -> line.startsWith("INFO: ")).hasSize(NAMES.size());
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
        if (text.indexOf(decent) < 0 || text.indexOf(decent) != text.lastIndexOf(decent)) {
            throw new IllegalStateException("the name is not there once");
        }
        return text.replace(decent, new String(bytes, StandardCharsets.ISO_8859_1)).getBytes(StandardCharsets.ISO_8859_1);
    }
}
