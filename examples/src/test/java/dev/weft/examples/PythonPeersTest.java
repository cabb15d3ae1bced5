package dev.weft.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The examples against Python's own socketserver, in both directions, byte by byte. Needs a python3 on the PATH. */
@Timeout(120)
class PythonPeersTest {
    private static final HexFormat HEX = HexFormat.of();
    /** White space at both ends, letters of ASCII and of others, bytes that are no text. */
    private static final byte[] ODD = HEX.parseHex("20090b0c61c3a97a5b607b7f80ffc3a9c285c2a01c1f000d0a");

    private static String python = "python3";

    private final int port = Program.freePort();

    @BeforeAll
    static void needsPython() throws InterruptedException {
        // The interpreter itself: what the PATH finds may be a slow script that chooses one.
        try (var probe = Program.command(python, "-c", "import socketserver, sys; print(sys.executable)")) {
            if (probe.exit() == 0) {
                python = probe.output().strip();
                return;
            }
        } catch (UncheckedIOException e) {
            // No python3: said below.
        }
        System.err.println("SKIPPED: the examples are not compared with Python's socketserver: no python3 on the PATH");
        abort("no python3 on the PATH");
    }

    @ParameterizedTest
    @CsvSource({"TcpUpper, recv", "TcpUpperClass, readline"})
    @DisplayName("5.1: Python's client gets the same bytes from ours as from Python's server (SS-E1, SS-E2)")
    void pythonsTcpClient(String example, String form) throws Exception {
        var theirPort = Program.freePort();
        try (var ours = Program.start(example, port); var theirs = server("tcp_server.py", theirPort, form)) {
            ours.connect(port).close();
            var messages = new byte[][] {ODD, "hello world\n".getBytes(UTF_8), " \n".getBytes(UTF_8)};
            assertThat(client("tcp", port, messages)).isEqualTo(client("tcp", theirPort, messages)).hasLineCount(3);
            theirs.awaitOutput("127.0.0.1 wrote:\nb'hello world'\n");
            ours.awaitOutput("127.0.0.1 wrote:\nb'hello world'\n");
        }
    }

    @ParameterizedTest
    @CsvSource({"recv", "readline"})
    @DisplayName("5.1: our client prints what the document says, from Python's server (SS-E1, SS-E2)")
    void pythonsTcpServer(String form) throws Exception {
        try (var server = server("tcp_server.py", port, form);
                var client = Program.start("TcpClient", port, "hello", "world", "with", "TCP")) {
            assertThat(client.outputAtExit()).isEqualTo("Sent:     hello world with TCP\nReceived: HELLO WORLD WITH TCP\n");
            server.awaitOutput("127.0.0.1 wrote:\nb'hello world with TCP'\n");
        }
    }

    @Test
    @DisplayName("5.2: both directions over UDP (SS-E3)")
    void datagrams() throws Exception {
        var theirPort = Program.freePort();
        try (var ours = Program.start("UdpUpper", port); var theirs = server("udp_server.py", theirPort)) {
            Packets.awaitAnswer(port);
            var nothing = "\n".getBytes(UTF_8);
            assertThat(client("udp", port, ODD, nothing)).isEqualTo(client("udp", theirPort, ODD, nothing)).isNotBlank();
            try (var client = Program.start("UdpClient", theirPort, "python", "is", "nice")) {
                assertThat(client.outputAtExit()).isEqualTo("Sent:     python is nice\nReceived: PYTHON IS NICE\n");
            }
            theirs.awaitOutput("b'python is nice'");
            assertThat(ours.output()).contains("127.0.0.1 wrote:\n");
        }
    }

    @Test
    @DisplayName("5.3: the threaded server's answer, asked by a socket, has the form of Python's (SS-E4)")
    void threaded() throws Exception {
        try (var server = server("threading_server.py", port, "named");
                var peer = server.connect(port);
                var ours = Program.start("Threaded", 0)) {
            var theirs = peer.send("Hello World 1").readToEnd();
            assertThat(theirs).startsWith("Thread-").endsWith(": Hello World 1");
            var line = ours.outputAtExit().lines().skip(1).findFirst().orElseThrow();
            assertThat(line).startsWith("Received: Thread-").endsWith(": Hello World 1");
        }
    }

    @Test
    @DisplayName("EchoHandler: Python's client gets the same bytes from ours as from Python's server (SS-E5)")
    void echoHandler() throws Exception {
        var theirPort = Program.freePort();
        var messages = Stream.of("hello", "\u4f60\u597d", "quit\n", "quit").map(text -> text.getBytes(UTF_8)).toArray(byte[][]::new);
        try (var ours = Program.start("EchoHandler", port); var theirs = server("threading_server.py", theirPort, "echo")) {
            ours.connect(port).close();
            assertThat(client("talk", port, messages)).isEqualTo(client("talk", theirPort, messages)).hasLineCount(4).endsWith("\n\n");
            assertThat(theirs.report()).doesNotContain("Traceback");
        }
    }

    private static Program server(String script, int port, String... args) {
        var command = new ArrayList<>(List.of(python, script(script), Integer.toString(port)));
        command.addAll(List.of(args));
        var server = Program.command(command.toArray(String[]::new));
        server.awaitOutput("ready\n");
        return server;
    }

    /** What came for each message, in hexadecimal digits. */
    private static String client(String how, int port, byte[]... messages) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(python, script("client.py"), how, Integer.toString(port)));
        Arrays.stream(messages).map(HEX::formatHex).forEach(command::add);
        try (var client = Program.command(command.toArray(String[]::new))) {
            return client.outputAtExit();
        }
    }

    private static String script(String name) {
        try {
            return Path.of(PythonPeersTest.class.getResource("/python/" + name).toURI()).toString();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(name, e);
        }
    }
}
