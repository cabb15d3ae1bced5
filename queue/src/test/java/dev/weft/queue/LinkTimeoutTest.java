package dev.weft.queue;

import static dev.weft.queue.Ends.line;
import static dev.weft.queue.Ends.next;
import static dev.weft.queue.Ends.read;
import static dev.weft.queue.Ends.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import dev.weft.net.Backoff;
import dev.weft.net.Deadlines;
import dev.weft.net.Framing;
import dev.weft.net.Server;
import dev.weft.queue.LinkStatus.State;
import dev.weft.testkit.ManualTime;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The original's timeout, and what happens without one (SPEC SL-9). */
@Timeout(60)
class LinkTimeoutTest {
    private static final Duration SHORT = Duration.ofMillis(150);

    private final Ends ends = new Ends(Place.NIO);

    @AfterEach
    void end() throws Exception {
        ends.close();
    }

    @Test
    @DisplayName("SL-9: a peer that sends nothing for so long counts as lost; the link ends when it does not reconnect")
    void aSilentPeerCountsAsLost() throws Exception {
        var lost = new LinkedBlockingQueue<LinkStatus>();
        var link = ends.with(ends.listen().asText().timeout(SHORT).observer(new LinkObserver() {
            @Override
            public void changed(Link link, LinkStatus status) {
                if (status.state() == State.RECONNECTING) {
                    lost.add(status);
                }
            }
        }).receiver().start());
        var silent = ends.dial(link);
        assertThat(silent.receive(1)).isEmpty();
        assertThat(next(lost).lastFailure()).containsInstanceOf(SocketTimeoutException.class);
        ends.dial(link);
        until("there is another", () -> link.stats().connections() == 2);

        var once = ends.with(ends.listen().timeout(SHORT).reconnect(Backoff.never()).receiver().start());
        var begun = System.nanoTime();
        ends.dial(once);
        Ends.join(once);
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThanOrEqualTo(SHORT);
    }

    @Test
    @DisplayName("SL-9: so it is for one that stops in the middle of a message")
    void aPeerThatStopsInAMessageCountsAsLost() throws Exception {
        var link = ends.with(ends.listen().asText().timeout(SHORT).receiver().start());
        var silent = ends.dial(link);
        silent.send("half a mess");
        assertThat(silent.receive(1)).isEmpty();
    }

    @Test
    @DisplayName("SL-9: with a stop function to be asked meanwhile, the limit is the same")
    void aStopFunctionDoesNotProlongIt() throws Exception {
        var link = ends.with(ends.listen().timeout(SHORT).stopReceiving(() -> false).receiver().start());
        var begun = System.nanoTime();
        var silent = ends.dial(link);
        assertThat(silent.receive(1)).isEmpty();
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isBetween(SHORT, Ends.SOON);
    }

    @Test
    @DisplayName("SL-9: a peer that takes nothing for so long counts as lost, and the next gets what is left, each message once")
    void aDeafPeerCountsAsLost() throws Exception {
        var toSend = new LinkedBlockingQueue<String>();
        IntStream.range(0, 300).forEach(n -> toSend.add(n + " " + "x".repeat(100_000)));
        var link = ends.with(ends.listen().asText().timeout(Duration.ofSeconds(1)).sender(toSend).start());
        var deaf = ends.dial(link);
        until(link, State.RECONNECTING);
        assertThat(link.status().lastFailure()).hasValueSatisfying(e -> assertThat(e).isInstanceOf(SocketTimeoutException.class));
        deaf.close();
        var peer = ends.dial(link);
        var n = Integer.parseInt(line(peer).split(" ", 2)[0]);
        assertThat(n).isPositive();
        while (++n < 300) {
            assertThat(line(peer)).startsWith(n + " ");
        }
    }

    @Test
    @DisplayName("SL-9, SL-8: a sender with nothing to send is not lost, however long its queue is empty")
    void anIdleSenderIsNotLost() throws Exception {
        var link = ends.with(ends.listen().asText().timeout(Duration.ofMillis(20)).sender().start());
        var peer = ends.dial(link);
        peer.deadlines(peer.deadlines().read(SHORT.multipliedBy(2)));
        org.assertj.core.api.Assertions.assertThatExceptionOfType(SocketTimeoutException.class).isThrownBy(() -> peer.receive(1));
        link.send("hello");
        assertThat(read(peer, 7)).isEqualTo("hello\r\n");
        assertThat(link.stats().connections()).isOne();
    }

    @Test
    @DisplayName("SL-9: a message for which there is no room for so long is dropped, reported and counted; the connection stays")
    void aMessageWithoutRoomIsDropped() throws Exception {
        var dropped = new LinkedBlockingQueue<Object>();
        var link = ends.with(ends.listen().asText().capacity(2).timeout(Duration.ofMillis(500)).observer(new LinkObserver() {
            @Override
            public void dropped(Link link, Object message, Exception why) {
                dropped.add(message);
            }
        }).receiver().start());
        var peer = ends.dial(link);
        peer.send("a\r\nb\r\nc\r\n");
        assertThat(next(dropped)).isEqualTo("c");
        peer.send("d\r\n");
        assertThat(next(link.received(), 3)).containsExactly("a", "b", "d");
        until("all is counted", () -> link.stats().equals(new LinkStats(1, 0, 3, 0, 0, 0, 1)));
    }

