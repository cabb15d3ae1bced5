package dev.weft.queue;

import static dev.weft.queue.ReliablePeer.RECEIVES;
import static dev.weft.queue.ReliablePeer.SENDS;
import static dev.weft.queue.ReliablePeer.acknowledgement;
import static dev.weft.queue.ReliablePeer.hello;
import static dev.weft.queue.ReliablePeer.message;
import static dev.weft.queue.ReliablePeer.ping;
import static dev.weft.queue.ReliablePeer.resume;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import dev.weft.net.Acceptor;
import dev.weft.net.Backoff;
import dev.weft.net.Connection;
import dev.weft.net.Framing;
import dev.weft.testkit.ManualTime;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@link Delivery#AT_LEAST_ONCE} to the byte, against peers that keep to it and peers that don't. */
@Timeout(60)
class ReliableWireTest {
    private static final Duration SHORT = Duration.ofMillis(300);

    private final Ends ends = new Ends(Place.NIO);
    private final BlockingQueue<IOException> failures = ReliablePeer.failures();

    @AfterEach
    void end() throws Exception {
        ends.close();
    }

    private LinkBuilder<String> listening() throws IOException {
        return ends.listen().asText().delivery(Delivery.AT_LEAST_ONCE).observer(ReliablePeer.into(failures));
    }

    private LinkBuilder<String> dialing(Acceptor acceptor) throws IOException {
        return ends.connect(acceptor.address()).asText().delivery(Delivery.AT_LEAST_ONCE).observer(ReliablePeer.into(failures));
    }

    private Receiver<String> receiver() throws IOException {
        return ends.with(listening().receiver().start());
    }

    private Sender<String> sender() throws IOException {
        return ends.with(listening().sender().start());
    }

    private Sender<String> senderOf(String... messages) throws Exception {
        var sender = sender();
        for (var message : messages) {
            sender.send(message);
        }
        return sender;
    }

    /** The link must have dropped the connection for a reason that it can name, and take the next peer. */
    private void dropped(ReliablePeer peer, String why) throws InterruptedException {
        peer.hearEnd();
        assertThat(ReliablePeer.next(failures)).hasMessageContaining(why);
    }

    @Test
    void aSenderSaysWhoseMessagesItHas() throws Exception {
        var hello = new ReliablePeer(ends.dial(sender())).hearHello();
        assertThat(hello.get()).as("flags").isEqualTo((byte) SENDS);
        assertThat(new StreamId(hello.getLong(), hello.getLong())).as("stream").isNotEqualTo(new StreamId(0, 0));
        assertThat(hello.getLong()).as("first message").isOne();
        assertThat(hello.getInt()).as("window").isZero();
        assertThat(hello.getInt()).as("silence").isEqualTo(30_000);
    }

    @Test
    void aReceiverSaysHowMuchItTakesAndHowLongItWaits() throws Exception {
        var receiver = ends.with(listening().capacity(7).timeout(Duration.ofMillis(1_234)).receiver().start());
        var hello = new ReliablePeer(ends.dial(receiver)).bytes(ReliablePeer.HELLO);
        var words = new byte[ReliablePeer.HELLO];
        System.arraycopy(Ends.bytes("\0WEFTQ1\n\2"), 0, words, 0, 9);
        words[36] = 7;
        words[39] = (byte) (1_234 >> 8);
        words[40] = (byte) 1_234;
        assertThat(hello).isEqualTo(words);
    }

    @Test
    void aDuplexLinkDoesBothAndLongTimeoutsAreNoLongerSilences() throws Exception {
        var link = ends.with(listening().capacity(9).timeout(Duration.ofMinutes(5)).duplex().start());
        var hello = new ReliablePeer(ends.dial(link)).hearHello();
        assertThat(hello.get()).isEqualTo((byte) (SENDS | RECEIVES));
        assertThat(hello.position(hello.position() + 16).getLong()).isOne();
        assertThat(hello.getInt()).isEqualTo(9);
        assertThat(hello.getInt()).isEqualTo(30_000);
    }

