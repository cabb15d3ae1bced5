package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.stream.IntStream;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code weft send}, {@code receive} and {@code link} (SPEC SL-44). */
@Timeout(60)
class QueueTest {
    private static final int PATIENCE = 20_000;
    private static final String GRACEFUL = "Graceful shutdown";

    @Test
    @DisplayName("SL-44: what send sends, receive prints, of one sender after the other")
    void receiveServesOneSendAfterTheOther() {
        try (var receive = Running.weft("receive", "--port", "0")) {
            var port = "" + receive.told().port();

            for (var send : new Running[] {Running.done("send", "--port", port, "hello", "big world"), Running.done("send", "-p", port, "again")}) {
                assertThat(send.exitCode()).isZero();
                assertThat(send.err().lines()).containsExactly(GRACEFUL);
                assertThat(send.allOut()).isEmpty();
            }
            assertThat(receive.line()).isEqualTo("hello");
            assertThat(receive.line()).isEqualTo("big world");
            assertThat(receive.line()).isEqualTo("again");
            receive.interrupt();
            assertThat(receive.exitCode()).isZero();
            assertThat(receive.err().lines()).containsExactly("listening on tcp://127.0.0.1:" + port, GRACEFUL);
        }
    }

    @Test
    @DisplayName("SL-44, SL-21: send may listen and receive connect, which then ends with the connection")
    void theOtherWayRound() {
        try (var send = Running.weft("send", "--server", "-p", "0", "hello")) {
            var receive = Running.done("receive", "--client", "--port", "" + send.told().port());

            assertThat(receive.exitCode()).isZero();
            assertThat(receive.allOut()).isEqualTo("hello");
            assertThat(receive.err().lines()).containsExactly(GRACEFUL);
            assertThat(send.exitCode()).isZero();
        }
    }

    @Test
    @DisplayName("SL-44: without messages the lines of standard input are sent, and their end is the end")
    void sendSendsTheLinesOfStandardInput() {
        try (var receive = Running.weft("receive", "-p", "0");
                var send = Running.weftReading(input("one\n\ntwo é\nthree"), "send", "-p", "" + receive.told().port())) {
            assertThat(send.exitCode()).isZero();
            assertThat(IntStream.range(0, 4).mapToObj(_ -> receive.line())).containsExactly("one", "", "two é", "three");
        }
    }

    @Test
    @DisplayName("SL-44, SL-W2: --messages leave on the original's wire, and end the sender")
    void messagesLeaveOnTheOriginalsWire() throws IOException {
        try (var listener = listener(); var link = Running.weft("link", "--type", "sender", "-p", port(listener), "--messages", "hello", "wörld",
                "")) {
            try (var peer = accept(listener)) {
                assertThat(peer.getInputStream().readAllBytes()).isEqualTo("hello\r\nwörld\r\n\r\n".getBytes(StandardCharsets.UTF_8));
            }
            assertThat(link.exitCode()).isZero();
            assertThat(link.err().lines()).containsExactly(GRACEFUL);
        }
    }

    @Test
    @DisplayName("SL-44, SL-23: the multi type sends the lines of standard input and prints what comes, on both ends")
    void multiGoesBothWays() throws IOException {
        try (var toServer = new PipedOutputStream();
                var toClient = new PipedOutputStream();
                var server = Running.weftReading(new PipedInputStream(toServer), "link", "-s", "-p", "0");
                var client = Running.weftReading(new PipedInputStream(toClient), "link", "-p", "" + server.told().port())) {
            type(toServer, "from the server\n");
            type(toClient, "from the client\nand more\n");

            assertThat(client.line()).isEqualTo("from the server");
            assertThat(server.line()).isEqualTo("from the client");
            assertThat(server.line()).isEqualTo("and more");
            client.interrupt();
            assertThat(client.exitCode()).isZero();
            assertThat(server.exitCode()).as("without --reconnect it ends with its connection").isZero();
        }
    }

    @Test
    void multiGoesOnPrintingWhenItsInputHasEnded() throws IOException {
        try (var listener = listener(); var link = Running.weftReading(input("mine\n"), "link", "-p", port(listener)); var peer = accept(listener)) {
            assertThat(peer.getInputStream().readNBytes(6)).isEqualTo("mine\r\n".getBytes(StandardCharsets.UTF_8));
            type(peer, "theirs\r\n");
            assertThat(link.line()).isEqualTo("theirs");
        }
    }

    @Test
    @DisplayName("SL-44, SL-21: with --reconnect a receiver takes the next client, without it ends with the first")
    void aServerMayOutliveItsClient() throws IOException {
        try (var once = Running.weft("link", "-s", "-t", "receiver", "-p", "0"); var again = Running.weft("link", "-s", "-t", "receiver", "-p",
                "0", "-r")) {
            sendTo(once.told().port(), "first");
            sendTo(again.told().port(), "first");
            sendTo(again.told().port(), "second");

            assertThat(once.exitCode()).isZero();
            assertThat(once.allOut()).isEqualTo("first");
            assertThat(again.line() + again.line()).isEqualTo("firstsecond");
        }
    }

