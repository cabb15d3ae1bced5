package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;

import dev.weft.net.Framing;
import dev.weft.net.Server;
import dev.weft.net.Tls;
import dev.weft.queue.Delivery;
import dev.weft.queue.Link;
import dev.weft.testkit.TestCertificates;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The examples of queues. */
@Timeout(120)
class QueueExamplesTest {
    private final int port = Program.freePort();

    @TempDir
    Path folder;

    @Test
    @DisplayName("SL-E1: client.py beside server.py, and beside the next server when that one is gone")
    void serverAndClient() {
        try (var client = Program.startQueues("SockClient", Map.of("port", port))) {
            try (var server = Program.startQueues("SockServer", Map.of("port", port))) {
                client.awaitWholeOutput("message 1\n");
                server.terminate();
            }
            try (var another = Program.startQueues("SockServer", Map.of("port", port))) {
                client.awaitWholeOutput("message 1\nmessage 1\n");
                assertThat(another.output()).isEmpty();
            }
        }
    }

    @Test
    @DisplayName("SL-W1, SL-22: the server's wire is the original's, and it goes on with the next client")
    void theServersBytes() throws Exception {
        try (var server = Program.startQueues("SockServer", Map.of("port", port))) {
            try (var first = server.connect(port)) {
                assertThat(first.readLine()).isEqualTo("message 1\r\n");
            }
            try (var second = server.connect(port)) {
                assertThat(second.readLine()).startsWith("message ").endsWith("\r\n");
            }
        }
    }

    @Test
    @DisplayName("SL-1, SL-10: six roles by their names, and a receiver that its stop function ends after exactly three messages")
    void sixRoles() throws Exception {
        try (var roles = Program.startQueues("SockSixRoles", Map.of("port", port))) {
            var names = Stream.of("ServerReceiver", "ServerSender", "Server", "ClientReceiver", "ClientSender", "Client")
                    .map(name -> name + " at localhost:" + port + "\n").reduce("", String::concat);
            assertThat(roles.outputAtExit()).isEqualTo(names + "[one, two, three]\n");
        }
    }

    @Test
    @DisplayName("SL-41: from one port through a service to another")
    void toUpper() throws Exception {
        try (var listener = new ServerSocket(0, 1, Program.LOCAL);
                var upper = Program.startQueues("SockToUpper", Map.of("port", port, "to", listener.getLocalPort()))) {
            listener.setSoTimeout((int) Program.PATIENCE.toMillis());
            try (var in = upper.connect(port); var out = new Peer(listener.accept())) {
                in.send("hello\r\nwor").send("ld\r\n");
                assertThat(out.readLine() + out.readLine()).isEqualTo("HELLO\r\nWORLD\r\n");
            }
        }
    }

    @Test
    @DisplayName("at least once over TLS: a message is acknowledged when the next is asked for")
    void iterate() throws Exception {
        Files.copy(TestCertificates.authority(), folder.resolve("ca.pem"));
        var tls = Tls.server(TestCertificates.serverChain(), TestCertificates.serverKey());
        try (var sender = Link.listen(Server.tcp("localhost", port).tls(tls)).as(Framing.lengthPrefixed(4)).delivery(Delivery.AT_LEAST_ONCE)
                .sender().start(); var receiver = Program.startQueues("SockIterate", Map.of("port", port, "files", folder))) {
            sender.send(new byte[3]);
            sender.send(new byte[70_000]);
            receiver.awaitWholeOutput("3\n70000\n");
            await().atMost(Program.PATIENCE).until(() -> sender.stats().acknowledged() == 2);
        }
    }
}