    @Test
    @DisplayName("SL-9: without a timeout a link waits: a peer may take an hour to begin to read")
    void withoutOneALinkWaitsForADeafPeer() throws Exception {
        var time = new ManualTime();
        var acceptor = ends.acceptor();
        var toSend = new LinkedBlockingQueue<String>();
        IntStream.range(0, 300).forEach(n -> toSend.add(n + " " + "x".repeat(100_000)));
        var link = ends.with(Link.connect(ends.place.to(acceptor.address()).time(time)).asText().stopSending(toSend::isEmpty).sender(toSend).start());
        var peer = ends.accept(acceptor);
        assertThat(line(peer)).startsWith("0 ");
        until("it is blocked", () -> settled(toSend));
        time.advance(Duration.ofHours(1));
        for (int n = 1; n < 300; n++) {
            assertThat(line(peer)).startsWith(n + " ");
        }
        Ends.join(link);
        assertThat(link.stats().connections()).isOne();
    }

    /** Whether nothing leaves any more: so it was a while ago, too. */
    private static boolean settled(LinkedBlockingQueue<String> toSend) throws InterruptedException {
        var before = toSend.size();
        return aWhile() && toSend.size() == before;
    }

    /** For what can't be seen from here: it has had the time to come about. */
    private static boolean aWhile() throws InterruptedException {
        return new LinkedBlockingQueue<>().poll(100, TimeUnit.MILLISECONDS) == null;
    }

    @Test
    @DisplayName("SL-9: without a timeout, and without a deadline for messages, a link waits: a message may take an hour to come")
    void withoutOneALinkWaitsForASlowMessage() throws Exception {
        var time = new ManualTime();
        var begun = new CountDownLatch(1);
        var link = ends.with(Link.listen(ends.place.server().time(time).deadlines(Deadlines.none())).as(begins(begun)).receiver().start());
        var peer = ends.dial(link);
        peer.send("half ");
        begun.await();
        until("it waits for more", LinkTimeoutTest::aWhile);
        for (int n = 0; n < 60; n++) {
            time.advance(Duration.ofMinutes(1));
        }
        peer.send("and half\r\n");
        assertThat(Ends.text(next(link.received()))).isEqualTo("half and half");
        assertThat(link.stats().connections()).isOne();
    }

    /** Tells when the first byte of a message is read. */
    private static Framing<byte[]> begins(CountDownLatch begun) {
        return new Framing<>() {
            @Override
            public byte[] read(DataInputStream in) throws IOException {
                begun.countDown();
                return LinkBuilder.BYTES.read(in);
            }

            @Override
            public void write(byte[] message, DataOutputStream out) throws IOException {
                LinkBuilder.BYTES.write(message, out);
            }
        };
    }

    @Test
    @DisplayName("SL-BUG-9: a limit of zero is none; one of less is a mistake")
    void limitsAreChecked() throws Exception {
        var builder = Link.listen(Server.tcp("localhost", 0));
        var wrong = Duration.ofMillis(-1);
        assertThatIllegalArgumentException().isThrownBy(() -> builder.timeout(wrong)).withMessageContaining("timeout");
        assertThatIllegalArgumentException().isThrownBy(() -> builder.connectWithin(wrong)).withMessageContaining("connectWithin");
        assertThatIllegalArgumentException().isThrownBy(() -> builder.pace(wrong)).withMessageContaining("pace");
        assertThatIllegalArgumentException().isThrownBy(() -> builder.grace(wrong)).withMessageContaining("grace");
        var link = builder.timeout(Duration.ZERO).connectWithin(Duration.ZERO).pace(Duration.ZERO).receiver();
        assertThatIllegalArgumentException().isThrownBy(() -> link.drain(wrong)).withMessageContaining("drain");
        assertThatIllegalArgumentException().isThrownBy(() -> link.drainOnExit(wrong)).withMessageContaining("drainOnExit");
        ends.with(link.start());
        assertThatIllegalArgumentException().isThrownBy(() -> link.join(wrong)).withMessageContaining("join");
        assertThat(link.join(Duration.ofMillis(1))).isFalse();
    }

    @Test
    @DisplayName("SL-9, SL-31: a limit of for ever is as good as none")
    void aLimitOfForEver() throws Exception {
        var forEver = ChronoUnit.FOREVER.getDuration();
        var server = ends.with(ends.listen().asText().timeout(forEver).receiver().start());
        var client = ends.with(ends.connect(server.address()).asText().connectWithin(forEver).timeout(forEver).sender().start());
        client.send("hello");
        assertThat(next(server.received())).isEqualTo("hello");
    }
}