    @Test
    @DisplayName("SL-44, SL-31: with --reconnect a client connects again, and gives up after --timeout")
    void aClientMayOutliveItsConnection() throws IOException {
        try (var listener = listener(); var link = Running.weft("link", "--type=receiver", "-p", port(listener), "--reconnect", "--timeout", "0.5")) {
            accept(listener).close();
            try (var peer = accept(listener)) {
                type(peer, "hello\r\n");
                assertThat(link.line()).isEqualTo("hello");
                stop(listener);
            }
            assertThat(link.exitCode()).isEqualTo(1);
            var where = "localhost:" + listener.getLocalPort();
            assertThat(link.err().lines()).hasSize(4).satisfies(lines -> {
                assertThat(lines.get(0)).startsWith("weft: lost " + where + " (").endsWith("), trying again");
                assertThat(lines.get(1)).isEqualTo("weft: connected to " + where + " again");
                assertThat(lines.get(2)).startsWith("weft: lost " + where + " (").endsWith("), trying again");
                assertThat(lines.get(3)).startsWith("weft: no connection with " + where);
            });
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.2", "200ms"})
    @DisplayName("SL-44, SL-32: nobody there within --timeout is one line, and exit code 1")
    void nobodyThereIsAFailureThatSaysWhere(String timeout) throws IOException {
        var nobody = nobody();
        for (var line : new String[] {"send -o " + timeout + " hello", "receive --client --timeout=" + timeout, "link -o " + timeout}) {
            var weft = Running.done((line + " -i 127.0.0.1 -p " + nobody).split(" "));

            assertThat(weft.exitCode()).as(line).isEqualTo(1);
            assertThat(weft.err()).startsWith("weft: no connection with 127.0.0.1:" + nobody + " after ").contains("in 200 ms").hasLineCount(1);
        }
    }

    @Test
    @DisplayName("SL-30: a client that is started before its server waits for it")
    void aClientMayComeFirst() throws IOException {
        int port;
        try (var early = listener()) {
            port = early.getLocalPort();
        }
        try (var send = Running.weft("send", "-p", "" + port, "-o", "20", "hello"); var receive = Running.weft("receive", "-p", "" + port)) {
            assertThat(receive.line()).isEqualTo("hello");
            assertThat(send.exitCode()).isZero();
        }
    }

    @Test
    @DisplayName("SL-20: a port that is taken is one line, and exit code 1")
    void aPortThatIsTakenIsAFailure() throws IOException {
        try (var taken = listener()) {
            var weft = Running.done("receive", "-p", port(taken));

            assertThat(weft.exitCode()).isEqualTo(1);
            assertThat(weft.err()).startsWith("weft: cannot bind").contains("in use").hasLineCount(1);
        }
    }

    @ParameterizedTest
    @CsvSource({"'\\n', 0a", "'\\0', 00", "'\\x1f\\xFF', 1fff", "'\\r\\n', 0d0a", "'\\\\t', 5c74", "'§;', c2a73b"})
    @DisplayName("SL-W1, SL-BUG-1: any delimiter, the same for what is sent and what comes")
    void anyDelimiterWillDo(String delimiter, String bytes) throws IOException {
        var end = HexFormat.of().parseHex(bytes);
        try (var listener = listener();
                var link = Running.weftReading(input("mine\n"), "link", "-p", port(listener), "--delimiter", delimiter);
                var peer = accept(listener)) {
            var mine = peer.getInputStream().readNBytes(4 + end.length);
            assertThat(HexFormat.of().formatHex(mine)).isEqualTo("6d696e65" + bytes);
            peer.getOutputStream().write("their".getBytes(StandardCharsets.US_ASCII));
            peer.getOutputStream().write('s');
            peer.getOutputStream().write(end);
            assertThat(link.line()).isEqualTo("theirs");
        }
    }

    @Test
    void textTravelsInTheEncodingThatIsNamed() throws IOException {
        try (var listener = listener(); var link = Running.weftReading(input("é\n"), "link", "-p", port(listener), "--encoding", "latin1");
                var peer = accept(listener)) {
            assertThat(peer.getInputStream().readNBytes(3)).containsExactly(0xe9, '\r', '\n');
            peer.getOutputStream().write(new byte[] {(byte) 0xfc, '\r', '\n'});
            assertThat(link.line()).isEqualTo("ü");
        }
    }

    @Test
    @DisplayName("SL-BUG-13: bytes that are no text, and control characters of strangers, are shown visibly")
    void whatStrangersSendIsMadeVisible() throws IOException {
        try (var receive = Running.weft("receive", "-p", "0")) {
            try (var peer = new Socket("127.0.0.1", receive.told().port())) {
                peer.getOutputStream().write(HexFormat.of().parseHex("ff1b5b324a0a" + "620d0a"));
            }
            assertThat(receive.line()).isEqualTo("\uFFFD^[[2J^Jb");
        }
    }

    @Test
    void aLineThatHoldsTheDelimiterIsToldAndTheOthersAreSent() {
        try (var receive = Running.weft("receive", "-p", "0", "--delimiter", ";");
                var send = Running.weftReading(input("one\nt;wo\nthree\n"), "send", "-p", "" + receive.told().port(), "--delimiter", ";")) {
            assertThat(receive.line() + receive.line()).isEqualTo("onethree");
            assertThat(send.exitCode()).isEqualTo(1);
            assertThat(send.err()).startsWith("weft: not sent: the delimiter inside a message would make two of it, at byte 1").hasLineCount(1);
        }
    }

    @Test
    @DisplayName("a receiver that goes before all is sent is a failure that says how many messages were left")
    void whatCouldNotBeSentIsCounted() throws IOException {
        try (var listener = listener();
                var send = Running.weft("send", "-p", port(listener), "x".repeat(1_000_000), "y".repeat(1_000_000), "z".repeat(1_000_000),
                        "w".repeat(1_000_000),
                        "v".repeat(1_000_000), "u".repeat(1_000_000), "t".repeat(1_000_000), "s".repeat(1_000_000), "r".repeat(1_000_000))) {
            try (var peer = accept(listener)) {
                peer.getInputStream().readNBytes(10);
                peer.setSoLinger(true, 0);
            }
            assertThat(send.exitCode()).isEqualTo(1);
            assertThat(send.err()).matches("(?s)weft: \\d messages were not sent: .*").hasLineCount(1);
        }
    }

    @Test
    @DisplayName("at least once: both ends say so, and the sender ends when all is acknowledged")
    void atLeastOnceWaitsForTheAcknowledgement() {
        try (var receive = Running.weft("receive", "-p", "0", "--delivery", "at-least-once")) {
            var send = Running.done("send", "-p", "" + receive.told().port(), "--delivery", "at-least-once", "one", "two\r\nlines");

            assertThat(send.exitCode()).isZero();
            assertThat(receive.line() + " " + receive.line()).isEqualTo("one two^M^Jlines");
        }
    }

    @Test
    @DisplayName("at least once: an end that delivers at most once is refused, and told why")
    void atLeastOnceRefusesAPlainPeer() throws IOException {
        try (var receive = Running.weft("receive", "-p", "0", "--delivery", "at-least-once")) {
            sendTo(receive.told().port(), "a plain sender");
            await().untilAsserted(() -> assertThat(receive.err()).contains("does not deliver at least once: its first bytes are no hello"));
            assertThat(receive.allOut()).isEmpty();
        }
        try (var listener = listener();
                var send = Running.weft("send", "-p", port(listener), "--delivery", "at-least-once", "hello");
                var peer = accept(listener)) {
            type(peer, "not a hello\r\n");
            assertThat(send.exitCode()).isEqualTo(1);
            assertThat(send.err()).startsWith("weft: a message was not sent: ").contains("does not deliver at least once").hasLineCount(1);
        }
    }

    @Test
    @DisplayName("at least once with --reconnect: a message is sent again until somebody acknowledges it")
    void atLeastOnceGoesOnWithTheNextReceiver() throws IOException {
        try (var listener = listener(); var send = Running.weft("send", "-p", port(listener), "--delivery", "at-least-once", "-r", "-o", "20",
                "hello")) {
            accept(listener).close();
            stop(listener);
            try (var receive = Running.weft("receive", "-p", "" + listener.getLocalPort(), "--delivery", "at-least-once")) {
                assertThat(receive.line()).isEqualTo("hello");
                assertThat(send.exitCode()).isZero();
            }
        }
    }

    private static ServerSocket listener() throws IOException {
        var listener = new ServerSocket(0, 50, InetAddress.ofLiteral("127.0.0.1"));
        listener.setSoTimeout(PATIENCE);
        return listener;
    }

    /** Nobody else is accepted. */
    private static void stop(ServerSocket listener) throws IOException {
        listener.close();
    }

    private static int nobody() throws IOException {
        try (var listener = listener()) {
            return listener.getLocalPort();
        }
    }

    private static String port(ServerSocket listener) {
        return Integer.toString(listener.getLocalPort());
    }

    private static Socket accept(ServerSocket listener) throws IOException {
        var peer = listener.accept();
        peer.setSoTimeout(PATIENCE);
        return peer;
    }

    private static void sendTo(int port, String message) throws IOException {
        try (var peer = new Socket("127.0.0.1", port)) {
            type(peer, message + "\r\n");
        }
    }

    private static void type(Socket peer, String text) throws IOException {
        peer.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
    }

    private static void type(PipedOutputStream keyboard, String text) throws IOException {
        keyboard.write(text.getBytes(StandardCharsets.UTF_8));
        keyboard.flush();
    }

    private static ByteArrayInputStream input(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }
}
