package dev.weft.examples;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** python-socketserver.md, section 5: each sample prints what the document says. */
@Timeout(120)
class SocketserverExamplesTest {
    private final int port = Program.freePort();

    @Test
    @DisplayName("5.1 first form and client print what the document says; the answer is in capitals and the connection is closed (SS-E1)")
    void theFirstFormAndItsClient() throws Exception {
        try (var server = Program.start("TcpUpper", port)) {
            // Python's bytes know ASCII only: é stays, and U+0085 and U+00A0 are no white space.
            try (var peer = server.connect(port)) {
                assertThat(peer.send(" \t\u000b\f h\u00e9llo \u00a0\r\n").readToEnd()).isEqualTo("H\u00e9LLO \u00a0");
            }
            assertThat(run("TcpClient", "hello", "world", "with", "TCP"))
                    .isEqualTo("Sent:     hello world with TCP\nReceived: HELLO WORLD WITH TCP\n");
            assertThat(run("TcpClient", "python", "is", "nice")).isEqualTo("Sent:     python is nice\nReceived: PYTHON IS NICE\n");
            server.awaitWholeOutput("""
                    127.0.0.1 wrote:
                    b'h\u00e9llo \u00a0'
                    127.0.0.1 wrote:
                    b'hello world with TCP'
                    127.0.0.1 wrote:
                    b'python is nice'
                    """);
        }
    }

    @Test
    @DisplayName("5.1 first form keeps bytes that are no text in any charset (SS-E1)")
    void theFirstFormIsAboutBytes() throws Exception {
        var all = new byte[256];
        for (var i = 0; i < all.length; i++) {
            all[i] = (byte) i;
        }
        try (var server = Program.start("TcpUpper", port); var peer = server.connect(port)) {
            peer.send(all);
            var letters = "abcdefghijklmnopqrstuvwxyz";
            assertThat(peer.readToEnd(ISO_8859_1)).isEqualTo(new String(all, ISO_8859_1).replace(letters, letters.toUpperCase()));
        }
    }

    @Test
    @DisplayName("5.1 second form reads on until the end of the line, in a handler object of its own for each connection (SS-E2, SS-45)")
    void theSecondFormReadsALine() throws Exception {
        try (var server = Program.start("TcpUpperClass", port)) {
            try (var peer = server.connect(port)) {
                peer.send("hello wo").send("rld with TCP\nnever read");
                assertThat(peer.readLike("HELLO WORLD WITH TCP")).isEqualTo("HELLO WORLD WITH TCP");
            }
            try (var peer = server.connect(port)) {
                assertThat(peer.send("  h\u00e9llo  ").end().readToEnd()).isEqualTo("H\u00e9LLO");
            }
            assertThat(run("TcpClient", "python", "is", "nice")).isEqualTo("Sent:     python is nice\nReceived: PYTHON IS NICE\n");
            server.awaitWholeOutput("""
                    127.0.0.1 wrote:
                    b'hello world with TCP'
                    127.0.0.1 wrote:
                    b'h\u00e9llo'
                    127.0.0.1 wrote:
                    b'python is nice'
                    """);
        }
    }

    @Test
    @DisplayName("5.2 server and client (SS-E3)")
    void datagrams() throws Exception {
        try (var server = Program.start("UdpUpper", port)) {
            Packets.awaitAnswer(port);
            assertThat(Packets.ask(port, " h\u00e9llo \n".getBytes(UTF_8))).isEqualTo("H\u00e9LLO".getBytes(UTF_8));
            assertThat(Packets.ask(port, new byte[] {' ', 'a', (byte) 0xff, '\n'})).isEqualTo(new byte[] {'A', (byte) 0xff});
            assertThat(run("UdpClient", "hello", "world")).isEqualTo("Sent:     hello world\nReceived: HELLO WORLD\n");
            server.awaitOutput("127.0.0.1 wrote:\nb'hello world'\n");
        }
    }

    @Test
    @DisplayName("5.3 serves three clients in turn on named threads, then shuts down (SS-E4, SS-30)")
    void threaded() throws Exception {
        try (var program = Program.start("Threaded", 0)) {
            assertThat(program.outputAtExit()).isEqualTo("""
                    Server loop running in thread: Thread-0
                    Received: Thread-1: Hello World 1
                    Received: Thread-2: Hello World 2
                    Received: Thread-3: Hello World 3
                    """);
        }
    }

    private String run(String client, String... args) throws IOException, InterruptedException {
        try (var program = Program.start(client, port, args)) {
            return program.outputAtExit();
        }
    }
}