    @Test
    void eachSenderHasAStreamOfItsOwnOverAllItsConnections() throws Exception {
        var sender = sender();
        var first = new ReliablePeer(ends.dial(sender));
        var stream = first.hearHello().position(9).slice(9, 16);
        first.connection.close();
        assertThat(new ReliablePeer(ends.dial(sender)).hearHello().slice(9, 16)).isEqualTo(stream);
        assertThat(new ReliablePeer(ends.dial(sender())).hearHello().slice(9, 16)).isNotEqualTo(stream);
    }

    @Test
    void aReceiverAnswersWithTheMessageItWantsNext() throws Exception {
        var peer = ReliablePeer.sending(ends.dial(receiver()), 258);
        assertThat(peer.bytes(13)).containsExactly(0, 0, 0, 9, 3, 0, 0, 0, 0, 0, 0, 1, 2);
    }

    @Test
    void noMessageOvertakesThatAnswer() throws Exception {
        var link = ends.with(listening().duplex().start());
        link.send("one");
        var hello = hello(SENDS | RECEIVES, 3, 1, 5, ReliablePeer.PATIENT);
        var greeting = ByteBuffer.allocate(hello.length + 13).put(hello).put(resume(1)).array();
        for (int i = 0; i < 100; i++) {
            var peer = new ReliablePeer(ends.dial(link));
            peer.say(greeting);
            peer.hearHello();
            assertThat(peer.hear()).isEqualTo("resume 1");
            assertThat(peer.hear()).isEqualTo("message 1 one");
            peer.connection.abort();
        }
    }

    @Test
    void messagesAreNumberedAndLengthPrefixed() throws Exception {
        var peer = ReliablePeer.receiving(ends.dial(senderOf("hé", "", "\r\n")), 1, 10);
        assertThat(peer.bytes(16)).containsExactly(0, 0, 0, 12, 1, 0, 0, 0, 0, 0, 0, 0, 1, 'h', 0xc3, 0xa9);
        assertThat(peer.bytes(13)).containsExactly(0, 0, 0, 9, 1, 0, 0, 0, 0, 0, 0, 0, 2);
        assertThat(peer.bytes(15)).containsExactly(0, 0, 0, 11, 1, 0, 0, 0, 0, 0, 0, 0, 3, '\r', '\n');
    }

    @Test
    void whatIsTakenIsAcknowledged() throws Exception {
        var receiver = receiver();
        var peer = ReliablePeer.sending(ends.dial(receiver), 1);
        assertThat(peer.hear()).isEqualTo("resume 1");
        peer.say(message(1, "one"));
        assertThat(Ends.next(receiver.received())).isEqualTo("one");
        assertThat(peer.bytes(13)).containsExactly(0, 0, 0, 9, 2, 0, 0, 0, 0, 0, 0, 0, 1);
        assertThat(receiver.stats().received()).isOne();
    }

    @Test
    void anAcknowledgementDoesNotWaitForTheNextPing() throws Exception {
        var receiver = receiver();
        var peer = ReliablePeer.sending(ends.dial(receiver), 1);
        assertThat(peer.hear()).isEqualTo("resume 1");
        peer.say(message(1, "one"), message(2, "two"), message(3, "three"));
        Ends.until("all are there", () -> receiver.received().size() == 3);
        assertThat(Ends.next(receiver.received())).isEqualTo("one");
        peer.connection.deadlines(peer.connection.deadlines().read(Duration.ofSeconds(3)));
        assertThat(peer.hearAny()).isEqualTo("acknowledgement 1");
        assertThat(Ends.next(receiver.received())).isEqualTo("two");
        assertThat(peer.hearAny()).isEqualTo("acknowledgement 2");
    }

    @Test
    void whatComesAgainIsDroppedAndCounted() throws Exception {
        var receiver = receiver();
        var peer = ReliablePeer.sending(ends.dial(receiver), 1);
        peer.say(message(1, "one"), message(1, "one"), message(0, "none"), message(-1, "less"), message(2, "two"));
        assertThat(Ends.next(receiver.received(), 2)).containsExactly("one", "two");
        assertThat(receiver.received()).isEmpty();
        assertThat(receiver.stats().duplicates()).isEqualTo(3);
        assertThat(receiver.stats().received()).isEqualTo(2);
    }

