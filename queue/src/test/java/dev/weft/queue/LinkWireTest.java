package dev.weft.queue;

import static dev.weft.queue.Ends.bytes;
import static dev.weft.queue.Ends.next;
import static dev.weft.queue.Ends.read;
import static dev.weft.queue.Ends.text;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.charset.Charset;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.IntStream;

import dev.weft.net.Connection;
import dev.weft.net.Framing;
import dev.weft.net.Server;
import dev.weft.net.Transports;
import dev.weft.testkit.Faults;
import dev.weft.testkit.FaultyTransport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The bytes of socketlib, to the byte, against a peer that knows nothing of links (SPEC SL-W). */
@Timeout(60)
class LinkWireTest {
    private final Ends ends = new Ends(Place.NIO);

    @AfterEach
    void end() throws Exception {
        ends.close();
    }

    @Test
    @DisplayName("SL-W1, SL-W2: a text is its bytes in UTF-8 and CR LF, and nothing else is ever sent")
    void aTextIsItsBytesAndADelimiter() throws Exception {
        var acceptor = ends.acceptor();
        var link = ends.with(ends.connect(acceptor.address()).asText().sender().start());
        link.send("hello");
        link.send("中文");
        var peer = ends.accept(acceptor);
        link.send("last");
        var all = "hello\r\n中文\r\nlast\r\n";
        assertThat(read(peer, bytes(all).length)).isEqualTo(all);
        link.close();
        assertThat(peer.receive(100)).isEmpty();
    }

    @Test
    @DisplayName("SL-W2: bytes are sent as they are")
    void bytesAreSentAsTheyAre() throws Exception {
        var every = new byte[256];
        IntStream.range(0, 256).forEach(b -> every[b] = (byte) b);
        var link = ends.with(ends.listen().sender().start());
        var peer = ends.dial(link);
        link.toSend().add(every);
        assertThat(peer.input().readNBytes(256)).isEqualTo(every);
        assertThat(read(peer, 2)).isEqualTo("\r\n");
    }

    @Test
    @DisplayName("SL-W2: an empty message is a bare delimiter, and a message at its receiver")
    void anEmptyMessageIsAMessage() throws Exception {
        var link = ends.with(ends.listen().duplex().start());
        var peer = ends.dial(link);
        link.send(new byte[0]);
        link.send(bytes("x"));
        assertThat(read(peer, 5)).isEqualTo("\r\nx\r\n");
        peer.send("\r\n\r\nx\r\n");
        assertThat(next(link.received(), 3)).extracting(Ends::text).containsExactly("", "", "x");
    }

