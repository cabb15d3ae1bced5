package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import dev.weft.message.Messages;
import dev.weft.net.Backoff;
import dev.weft.net.Connection;
import dev.weft.net.Tls;
import dev.weft.testkit.TestCertificates;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The examples of messages, hooks and properties; those of resources are {@link ModelExamplesTest}'s. */
@Timeout(120)
class MessageExamplesTest {
    private final int port = Program.freePort();

    @TempDir
    Path folder;

    @Test
    @DisplayName("PR-E1: the first example prints what the document says")
    void hello() throws Exception {
        try (var hello = Program.startMessages("PruinaHello", Map.of("port", port))) {
            assertThat(hello.outputAtExit()).isEqualTo("server: get 'hello world!'\nclient: get 'hello world!'\n");
        }
    }

    @Test
    @DisplayName("PR-E1, PR-C4: server and client as two programs; the client ends when the server does")
    void serverAndClient() throws Exception {
        try (var server = Program.startMessages("PruinaServer", Map.of("port", port))) {
            server.connect(port).close();
            try (var client = Program.startMessages("PruinaClient", Map.of("port", port))) {
                client.awaitWholeOutput("client: get 'hello world!'\n");
                server.awaitWholeOutput("server: get 'hello world!'\n");
                server.terminate();
                assertThat(client.exit()).isZero();
            }
        }
    }

    @Test
    @DisplayName("PR-W3: the server takes and gives the original's bytes")
    void theServersBytes() throws Exception {
        try (var server = Program.startMessages("PruinaServer", Map.of("port", port)); var peer = server.connect(port)) {
            peer.send(HexFormat.of().parseHex("3c570000001410ac93f98c041a0c68656c6c6f20776f726c6421"));
            assertThat(HexFormat.of().formatHex(peer.read(26))).isEqualTo("3c570000001410fe8081bc031a0c68656c6c6f20776f726c6421");
        }
    }

    @Test
    @DisplayName("PR-E3: shared properties, and a connection's own list and map")
    void properties() throws Exception {
        try (var server = Program.startMessages("PruinaProperties", Map.of("port", port))) {
            server.connect(port).close();
            try (var one = open(new Messages()); var another = open(new Messages())) {
                one.send("note", "b");
                one.send("note", "a");
                assertThat(one.request("note", "a", Program.PATIENCE).text()).isEqualTo("1 Hello World! [b, a, a] {a=2, b=1}");
                assertThat(another.request("note", "c", Program.PATIENCE).text()).isEqualTo("1 Hello World! [c] {c=1}");
            }
        }
    }

    @Test
    @DisplayName("a group over TLS: those who joined hear everybody, and a slow hook delays nobody")
    void tlsGroup() throws Exception {
        Files.copy(TestCertificates.serverChain(), folder.resolve("server.pem"));
        Files.copy(TestCertificates.serverKey(), folder.resolve("server.key"));
        var byOne = new LinkedBlockingQueue<String>();
        var byAnother = new LinkedBlockingQueue<String>();
        try (var server = Program.startMessages("PruinaTlsGroup", Map.of("port", port, "files", folder))) {
            server.connect(port).close();
            var where = Connection.to("localhost", port).tls(Tls.client().trust(TestCertificates.authority()));
            try (var one = hearing(byOne).open(where); var another = hearing(byAnother).open(where)) {
                one.request("join", "", Program.PATIENCE);
                another.request("join", "", Program.PATIENCE);
                one.send("slow", "");
                one.send("say", "hello");
                assertThat(byAnother.poll(20, TimeUnit.SECONDS)).isEqualTo("hello");
                assertThat(byOne.poll(20, TimeUnit.SECONDS)).isEqualTo("hello");
                assertThat(byOne.poll(20, TimeUnit.SECONDS)).as("the slow hook's answer comes after what was said later").isEqualTo("ok");
            }
        }
    }

    private static Messages hearing(BlockingQueue<String> heard) {
        return new Messages().on("said", (m, peer) -> heard.add(m.text())).on("done", (m, peer) -> heard.add(m.text()));
    }

    private dev.weft.message.Peer open(Messages messages) throws IOException {
        return messages.retries(Backoff.fixed(Duration.ofMillis(20)).attempts(1_000)).open(Connection.to("localhost", port));
    }
}