    @Test
    void aReceiverKnowsASenderThatComesBack() throws Exception {
        var receiver = receiver();
        var peer = ReliablePeer.sending(ends.dial(receiver), 1);
        peer.say(message(1, "one"), message(2, "two"));
        assertThat(Ends.next(receiver.received(), 1)).containsExactly("one");
        Ends.until("the second is there", () -> receiver.received().size() == 1);
        peer.connection.close();
        var other = ReliablePeer.sending(ends.dial(receiver), 41, 77);
        assertThat(other.hear()).isEqualTo("resume 41");
        other.connection.close();
        var again = ReliablePeer.sending(ends.dial(receiver), 1);
        assertThat(again.hear()).isEqualTo("resume 3");
        again.hearAcknowledged(1);
    }

    @Test
    void aSenderGoesOnWhereItIsAsked() throws Exception {
        var sender = senderOf("a", "b", "c");
        var first = ReliablePeer.receiving(ends.dial(sender), 1, 10);
        assertThat(List.of(first.hear(), first.hear(), first.hear())).containsExactly("message 1 a", "message 2 b", "message 3 c");
        first.say(acknowledgement(1));
        Ends.until("it has heard", () -> sender.stats().acknowledged() == 1);
        first.connection.abort();
        var hello = new ReliablePeer(ends.dial(sender));
        assertThat(hello.hearHello().getLong(25)).as("the oldest that it has").isEqualTo(2);
        hello.connection.close();
        var second = ReliablePeer.receiving(ends.dial(sender), 3, 10);
        assertThat(second.hear()).isEqualTo("message 3 c");
        second.connection.abort();
        var third = ReliablePeer.receiving(ends.dial(sender), 2, 10);
        assertThat(List.of(third.hear(), third.hear())).containsExactly("message 2 b", "message 3 c");
        third.connection.abort();
        var fourth = ReliablePeer.receiving(ends.dial(sender), 4, 10);
        sender.send("d");
        assertThat(fourth.hear()).isEqualTo("message 4 d");
        fourth.say(acknowledgement(4));
        Ends.until("all are done", () -> sender.stats().acknowledged() == 4);
    }

    @Test
    void aSenderKeepsToTheWindowOfItsPeer() throws Exception {
        var sender = senderOf("a", "b", "c", "d", "e");
        var peer = ReliablePeer.receiving(ends.dial(sender), 1, 2);
        assertThat(List.of(peer.hear(), peer.hear())).containsExactly("message 1 a", "message 2 b");
        assertThat(sender.stats().sent()).isEqualTo(2);
        peer.say(acknowledgement(1));
        assertThat(peer.hear()).isEqualTo("message 3 c");
        assertThat(sender.stats().sent()).isEqualTo(3);
        peer.say(acknowledgement(3));
        assertThat(List.of(peer.hear(), peer.hear())).containsExactly("message 4 d", "message 5 e");
    }

    @Test
    void oldAcknowledgementsAreNoHarm() throws Exception {
        var sender = senderOf("a", "b");
        var peer = ReliablePeer.receiving(ends.dial(sender), 1, 10);
        assertThat(List.of(peer.hear(), peer.hear())).containsExactly("message 1 a", "message 2 b");
        peer.say(acknowledgement(2), acknowledgement(1), acknowledgement(0), acknowledgement(-5), acknowledgement(2));
        sender.send("c");
        assertThat(peer.hear()).isEqualTo("message 3 c");
        Ends.until("two are done", () -> sender.stats().acknowledged() == 2);
    }

