package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;

import dev.weft.message.Message;
import dev.weft.net.Handler;
import dev.weft.net.Server;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code weft message serve}, {@code send} and {@code request}. */
@Timeout(60)
class MessageTest {
    private static final HexFormat HEX = HexFormat.of();

    @TempDir
    private Path folder;

    @Test
    @DisplayName("PR-W3, PR-E1: serve takes the original's bytes, shows the message, and answers in the original's bytes")
    void serveSpeaksTheOriginalsWireFormat() throws IOException {
        try (var weft = serve("--echo", "client msg=server response")) {
            var server = weft.ready();
            try (var peer = new Socket(server.host(), server.port())) {
                peer.setSoTimeout(20_000);
                peer.getOutputStream().write(HEX.parseHex("3c570000001f08ffffffffffffffffff0110ac93f98c041a0c68656c6c6f20776f726c6421"));
                assertThat(HEX.formatHex(peer.getInputStream().readNBytes(37)))
                        .isEqualTo("3c570000001f08ffffffffffffffffff0110fe8081bc031a0c68656c6c6f20776f726c6421");
                assertThat(weft.line()).isEqualTo("127.0.0.1:" + peer.getLocalPort() + " client msg, id -1, 12 bytes: hello world!");
            }
        }
    }

    @Test
    void aRequestIsAnsweredByServeWithoutOptions() {
        try (var weft = serve(); var request = Running.weft("message", "request", weft.ready().toString(), "hello", "héllo 你好")) {
            assertThat(request.line()).isEqualTo("héllo 你好");
            assertThat(request.exitCode()).isZero();
            assertThat(request.err()).isEmpty();
            assertThat(weft.line()).endsWith(" 99162322, id 1, 13 bytes: héllo 你好");
        }
    }

    @Test
    void serveAnswersEachTypeAsTold() {
        try (var weft = serve("--reply", "predict=predicted:y=1.0:ok", "--echo", "up=down", "--reply", "empty=void:")) {
            var server = weft.ready().toString();
            assertThat(Running.done("message", "request", server, "predict", "1").allOut()).isEqualTo("y=1.0:ok");
            assertThat(Running.done("message", "request", server, "up", "there").allOut()).isEqualTo("there");
            assertThat(Running.done("message", "request", server, "empty", "x").out).containsExactly("");
            assertThat(Running.done("message", "request", server, "other", "x", "--timeout", "50ms").exitCode()).isEqualTo(124);
        }
    }

    @Test
    void aReplyThatDoesNotComeInTimeIsSaidAndExitsWith124() {
        try (var weft = serve("--silent", "--know", "predict")) {
            var server = weft.ready();
            var request = Running.done("message", "request", server.toString(), "predict", "1", "--timeout", "200ms");

            assertThat(request.exitCode()).isEqualTo(124);
            assertThat(request.err()).isEqualTo("weft: no reply to 'predict' from " + server + " in 200 ms" + System.lineSeparator());
            assertThat(request.allOut()).isEmpty();
            assertThat(weft.line()).endsWith(" predict, id 1, 1 bytes: 1");
        }
    }