    @Test
    @DisplayName("SL-W3: what is received is bytes without their delimiter, never decoded")
    void bytesAreReceivedAsTheyCome() throws Exception {
        var link = ends.with(ends.listen().receiver().start());
        ends.dial(link).send(new byte[] {(byte) 0xff, 0, (byte) 0xc3, '\r', '\n'});
        assertThat(next(link.received())).containsExactly(0xff, 0, 0xc3);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 1000})
    @DisplayName("SL-W4: messages and delimiters may come in any pieces")
    void messagesComeInAnyPieces(int piece) throws Throwable {
        var transport = FaultyTransport.around(Transports.named("nio"), Faults.none().fragmenting(piece));
        transport.check(faulty -> {
            var link = ends.with(Link.listen(Server.tcp("localhost", 0).transport(faulty)).asText().receiver().start());
            ends.dial(link).send("one\r\n\r\ntwo\r\n" + "long ".repeat(1_000) + "\r\nthree\r\n");
            assertThat(next(link.received(), 5)).containsExactly("one", "", "two", "long ".repeat(1_000), "three");
        });
    }

    @Test
    @DisplayName("SL-W4: any number of messages in one packet, what is left over is kept")
    void manyMessagesComeInOnePacket() throws Exception {
        var link = ends.with(ends.listen().asText().receiver().start());
        var peer = ends.dial(link);
        var all = IntStream.range(0, 1_000).mapToObj(n -> "number " + n).toList();
        peer.send(String.join("\r\n", all));
        assertThat(next(link.received(), 999)).isEqualTo(all.subList(0, 999));
        peer.send("\r");
        peer.send("\n");
        assertThat(next(link.received())).isEqualTo("number 999");
    }

    @Test
    @DisplayName("SL-W4: a lone CR or LF is data")
    void aLoneCrOrLfIsData() throws Exception {
        var link = ends.with(ends.listen().asText().duplex().start());
        var peer = ends.dial(link);
        peer.send("a\rb\nc\n\rd\r\r\n\n\r\n\r\r\n");
        assertThat(next(link.received(), 3)).containsExactly("a\rb\nc\n\rd\r", "\n", "\r");
        link.send("\r");
        link.send("\n\r");
        assertThat(read(peer, 7)).isEqualTo("\r\r\n\n\r\r\n");
    }

    @Test
    @DisplayName("SL-W4: at the end of the stream a message that is not whole is dropped, and no part of it comes up in the next connection")
    void aMessageThatIsNotWholeIsDropped() throws Exception {
        var link = ends.with(ends.listen().asText().receiver().start());
        var first = ends.dial(link);
        first.send("whole\r\npart\r");
        first.close();
        var second = ends.dial(link);
        second.send("\nnext\r\n");
        assertThat(next(link.received(), 2)).containsExactly("whole", "\nnext");
        Ends.until("both are counted", () -> link.stats().received() == 2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\0", "||", "END", "aab", "aa", "…"})
    @DisplayName("SL-W1, SL-BUG-1: any delimiter, which is what messages are split at")
    void anyDelimiter(String delimiter) throws Exception {
        var link = ends.with(ends.listen().as(Framing.delimited(delimiter)).duplex().start());
        var peer = ends.dial(link);
        var wire = "b" + delimiter + delimiter + "c\rd" + delimiter;
        peer.send(wire);
        assertThat(next(link.received(), 3)).extracting(Ends::text).containsExactly("b", "", "c\rd");
        for (var message : List.of("b", "", "c\rd")) {
            link.send(bytes(message));
        }
        assertThat(read(peer, bytes(wire).length)).isEqualTo(wire);
    }

    @Test
    @DisplayName("SL-BUG-1: \"a LF b LF\" between LF is two messages")
    void twoLinesAreTwoMessages() throws Exception {
        var link = ends.with(ends.listen().as(Framing.delimited("\n")).receiver().start());
        ends.dial(link).send("a\nb\n");
        assertThat(next(link.received(), 2)).extracting(Ends::text).containsExactly("a", "b");
    }

    @ParameterizedTest
    @CsvSource({"'\r\n','a\r\nb'", "'\r\n','\r\n'", "aa,ba", "aba,ab", "',',','"})
    @DisplayName("SL-W5: send refuses a message that would be read as two, and says why")
    void sendRefusesAMessageWithItsDelimiter(String delimiter, String message) throws Exception {
        var link = ends.with(ends.listen().as(Framing.delimited(delimiter)).sender().start());
        assertThatIllegalArgumentException().isThrownBy(() -> link.send(bytes(message))).withMessageContaining("delimiter");
        assertThat(link.toSend()).isEmpty();
        var peer = ends.dial(link);
        link.send(bytes("good"));
        assertThat(read(peer, 4 + delimiter.length())).isEqualTo("good" + delimiter);
        assertThat(link.stats().refused()).isZero();
    }

    @Test
    @DisplayName("SL-W5: from the bare queue such a message is dropped and reported, and those around it are sent")
    void theBareQueueDropsAMessageWithItsDelimiter() throws Exception {
        var refused = new LinkedBlockingQueue<Object>();
        var link = ends.with(ends.listen().asText().observer(new LinkObserver() {
            @Override
            public void refused(Link link, Object message, RuntimeException why) {
                refused.add(message);
                refused.add(why);
            }
        }).sender());
        link.toSend().addAll(List.of("a", "b\r\nb", "c", "\r\n"));
        var peer = ends.dial(link.start());
        assertThat(read(peer, 6)).isEqualTo("a\r\nc\r\n");
        assertThat(next(refused)).isEqualTo("b\r\nb");
        assertThat(next(refused)).isInstanceOfSatisfying(IllegalArgumentException.class, e -> assertThat(e).hasMessageContaining("delimiter"));
        assertThat(next(refused)).isEqualTo("\r\n");
        link.send("d");
        assertThat(read(peer, 3)).isEqualTo("d\r\n");
        Ends.until("all is counted", () -> link.stats().sent() == 3);
        assertThat(link.stats()).isEqualTo(new LinkStats(1, 3, 0, 0, 0, 2, 0));
        assertThat(link.unsent()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 700, 999})
    @DisplayName("SL-W5: among many, some of which have left already, none is doubled, lost or moved")
    void aBadMessageAmongManyChangesNothingElse(int bad) throws Exception {
        var queue = new LinkedBlockingQueue<String>();
        var wire = new StringBuilder();
        for (int n = 0; n < 1_000; n++) {
            var message = ("number " + n + " ").repeat(40);
            queue.add(n == bad ? message + "\r\n" : message);
            wire.append(n == bad ? "" : message + "\r\n");
        }
        var link = ends.with(ends.listen().asText().sender(queue).start());
        var peer = ends.dial(link);
        assertThat(read(peer, wire.length())).isEqualTo(wire.toString());
        link.close();
        assertThat(peer.receive(10)).isEmpty();
        assertThat(link.stats()).isEqualTo(new LinkStats(1, 999, 0, 0, 0, 1, 0));
    }

    @Test
    @DisplayName("SL-W5: the buffer is capped: a message of more than 1 MiB ends the connection, not the link")
    void aMessageWithoutEndIsNotKept() throws Exception {
        var link = ends.with(ends.listen().asText().receiver().start());
        var flood = ends.dial(link);
        flood.send("first\r\n");
        assertThat(next(link.received())).isEqualTo("first");
        flood(flood);
        ends.dial(link).send("x".repeat(1 << 20) + "\r\n");
        assertThat(next(link.received())).hasSize(1 << 20);
    }

    private static void flood(Connection peer) {
        try {
            for (int n = 0; n < 1_000; n++) {
                peer.send("x".repeat(100_000));
            }
        } catch (IOException e) {
            return; // as it should be
        }
        throw new AssertionError("100 MB without a delimiter were taken");
    }

    @Test
    @DisplayName("SL-W5: a message of more than the framing's limit is refused at its sender")
    void aMessageOverTheLimitIsRefused() throws Exception {
        var link = ends.with(ends.listen().as(Framing.delimited("\r\n").limit(10)).sender().start());
        assertThatIllegalArgumentException().isThrownBy(() -> link.send(new byte[11])).withMessageContaining("11");
        link.send(bytes("0123456789"));
        assertThat(read(ends.dial(link), 12)).isEqualTo("0123456789\r\n");
        var byDefault = ends.listen().sender();
        assertThatIllegalArgumentException().isThrownBy(() -> byDefault.send(new byte[(1 << 20) + 1])).withMessageContaining("1048577");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ISO-8859-1", "UTF-8", "UTF-16LE", "UTF-16BE", "UTF-16", "windows-1252", "Shift_JIS"})
    @DisplayName("SL-W2: any encoding, in either direction (SL-BUG-10: a duplex too)")
    void anyCharset(String name) throws Exception {
        var charset = Charset.forName(name);
        var message = charset.newEncoder().canEncode('é') ? "café" : "カフェ";
        var link = ends.with(ends.listen().asText(charset).duplex().start());
        var peer = ends.dial(link);
        link.send(message);
        var encoded = message.getBytes(charset);
        assertThat(peer.input().readNBytes(encoded.length)).isEqualTo(encoded);
        assertThat(read(peer, 2)).isEqualTo("\r\n");
        peer.send(encoded);
        peer.send("\r\n");
        assertThat(next(link.received())).isEqualTo(message);
    }

    @Test
    @DisplayName("SL-W5: a delimiter is one of bytes: U+0D0A in UTF-16 has it")
    void aDelimiterMayHideInACharacter() throws Exception {
        var link = ends.with(ends.listen().asText(UTF_16).sender());
        assertThatIllegalArgumentException().isThrownBy(() -> link.send("\u0d0a")).withMessageContaining("delimiter");
        ends.with(ends.listen().asText(UTF_16LE).sender()).send("\u0d0a");
    }

    @Test
    @DisplayName("SL-W3, SL-BUG-13: bytes that are no text become U+FFFD, and nothing stops")
    void bytesThatAreNoTextAreReplaced() throws Exception {
        var link = ends.with(ends.listen().asText().receiver().start());
        var peer = ends.dial(link);
        peer.send(new byte[] {'a', (byte) 0xff, 'b', '\r', '\n'});
        peer.send("next\r\n");
        assertThat(next(link.received(), 2)).containsExactly("a\ufffdb", "next");
        assertThat(text("é".getBytes(ISO_8859_1))).isEqualTo("\ufffd");
    }

    @Test
    @DisplayName("SL-W2: numbered, 20,000 messages arrive as they were sent, in both directions at once")
    void manyMessagesBothWays() throws Exception {
        var link = ends.with(ends.listen().asText().duplex().start());
        var peer = ends.dial(link);
        var all = IntStream.range(0, 20_000).mapToObj(n -> "number " + n).toList();
        var wire = String.join("\r\n", all) + "\r\n";
        var sending = Thread.ofVirtual().start(() -> put(all, link));
        var writing = Thread.ofVirtual().start(() -> send(peer, wire));
        var reading = new java.util.concurrent.FutureTask<>(() -> read(peer, wire.length()));
        Thread.ofVirtual().start(reading);
        assertThat(next(link.received(), all.size())).isEqualTo(all);
        assertThat(reading.get()).isEqualTo(wire);
        sending.join();
        writing.join();
    }

    private static void put(List<String> all, Sender<String> link) {
        try {
            for (var one : all) {
                link.send(one);
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void send(Connection peer, String wire) {
        try {
            peer.send(wire);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    @DisplayName("SL-W: what the peer of a sender says is read and thrown away")
    void theWordsOfASendersPeerAreThrownAway() throws Exception {
        var link = ends.with(ends.listen().asText().sender().start());
        var peer = ends.dial(link);
        peer.send("x".repeat(3_000_000)); // returns, as somebody takes it
        link.send("hello");
        assertThat(read(peer, 7)).isEqualTo("hello\r\n");
        assertThat(link.connected()).isTrue();
    }

    @Test
    @DisplayName("SL-BUG-11: a message that its framing can't encode is reported, and those after it are sent")
    void whatCantBeEncodedIsReported() throws Exception {
        BlockingQueue<Object> refused = new LinkedBlockingQueue<>();
        var link = ends.with(ends.listen().as(numbers()).observer(new LinkObserver() {
            @Override
            public void refused(Link link, Object message, RuntimeException why) {
                refused.add(message);
            }
        }).sender().start());
        var peer = ends.dial(link);
        link.toSend().addAll(List.of(1, -2, 3));
        assertThat(read(peer, 6)).isEqualTo("1\r\n3\r\n");
        assertThat(next(refused)).isEqualTo(-2);
    }

    @Test
    @DisplayName("SL-BUG-11: a message that its framing can't decode ends the connection, as one that is too long does, but not the link")
    void whatCantBeDecodedEndsTheConnectionOnly() throws Exception {
        var link = ends.with(ends.listen().as(numbers()).receiver().start());
        var bad = ends.dial(link);
        bad.send("1\r\nnonsense\r\n");
        assertThat(next(link.received())).isEqualTo(1);
        assertThat(bad.receive(1)).isEmpty();
        ends.dial(link).send("2\r\n");
        assertThat(next(link.received())).isEqualTo(2);
    }

    /** Numbers of zero or more. */
    private static Framing<Integer> numbers() {
        return Framing.delimited("\r\n").map(b -> Integer.valueOf(text(b)), n -> {
            if (n < 0) {
                throw new IllegalArgumentException("below zero: " + n);
            }
            return bytes(n.toString());
        });
    }
}