    static Stream<Arguments> whatNoSenderWants() {
        return Stream.of(Arguments.of("an acknowledgement of what it never had", acknowledgement(9), "acknowledges message 9, and 2 was the last"),
                Arguments.of("the greatest acknowledgement", acknowledgement(Long.MAX_VALUE), "acknowledges message"),
                Arguments.of("a message", message(1, "x"), "Message out of place"), Arguments.of("another resume", resume(1), "Resume out of place"),
                Arguments.of("a frame of no bytes", new byte[4], "a frame of 0 bytes"),
                Arguments.of("a frame of 4 GiB", new byte[] {-1, -1, -1, -1, 1}, "a frame of 4294967295 bytes"),
                Arguments.of("a frame of 2 GiB", new byte[] {127, -1, -1, -1, 1}, "a frame of 2147483647 bytes"),
                Arguments.of("an unknown kind", new byte[] {0, 0, 0, 1, 9}, "kind 9"),
                Arguments.of("a ping with a body", new byte[] {0, 0, 0, 2, 4, 4}, "kind 4"),
                Arguments.of("a short acknowledgement", new byte[] {0, 0, 0, 8, 2, 0, 0, 0, 0, 0, 0, 0}, "kind 2"),
                Arguments.of("a long acknowledgement", new byte[] {0, 0, 0, 10, 2, 0, 0, 0, 0, 0, 0, 0, 1, 0}, "kind 2"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("whatNoSenderWants")
    void aSenderDropsWhoSays(String what, byte[] bytes, String why) throws Exception {
        var sender = senderOf("a", "b");
        var peer = ReliablePeer.receiving(ends.dial(sender), 1, 10);
        assertThat(List.of(peer.hear(), peer.hear())).containsExactly("message 1 a", "message 2 b");
        peer.say(bytes);
        dropped(peer, why);
        var next = ReliablePeer.receiving(ends.dial(sender), 1, 10);
        assertThat(List.of(next.hear(), next.hear())).as("nothing is lost").containsExactly("message 1 a", "message 2 b");
    }

    static Stream<Arguments> whatNoReceiverWants() {
        return Stream.of(Arguments.of("a message too far", message(3, "x"), "message 3 came, and 2 was expected"),
                Arguments.of("the last message of all", message(Long.MAX_VALUE, "x"), "and 2 was expected"),
                Arguments.of("an acknowledgement", acknowledgement(0), "Acknowledgement out of place"),
                Arguments.of("a resume", resume(2), "Resume out of place"),
                Arguments.of("a message without a number", new byte[] {0, 0, 0, 1, 1}, "kind 1"),
                Arguments.of("a message of too many bytes", new byte[] {0, 0x20, 0, 0, 1}, "a frame of 2097152 bytes"),
                Arguments.of("kind 0", new byte[] {0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 1}, "kind 0"),
                Arguments.of("kind -1", new byte[] {0, 0, 0, 1, -1}, "kind -1"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("whatNoReceiverWants")
    void aReceiverDropsWhoSays(String what, byte[] bytes, String why) throws Exception {
        var receiver = receiver();
        var peer = ReliablePeer.sending(ends.dial(receiver), 1);
        peer.say(message(1, "one"), bytes);
        assertThat(Ends.next(receiver.received())).isEqualTo("one");
        dropped(peer, why);
        var next = ReliablePeer.sending(ends.dial(receiver), 1);
        assertThat(next.hear()).isEqualTo("resume 2");
        next.say(message(2, "two"));
        assertThat(Ends.next(receiver.received())).isEqualTo("two");
    }

    @Test
    void aFrameThatIsNotWholeIsNone() throws Exception {
        var receiver = receiver();
        var whole = message(1, "some words");
        for (int length = 1; length < whole.length; length++) {
            var peer = ReliablePeer.sending(ends.dial(receiver), 1);
            assertThat(peer.hear()).isEqualTo("resume 1");
            peer.say(Arrays.copyOf(whole, length));
            peer.connection.close();
            assertThat(ReliablePeer.next(failures)).hasMessageContaining("the stream ended inside a message");
        }
        var peer = ReliablePeer.sending(ends.dial(receiver), 1);
        peer.say(whole);
        assertThat(Ends.next(receiver.received())).isEqualTo("some words");
        assertThat(receiver.stats().received()).isOne();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, 4, Long.MAX_VALUE, Long.MIN_VALUE})
    void aPeerThatWantsWhatThereIsNotIsDropped(long next) throws Exception {
        var sender = senderOf("a", "b");
        var peer = ReliablePeer.receiving(ends.dial(sender), 1, 10);
        assertThat(List.of(peer.hear(), peer.hear())).containsExactly("message 1 a", "message 2 b");
        peer.connection.abort();
        ReliablePeer.next(failures);
        dropped(ReliablePeer.receiving(ends.dial(sender), next, 10), "the peer wants message " + next + " next, of those from 1 to 3");
        assertThat(ReliablePeer.receiving(ends.dial(sender), 1, 10).hear()).isEqualTo("message 1 a");
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, 5, Long.MIN_VALUE})
    void aSenderThatHasNotWhatIsMissingIsDropped(long first) throws Exception {
        var receiver = receiver();
        var peer = ReliablePeer.sending(ends.dial(receiver), 1);
        peer.say(message(1, "one"), message(2, "two"));
        assertThat(Ends.next(receiver.received(), 2)).containsExactly("one", "two");
        peer.connection.abort();
        ReliablePeer.next(failures);
        dropped(ReliablePeer.sending(ends.dial(receiver), first), "the peer begins at message " + first);
        assertThat(ReliablePeer.sending(ends.dial(receiver), 1).hear()).isEqualTo("resume 3");
    }

    @Test
    void aSenderThatBeginsWithAWrongNumberSpoilsNothingForLater() throws Exception {
        var receiver = receiver();
        dropped(ReliablePeer.sending(ends.dial(receiver), 0), "the peer begins at message 0");
        assertThat(ReliablePeer.sending(ends.dial(receiver), 1).hear()).isEqualTo("resume 1");
    }

    static Stream<Arguments> strangers() {
        return Stream.of(Arguments.of("a socketlib peer", Ends.bytes("hello\r\n")), Arguments.of("a browser", Ends.bytes("GET / HTTP/1.1\r\n\r\n")),
                Arguments.of("a later version", Ends.bytes("\0WEFTQ2\n")), Arguments.of("a frame", message(1, "x")), Arguments.of("a zero",
                        new byte[9]));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("strangers")
    void aStrangerIsKnownByItsFirstBytes(String who, byte[] bytes) throws Exception {
        var sender = senderOf("secret");
        var stranger = new ReliablePeer(ends.dial(sender));
        stranger.say(bytes);
        assertThat(stranger.hearEnd()).as("nothing but a hello was sent").isLessThanOrEqualTo(ReliablePeer.HELLO);
        assertThat(ReliablePeer.next(failures)).hasMessageContaining("does not deliver at least once: its first bytes are no hello");
        assertThat(sender.stats().sent()).isZero();
        assertThat(ReliablePeer.receiving(ends.dial(sender), 1, 1).hear()).isEqualTo("message 1 secret");
    }

    @Test
    void aPlainServerIsRefusedByASenderThatDials() throws Exception {
        var acceptor = ends.acceptor();
        var sender = ends.with(dialing(acceptor).sender().start());
        sender.send("secret");
        var stranger = new ReliablePeer(ends.accept(acceptor));
        stranger.say(Ends.bytes("welcome\r\n"));
        assertThat(stranger.hearEnd()).isLessThanOrEqualTo(ReliablePeer.HELLO);
        assertThat(ReliablePeer.next(failures)).hasMessageContaining("its first bytes are no hello");
        assertThat(ReliablePeer.receiving(ends.accept(acceptor), 1, 1).hear()).isEqualTo("message 1 secret");
    }

    @Test
    void aPeerThatEndsInsteadOfAHelloIsNamed() throws Exception {
        var receiver = receiver();
        ends.dial(receiver).close();
        assertThat(ReliablePeer.next(failures)).hasMessageContaining("ended the connection instead of a hello");
    }

    static Stream<Arguments> hellos() {
        var patient = ReliablePeer.PATIENT;
        return Stream.of(Arguments.of("that it sends, too", hello(SENDS, 1, 1, 5, patient), "receives nothing, and we would send"),
                Arguments.of("that it does nothing", hello(0, 1, 1, 5, patient), "receives nothing, and we would send"),
                Arguments.of("that it takes nothing", hello(RECEIVES, 0, 0, 0, patient), "window 0"),
                Arguments.of("that it takes less", hello(RECEIVES, 0, 0, -1, patient), "window -1"),
                Arguments.of("that it bears no silence", hello(RECEIVES, 0, 0, 5, 0), "sent an invalid greeting: silence 0 ms"),
                Arguments.of("that it bears less", hello(RECEIVES, 0, 0, 5, -7), "sent an invalid greeting: silence -7 ms"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("hellos")
    void aSenderRefusesAPeerThatSays(String what, byte[] hello, String why) throws Exception {
        var sender = senderOf("a");
        var peer = new ReliablePeer(ends.dial(sender));
        peer.say(hello);
        dropped(peer, why);
        assertThat(sender.stats().sent()).isZero();
        assertThat(ReliablePeer.receiving(ends.dial(sender), 1, 1).hear()).isEqualTo("message 1 a");
    }

    @Test
    void twoReceiversRefuseEachOther() throws Exception {
        var receiver = receiver();
        var other = ReliablePeer.failures();
        ends.with(ends.connect(receiver.address()).delivery(Delivery.AT_LEAST_ONCE).observer(ReliablePeer.into(other)).receiver().start());
        assertThat(ReliablePeer.next(failures)).hasMessageContaining("sends nothing, and we would receive");
        assertThat(ReliablePeer.next(other)).hasMessageContaining("sends nothing, and we would receive");
    }

    @Test
    void twoSendersRefuseEachOther() throws Exception {
        var sender = senderOf("a");
        var other = ReliablePeer.failures();
        ends.with(ends.connect(sender.address()).delivery(Delivery.AT_LEAST_ONCE).observer(ReliablePeer.into(other)).sender().start());
        assertThat(ReliablePeer.next(failures)).hasMessageContaining("receives nothing, and we would send");
        assertThat(ReliablePeer.next(other)).hasMessageContaining("receives nothing, and we would send");
    }

    @Test
    void whoHasNothingToSaySaysSoThreeTimesInThePeersPatience() throws Exception {
        var time = new ManualTime();
        var receiver = ends.with(listening().time(time).receiver().start());
        var peer = new ReliablePeer(ends.dial(receiver));
        peer.hearHello();
        peer.say(hello(SENDS, 1, 1, 0, 300));
        assertThat(peer.hearAny()).isEqualTo("resume 1");
        for (int n = 1; n <= 3; n++) {
            time.awaitScheduled(Duration.ofMillis(20)); // as long as an acknowledgement would wait
            time.advance(Duration.ofMillis(20));
            time.awaitScheduled(Duration.ofMillis(80));
            time.advance(Duration.ofMillis(80));
            assertThat(peer.bytes(5)).as("a ping").containsExactly(0, 0, 0, 1, 4);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aPeerThatFallsSilentIsLost(boolean sends) throws Exception {
        var builder = listening().timeout(SHORT);
        var link = ends.with(sends ? builder.sender().start() : builder.receiver().start());
        var peer = sends ? ReliablePeer.receiving(ends.dial(link), 1, 1) : ReliablePeer.sending(ends.dial(link), 1);
        dropped(peer, "nothing came for 300 ms");
        assertThat(link.status().state()).isEqualTo(LinkStatus.State.RECONNECTING);
        assertThat(link.status().lastFailure()).hasValueSatisfying(e -> assertThat(e).hasMessageContaining("nothing came for 300 ms"));
    }

    @Test
    void aPeerThatHangsInsideAFrameIsLost() throws Exception {
        var receiver = ends.with(listening().timeout(SHORT).receiver().start());
        var peer = ReliablePeer.sending(ends.dial(receiver), 1);
        peer.say(Arrays.copyOf(message(1, "whole"), 10));
        dropped(peer, "a message was not whole after 300 ms");
    }

    @Test
    void pingsKeepAnIdleLink() throws Exception {
        var receiver = ends.with(listening().timeout(SHORT).receiver().start());
        var sender = ends.with(ends.connect(receiver.address()).asText().delivery(Delivery.AT_LEAST_ONCE).timeout(SHORT).sender().start());
        var peer = ReliablePeer.failures();
        Ends.until(receiver, LinkStatus.State.CONNECTED);
        assertThat(peer.poll(1_000, TimeUnit.MILLISECONDS)).as("nothing happens for three times the silence").isNull();
        sender.send("still");
        assertThat(Ends.next(receiver.received())).isEqualTo("still");
        assertThat(receiver.stats().connections()).isOne();
        assertThat(sender.stats().connections()).isOne();
    }

    @Test
    void aPaceSlowerThanThePeersPatienceLosesNoConnection() throws Exception {
        var receiver = ends.with(listening().timeout(SHORT).receiver().start());
        var sender = ends.with(ends.connect(receiver.address()).asText().delivery(Delivery.AT_LEAST_ONCE)
                .pace(Duration.ofMillis(500)).sender().start());
        sender.send("one");
        sender.send("two");
        sender.send("three");
        assertThat(Ends.next(receiver.received(), 3)).containsExactly("one", "two", "three");
        assertThat(receiver.stats().connections()).isOne();
    }

    @Test
    void aDuplexLinkThatSendsSlowlyAcknowledgesAtOnce() throws Exception {
        var link = ends.with(listening().pace(Duration.ofSeconds(30)).duplex().start());
        var peer = ReliablePeer.both(ends.dial(link), 1, 1, 10);
        link.send("slow");
        assertThat(peer.hear()).isEqualTo("message 1 slow");
        peer.say(message(1, "one"));
        assertThat(Ends.next(link.received())).isEqualTo("one");
        assertThat(peer.hear()).isEqualTo("acknowledgement 1");
    }

    @Test
    void aPeerThatNeverStopsTalkingDoesNotDelayAShutdown() throws Exception {
        var sender = senderOf("a");
        var peer = ReliablePeer.receiving(ends.dial(sender), 1, 1);
        var pings = new byte[50_000];
        for (int i = 0; i < pings.length; i += 5) {
            System.arraycopy(ping(), 0, pings, i, 5);
        }
        var talking = new AtomicBoolean();
        var talker = Thread.ofPlatform().name("test-talker").start(() -> {
            try {
                while (true) {
                    peer.say(pings);
                    talking.set(true);
                }
            } catch (IOException e) {
                // That is the end that it waits for.
            }
        });
        Ends.until("it talks", talking::get);
        var begun = System.nanoTime();
        sender.close();
        assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun)).isLessThan(5_000);
        assertThat(talker.join(Ends.SOON)).isTrue();
    }

    /** A server does this with each connection of a link: of ten, all but so many came after a pause. */
    private void assertPauses(int atOnce, LinkBuilder<String> builder, Function<LinkBuilder<String>, Link> direction, Acceptor acceptor,
            Consumer<Connection> peer) throws Exception {
        var time = new SkippedPauses();
        var link = direction.apply(builder.reconnect(Backoff.fixed(Duration.ofMillis(100))).time(time));
        var before = new ArrayList<Integer>();
        for (int n = 0; n < 10; n++) {
            try (var connection = acceptor.accept(Ends.SOON)) {
                before.add(time.pauses().size());
                peer.accept(connection);
            }
        }
        link.close();
        assertThat(before).isEqualTo(IntStream.range(0, 10).mapToObj(n -> Math.max(0, n - atOnce + 1)).toList());
        assertThat(time.pauses()).containsOnly(Duration.ofMillis(100));
    }

    private interface Attempt {
        void with(Connection connection) throws IOException;
    }

    private interface Beginning<L> {
        void of(L link) throws InterruptedException;
    }

    private <L extends Link> L started(L link, Beginning<L> beginning) {
        try {
            ends.with(link).start();
            beginning.of(link);
            return link;
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static Consumer<Connection> quietly(Attempt attempt) {
        return connection -> {
            try {
                attempt.with(connection);
            } catch (IOException e) {
                // It is gone.
            }
        };
    }

    static Stream<Arguments> refusals() {
        return Stream.of(Arguments.of("ends at once", quietly(c -> {})),
                Arguments.of("is a stranger", quietly(c -> {
                    c.send("no\r\n");
                    new ReliablePeer(c).hearEnd();
                })), Arguments.of("sends as well", quietly(c -> {
                    c.send(hello(SENDS, 1, 1, 1, 1_000));
                    new ReliablePeer(c).hearEnd();
                })), Arguments.of("wants other messages", quietly(c -> ReliablePeer.receiving(c, 100, 5).hearEnd())),
                Arguments.of("hears and hangs up", quietly(c -> ReliablePeer.receiving(c, 1, 5).hear())),
                Arguments.of("hears and hangs up, and has no more", quietly(c -> {
                    var peer = ReliablePeer.receiving(c, 1, 5);
                    peer.hear();
                    peer.say(acknowledgement(50));
                    peer.hearEnd();
                })));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refusals")
    void aServerIsNotAskedWithoutAPauseThat(String what, Consumer<Connection> server) throws Exception {
        var acceptor = ends.acceptor();
        assertPauses(2, dialing(acceptor), builder -> started(builder.sender(), sender -> sender.send("a")), acceptor, server);
    }

    @Test
    void aServerThatSendsNothingNewIsNotAskedWithoutAPause() throws Exception {
        var acceptor = ends.acceptor();
        var receivers = new ArrayList<Receiver<String>>();
        var server = quietly(c -> {
            var peer = ReliablePeer.sending(c, 1);
            peer.hear();
            peer.say(message(1, "again and again"), message(7, "a gap"));
            peer.hearEnd();
        });
        assertPauses(3, dialing(acceptor), builder -> started(builder.receiver(), receivers::add), acceptor, server);
        assertThat(receivers.getFirst().stats().received()).isOne();
    }

    @Test
    void theLongestMessagePassesInAnyFraming() throws Exception {
        var framings = List.of(Framing.delimited(";").limit(1_000), Framing.delimited("a very long delimiter".repeat(100)).limit(1_000),
                Framing.lengthPrefixed(8).limit(1_000), Framing.varintPrefixed().limit(1_000), Framing.fixed(1_000), Framing.chunks().limit(1_000));
        for (var framing : framings) {
            var receiver = ends.with(ends.listen().as(framing).delivery(Delivery.AT_LEAST_ONCE).receiver().start());
            var sender = ends.with(ends.connect(receiver.address()).as(framing).delivery(Delivery.AT_LEAST_ONCE).sender().start());
            var message = new byte[1_000];
            Arrays.fill(message, (byte) 'x');
            sender.send(message);
            assertThat(Ends.next(receiver.received())).as(framing.toString()).isEqualTo(message);
        }
    }

    @Test
    void aMessageThatIsNoneForOurFramingIsDroppedAndAcknowledgedAsItWouldNeverBeOne() throws Exception {
        var numbers = Framing.lines().map(Integer::valueOf, n -> Integer.toString(n));
        var receiver = ends.with(ends.listen().as(numbers).delivery(Delivery.AT_LEAST_ONCE).receiver().start());
        var peer = ReliablePeer.sending(ends.dial(receiver), 1);
        assertThat(peer.hear()).isEqualTo("resume 1");
        peer.say(message(1, "five\n"), message(2, "5"), message(3, "6\n7\n"), message(4, ""), message(5, "5\n"));
        assertThat(Ends.next(receiver.received(), 2)).containsExactly(5, 5);
        peer.hearAcknowledged(5);
        assertThat(receiver.stats().dropped()).isEqualTo(3);
    }

    @Test
    void manyForgottenSendersDoNotCostTheMemoryOfTheKnown() throws Exception {
        var receiver = receiver();
        var known = ReliablePeer.sending(ends.dial(receiver), 1, 1);
        known.say(message(1, "one"));
        assertThat(Ends.next(receiver.received())).isEqualTo("one");
        known.connection.close();
        var seen = new HashSet<String>();
        for (long stream = 2; stream <= 1_000; stream++) {
            var peer = ReliablePeer.sending(ends.dial(receiver), 1, stream);
            seen.add(peer.hear());
            peer.connection.close();
        }
        assertThat(seen).containsExactly("resume 1");
        assertThat(ReliablePeer.sending(ends.dial(receiver), 1, 1).hear()).isEqualTo("resume 2");
    }

    @Test
    void aLongStreamKeepsItsOrder() throws Exception {
        var receiver = receiver();
        var sender = ends.with(ends.connect(receiver.address()).asText().delivery(Delivery.AT_LEAST_ONCE).sender().start());
        var got = new ArrayList<String>();
        var want = new ArrayList<String>();
        var sending = Thread.ofVirtual().start(() -> {
            try {
                for (int i = 0; i < 20_000; i++) {
                    sender.send("message " + i);
                }
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        for (int i = 0; i < 20_000; i++) {
            want.add("message " + i);
            got.add(Ends.next(receiver.received()));
        }
        assertThat(got).isEqualTo(want);
        assertThat(sending.join(Ends.SOON)).isTrue();
        Ends.until("all are acknowledged", () -> sender.stats().acknowledged() == 20_000);
    }
}