    @Test
    void aServerThatClosesWithoutAReplyIsAFailure() throws IOException {
        try (var server = server(c -> c.frames(Message.framing()).read())) {
            var request = Running.done("message", "request", server.address().toString(), "predict", "1");

            assertThat(request.exitCode()).isEqualTo(1);
            assertThat(request.err()).startsWith("weft: no reply to 'predict': ").hasLineCount(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"send", "request"})
    void aServerThatIsNotThereIsAFailureThatSaysWhere(String command) throws IOException {
        int port;
        try (var nobody = new ServerSocket(0)) {
            port = nobody.getLocalPort();
        }
        var weft = Running.done("message", command, "127.0.0.1:" + port, "x");

        assertThat(weft.exitCode()).isEqualTo(1);
        assertThat(weft.err()).startsWith("weft: cannot connect to 127.0.0.1:" + port).hasLineCount(1);
    }

    @ParameterizedTest
    @CsvSource({"0, client msg", "9223372036854775807, client msg", "-9223372036854775808, 中文消息"})
    @DisplayName("PR-W4, PR-W5: send sends any name under any id of 64 bits")
    void sendSendsOneMessage(String id, String type) {
        try (var weft = serve("--silent", "--know", "client msg", "--know", "中文消息")) {
            var send = Running.done("message", "send", weft.ready().toString(), type, "hello world!", "--id=" + id);

            assertThat(send.exitCode()).isZero();
            assertThat(send.allOut() + send.err()).isEmpty();
            assertThat(weft.line()).endsWith(" " + type + ", id " + id + ", 12 bytes: hello world!");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, Integer.MAX_VALUE, Integer.MIN_VALUE})
    @DisplayName("PR-W4: a type may be a number")
    void sendSendsATypeThatIsANumber(int type) {
        try (var weft = serve()) {
            assertThat(Running.done("message", "send", weft.ready().toString(), "--type-number", "--", "" + type).exitCode()).isZero();
            assertThat(weft.line()).endsWith(" " + type + ", id 0, 0 bytes");
        }
    }

    @Test
    void sendShowsWhatComesUntilTheServerCloses() throws IOException {
        try (var server = server(c -> {
            var frames = c.frames(Message.framing());
            var m = frames.read();
            frames.write(m.reply("ask", "back"));
            frames.write(m.reply("server response", new byte[] {1, 0}).stream(Message.LAST_PART));
            frames.write(m.reply("other", ""));
        })) {
            var send = Running.done("message", "send", server.address().toString(), "ask", "x", "--id", "7", "--wait", "20s", "--know",
                    "server response");

            assertThat(send.out).containsExactly("ask, id 7, 4 bytes: back", "server response, id 7, stream 3, 2 bytes, hex: 0100",
                    Message.type("other") + ", id 7, 0 bytes");
            assertThat(send.exitCode()).isZero();
            assertThat(send.err()).isEmpty();
        }
    }

    @Test
    void sendWaitsNoLongerThanItIsTold() {
        try (var weft = serve("--echo", "ask=ask")) {
            var send = Running.done("message", "send", weft.ready().toString(), "ask", "x", "--wait", "300ms");

            assertThat(send.exitCode()).isZero();
        }
    }

    @Test
    void dataComesFromStandardInputOrAFileAsItIs() throws IOException {
        var bytes = HEX.parseHex("00ff0a");
        try (var weft = serve("--silent")) {
            var server = weft.ready().toString();
            try (var send = Running.weftReading(new ByteArrayInputStream(bytes), "message", "send", server, "x", "-")) {
                assertThat(send.exitCode()).isZero();
            }
            assertThat(weft.line()).endsWith(" 3 bytes, hex: 00ff0a");
            var file = Files.write(folder.resolve("data"), bytes);
            assertThat(Running.done("message", "send", server, "x", "--file", file.toString()).exitCode()).isZero();
            assertThat(weft.line()).endsWith(" 3 bytes, hex: 00ff0a");
        }
    }

    @Test
    void aFileThatIsNotThereIsAFailure() {
        var weft = Running.done("message", "send", "127.0.0.1:1", "x", "--file", folder.resolve("none").toString());

        assertThat(weft.exitCode()).isEqualTo(1);
        assertThat(weft.err()).contains("no such file: " + folder.resolve("none"));
    }

    @Test
    void controlCharactersOfStrangersReachNoTerminal() {
        var text = "\u001b[2J red\u009b \u202eevil\r\nline\ttab";
        try (var weft = serve()) {
            var request = Running.done("message", "request", weft.ready().toString(), "x", text);

            assertThat(weft.line()).endsWith(" bytes: ^[[2J red\uFFFD \uFFFDevil^M^Jline\ttab");
            assertThat(request.out).containsExactly("^[[2J red\uFFFD \uFFFDevil", "line\ttab");
        }
    }

    @Test
    void longDataIsCutShort() {
        try (var weft = serve("--silent")) {
            var server = weft.ready().toString();
            Running.done("message", "send", server, "x", "é".repeat(1_000)).exitCode();
            assertThat(weft.line()).endsWith(" 2000 bytes: " + "é".repeat(200) + " ...");
            Running.done("message", "send", server, "x", "\0".repeat(1_000)).exitCode();
            assertThat(weft.line()).endsWith(" 1000 bytes, hex: " + "00".repeat(64) + " ...");
        }
    }

    @Test
    void rawWritesTheRepliesBytes() {
        try (var weft = serve()) {
            var request = Running.done("message", "request", weft.ready().toString(), "x", "\u001b[0m\nrest", "--raw");

            assertThat(request.out).containsExactly("\u001b[0m");
        }
    }

    @Test
    void aUnixSocketWillDo() {
        var path = folder.resolve("s");
        try (var weft = serveAt("--unix", path.toString())) {
            assertThat(weft.line()).startsWith("listening on unix://" + path + " (");
            assertThat(Running.done("message", "request", "unix:" + path, "x", "over a path").allOut()).isEqualTo("over a path");
        }
        assertThat(path).doesNotExist();
    }

    @Test
    @DisplayName("PR-W11: a body that is no message ends its connection, is told, and the server lives")
    void garbageEndsItsConnectionOnly() throws IOException {
        try (var weft = serve()) {
            var server = weft.ready();
            try (var peer = new Socket(server.host(), server.port())) {
                peer.setSoTimeout(20_000);
                peer.getOutputStream().write(HEX.parseHex("3c5700000002" + "0fff"));
                assertThat(peer.getInputStream().read()).isEqualTo(-1);
            }
            await().untilAsserted(() -> assertThat(weft.err()).contains("is no message").hasLineCount(1));
            assertThat(Running.done("message", "request", server.toString(), "x", "still here").allOut()).isEqualTo("still here");
        }
    }

    private static Running serve(String... options) {
        var line = new String[options.length + 2];
        line[0] = "--port";
        line[1] = "0";
        System.arraycopy(options, 0, line, 2, options.length);
        return serveAt(line);
    }

    private static Running serveAt(String... options) {
        var line = new String[options.length + 2];
        line[0] = "message";
        line[1] = "serve";
        System.arraycopy(options, 0, line, 2, options.length);
        return Running.weft(line);
    }

    /** A server of the test's own. */
    private static Server server(Handler handler) throws IOException {
        return Server.tcp("127.0.0.1", 0).open(handler).start();
    }
}
