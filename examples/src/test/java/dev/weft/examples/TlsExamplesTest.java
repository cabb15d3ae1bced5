package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import javax.net.ssl.SSLException;

import dev.weft.net.Connection;
import dev.weft.net.Tls;
import dev.weft.testkit.TestCertificates;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The examples of TLS, with certificates of the test's own. */
@Timeout(120)
class TlsExamplesTest {
    private final int port = Program.freePort();

    @TempDir
    Path folder;

    @Test
    void mutualTlsGreetsADeviceByItsNameAndRefusesWhoShowsNoCertificate() throws Exception {
        server();
        copy(TestCertificates.clientChain("device-7"), "device.pem");
        copy(TestCertificates.clientKey("device-7"), "device.key");
        var properties = Map.of("port", port, "files", folder);
        try (var server = Program.start("MutualTls", properties)) {
            server.connect(port).close();
            try (var client = Program.start("MutualTlsClient", properties)) {
                assertThat(client.outputAtExit()).isEqualTo("hello CN=device-7\n");
            }
            try (var nobody = Connection.to("localhost", port).tls(Tls.client().trust(TestCertificates.authority())).open()) {
                assertThatThrownBy(nobody::readLine).isInstanceOf(SSLException.class);
            }
        }
    }

    @Test
    void startTlsTurnsTlsOnInMidConversation() throws Exception {
        server();
        try (var server = Program.start("StartTls", Map.of("port", port, "files", folder))) {
            server.connect(port).close();
            try (var mail = Connection.to("localhost", port).open()) {
                assertThat(mail.readLine()).isEqualTo("220 weft");
                mail.send("MAIL\r\n");
                assertThat(mail.readLine()).isEqualTo("530 STARTTLS first");
                mail.send("STARTTLS\r\n");
                assertThat(mail.readLine()).isEqualTo("220 go ahead");
                mail.startTls(Tls.client().trust(TestCertificates.authority()));
                mail.send("MAIL\r\n");
                assertThat(mail.readLine()).isEqualTo("250 ok");
                mail.send("QUIT\r\n");
                assertThat(mail.readLine()).isEqualTo("221 bye");
                assertThat(mail.receive(1)).isEmpty();
            }
        }
    }

    private void server() throws IOException {
        copy(TestCertificates.serverChain(), "server.pem");
        copy(TestCertificates.serverKey(), "server.key");
        copy(TestCertificates.authority(), "devices-ca.pem");
        copy(TestCertificates.authority(), "ca.pem");
    }

    private void copy(Path file, String name) throws IOException {
        Files.write(folder.resolve(name), Files.readAllBytes(file));
    }
}
