package dev.weft.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import dev.weft.net.Address;
import dev.weft.net.Connection;
import dev.weft.net.Datagrams;
import dev.weft.net.Deadlines;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code weft serve} and its built-in handlers, on every kind of socket. */
@Timeout(60)
class ServeTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final String DAYTIME = "(Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, [A-Z][a-z]+"
            + " \\d{1,2}, \\d{4} \\d\\d:\\d\\d:\\d\\d-\\S+\r\n";

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"sequential", "virtual", "platform:2"})
    void echoSendsBackWhateverComesUnderEveryConcurrency(String concurrency) throws IOException {
        try (var weft = Running.weft("serve", "echo", "--tcp", "127.0.0.1:0", "--concurrency", concurrency); var c = to(weft.ready())) {
            c.send("one\n");
            assertThat(c.readLine()).isEqualTo("one");
            c.send("two\nthree");
            c.shutdownOutput();
            assertThat(rest(c)).isEqualTo("two\nthree");
        }
    }

    @Test
    void echoSendsADatagramBack() throws IOException {
        assertThat(overUdp("echo", "\0any\nbytes ÿ")).isEqualTo("\0any\nbytes ÿ");
    }

    @Test
    void echoServesAUnixSocketAndRemovesItsFileAtTheEnd() throws IOException {
        var path = folder.resolve("s");
        try (var weft = Running.weft("serve", "echo", "--unix", path.toString())) {
            assertThat(weft.line()).startsWith("listening on unix://" + path + " (");
            assertThat(ask(Address.unix(path), "over a path")).isEqualTo("over a path");
        }
        assertThat(path).doesNotExist();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    @DisplayName("SS-50: a Unix datagram server")
    void upperAnswersADatagramOnAUnixSocketAndRemovesItsFileAtTheEnd() throws IOException {
        var path = folder.resolve("s");
        try (var weft = Running.weft("serve", "upper", "--unixgram", path.toString());
                var client = Datagrams.unix(folder.resolve("me"))) {
            assertThat(weft.line()).startsWith("listening on unixgram://" + path + " (");
            client.send("over a path", Address.unix(path));
            assertThat(client.receive(PATIENCE).text()).isEqualTo("OVER A PATH");
            assertThat(weft.line()).isEqualTo("unix:" + folder.resolve("me") + " wrote:");
        }
        assertThat(path).doesNotExist();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void echoServesAnAbstractName() throws IOException {
        var name = "weft-serve-test-" + ProcessHandle.current().pid();
        try (var weft = Running.weft("serve", "echo", "--unix", "@" + name)) {
            assertThat(weft.line()).startsWith("listening on unix://@" + name + " (");
            assertThat(ask(Address.unixAbstract(name), "without a file")).isEqualTo("without a file");
        }
    }

    @Test
    @DisplayName("SS-49: a file that was there before is never deleted")
    void aUnixSocketFileOfSomebodyElseStopsTheStartAndStays() throws IOException {
        var path = Files.writeString(folder.resolve("precious"), "data");
        var weft = Running.done("serve", "echo", "--unix", path.toString());

        assertThat(weft.exitCode()).isEqualTo(1);
        assertThat(weft.err()).contains(path.toString());
        assertThat(path).hasContent("data");
    }

    @Test
    @DisplayName("SS-E1: upper answers one recv, stripped, in ASCII upper case, and closes; the server prints who wrote what")
    void upperOverTcp() throws IOException {
        try (var weft = Running.weft("serve", "upper", "--tcp", "127.0.0.1:0")) {
            assertThat(ask(weft.ready(), " héllo wörld's \r\n")).isEqualTo("HéLLO WöRLD'S");
            assertThat(weft.line()).isEqualTo("127.0.0.1 wrote:");
            assertThat(weft.line()).isEqualTo("b\"h\\xc3\\xa9llo w\\xc3\\xb6rld's\"");
        }
    }

    @Test
    @DisplayName("SS-E1: upper does not wait for a line's end, and takes 1024 bytes at most")
    void upperTakesOneReadOnly() throws IOException {
        try (var weft = Running.weft("serve", "upper", "--tcp", "127.0.0.1:0")) {
            var server = weft.ready();
            try (var c = to(server)) {
                c.send("no line end, no half-close");
                assertThat(rest(c)).isEqualTo("NO LINE END, NO HALF-CLOSE");
            }
            try (var c = to(server)) {
                c.send("x".repeat(1_024));
                assertThat(rest(c)).isEqualTo("X".repeat(1_024));
            }
        }
    }

    @Test
    @DisplayName("SS-E3: upper answers a datagram with one, stripped and upper-cased")
    void upperOverUdp() throws IOException {
        try (var weft = Running.weft("serve", "upper", "--udp", "127.0.0.1:0"); var client = Datagrams.udp(Address.of("127.0.0.1", 0))) {
            client.send("\t naïve udp\n", weft.ready());
            assertThat(client.receive(PATIENCE).text()).isEqualTo("NAïVE UDP");
            assertThat(weft.line()).isEqualTo("127.0.0.1 wrote:");
            assertThat(weft.line()).isEqualTo("b'na\\xc3\\xafve udp'");
        }
    }

    @Test
    @DisplayName("SS-E2: upper-line waits for the line's end, however it is cut")
    void upperLine() throws IOException {
        try (var weft = Running.weft("serve", "upper-line", "--tcp", "127.0.0.1:0"); var c = to(weft.ready())) {
            for (var piece : List.of("hel", "lo ", "ÿ", " wor", "ld \nmore")) {
                c.send(piece);
            }
            assertThat(rest(c)).isEqualTo("HELLO ÿ WORLD");
            assertThat(weft.line()).isEqualTo("127.0.0.1 wrote:");
            assertThat(weft.line()).isEqualTo("b'hello \\xc3\\xbf world'");
        }
    }

    @Test
    @DisplayName("SS-48: a Unix peer has no address to print")
    void upperOverAUnixSocket() throws IOException {
        var path = folder.resolve("s");
        try (var weft = Running.weft("serve", "upper", "--unix", path.toString())) {
            assertThat(ask(weft.ready(), "hi")).isEqualTo("HI");
            assertThat(weft.line()).isEqualTo("unix: wrote:");
        }
    }

    @Test
    @DisplayName("RFC 863: discard takes everything and answers nothing")
    void discard() throws IOException {
        try (var weft = Running.weft("serve", "discard", "--tcp", "127.0.0.1:0")) {
            assertThat(ask(weft.ready(), "x".repeat(1 << 20))).isEmpty();
        }
    }

    @Test
    @DisplayName("RFC 863: discard answers no datagram")
    void discardOverUdp() throws IOException {
        try (var weft = Running.weft("serve", "discard", "--udp", "127.0.0.1:0"); var client = Datagrams.udp(Address.of("127.0.0.1", 0))) {
            client.send("x", weft.ready());
            assertThatThrownBy(() -> client.receive(Duration.ofMillis(200))).isInstanceOf(SocketTimeoutException.class);
        }
    }

    @Test
    @DisplayName("RFC 867: daytime says the time, unasked, and closes")
    void daytime() throws IOException {
        try (var weft = Running.weft("serve", "daytime", "--tcp", "127.0.0.1:0"); var c = to(weft.ready())) {
            assertThat(rest(c)).matches(DAYTIME);
        }
    }

    @Test
    @DisplayName("RFC 867: daytime answers any datagram with the time")
    void daytimeOverUdp() throws IOException {
        assertThat(overUdp("daytime", "")).matches(DAYTIME);
    }

    @Test
    void anIdleConnectionIsEndedAndALineSaysSo() throws IOException {
        try (var weft = Running.weft("serve", "echo", "--tcp", "127.0.0.1:0", "--idle-timeout", "100ms"); var c = to(weft.ready())) {
            assertThat(rest(c)).isEmpty();
            await().untilAsserted(() -> assertThat(weft.err()).startsWith("weft: 127.0.0.1:").contains("nothing came for 100 ms")
                    .hasLineCount(1));
        }
    }

    @Test
    @DisplayName("SS-25: one at a time when sequential; the second is served once the first has left")
    void sequentialServesOneAtATime() throws IOException {
        secondWaitsForFirst("--concurrency", "sequential");
    }

    @Test
    void theConnectionAboveTheLimitWaits() throws IOException {
        secondWaitsForFirst("--max-connections", "1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ":"})
    void aPortAloneIsOneOfThisMachine(String before) throws IOException {
        try (var tcp = Running.weft("serve", "echo", "--tcp", before + "0"); var udp = Running.weft("serve", "echo", "--udp", before + "0")) {
            assertThat(tcp.ready().host()).isEqualTo("127.0.0.1");
            assertThat(udp.ready().host()).isEqualTo("127.0.0.1");
        }
        try (var messages = Running.weft("message", "serve", "--port", "0")) {
            var port = before + messages.ready().port();
            assertThat(Running.done("message", "request", port, "greeting", "hello").allOut()).isEqualTo("hello");
        }
        try (var chat = Running.weft("chat", "--port", "0"); var reader = Running.weft("chat", "--connect", before + chat.ready().port())) {
            assertThat(reader.exitCode()).as("the end of its input").isZero();
        }
    }

    private static void secondWaitsForFirst(String... options) throws IOException {
        var line = new ArrayList<>(List.of("serve", "echo", "--tcp", "127.0.0.1:0"));
        line.addAll(List.of(options));
        try (var weft = Running.weft(line.toArray(String[]::new))) {
            var server = weft.ready();
            try (var first = to(server)) {
                first.send("a\n");
                assertThat(first.readLine()).isEqualTo("a");
                try (var second = to(server)) {
                    second.deadlines(Deadlines.defaults().read(Duration.ofMillis(200)));
                    second.send("b\n");
                    assertThatThrownBy(second::readLine).isInstanceOf(SocketTimeoutException.class);
                    first.shutdownOutput();
                    second.deadlines(Deadlines.defaults().read(PATIENCE));
                    assertThat(second.readLine()).isEqualTo("b");
                }
            }
        }
    }

    private static Connection to(Address server) throws IOException {
        return Connection.to(server).deadlines(Deadlines.defaults().read(PATIENCE)).open();
    }

    /** Sends, half-closes, and returns all that comes. */
    private static String ask(Address server, String text) throws IOException {
        try (var c = to(server)) {
            c.send(text);
            c.shutdownOutput();
            return rest(c);
        }
    }

    private static String rest(Connection c) throws IOException {
        return new String(c.input().readAllBytes(), UTF_8);
    }

    private static String overUdp(String handler, String text) throws IOException {
        try (var weft = Running.weft("serve", handler, "--udp", "127.0.0.1:0"); var client = Datagrams.udp(Address.of("127.0.0.1", 0))) {
            client.send(text.getBytes(ISO_8859_1), weft.ready());
            return new String(client.receive(PATIENCE).data(), ISO_8859_1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"serve upper-line --tcp 127.0.0.1:0", "message serve --port 0"})
    void strangersDoNotFillTheLog(String command) throws IOException {
        try (var weft = Running.weft(command.split(" "))) {
            var address = weft.ready();
            strangers(address);
            await().atMost(PATIENCE).until(() -> weft.err().lines().count() == 10);
            strangers(address);
            assertThat(weft.err().lines()).hasSize(10);
        }
    }

    /** Peers that break off inside a message, or reset their connection. */
    private static void strangers(Address address) throws IOException {
        for (int i = 0; i < 40; i++) {
            try (var c = to(address)) {
                c.send("hi\nhi");
                if (i % 2 == 0) {
                    c.abort();
                } else {
                    c.shutdownOutput();
                    rest(c);
                }
            }
        }
    }
}
