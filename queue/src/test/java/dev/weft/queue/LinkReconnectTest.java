package dev.weft.queue;

import static dev.weft.queue.Ends.line;
import static dev.weft.queue.Ends.next;
import static dev.weft.queue.Ends.read;
import static dev.weft.queue.Ends.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import dev.weft.net.Backoff;
import dev.weft.net.Connection;
import dev.weft.net.LifeState;
import dev.weft.queue.LinkStatus.State;
import dev.weft.testkit.ManualTime;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Links whose connections go. */
class LinkReconnectTest extends EveryPlaceTest {
    @Test
    @DisplayName("SL-21, SL-BUG-4: a Server gets the next client when one goes, and both directions go on with it")
    void aServerServesOneAfterTheOther() throws Exception {
        var link = ends.with(ends.listen().asText().duplex().start());
        for (int n = 1; n <= 4; n++) {
            var peer = ends.dial(link);
            peer.send("hello " + n + "\r\n");
            assertThat(next(link.received())).isEqualTo("hello " + n);
            link.send("you too");
            assertThat(line(peer)).isEqualTo("you too");
            if (n % 2 == 0) {
                peer.abort();
            } else {
                peer.close();
            }
            until(link, State.RECONNECTING);
        }
        assertThat(link.stats().connections()).isEqualTo(4);
    }

    @Test
    @DisplayName("SL-31, SL-BUG-4: a Client connects again when its server goes, once for both directions")
    void aClientConnectsAgain() throws Exception {
        var acceptor = ends.acceptor();
        var link = ends.with(ends.connect(acceptor.address()).asText().duplex().start());
        for (int n = 1; n <= 4; n++) {
            var peer = ends.accept(acceptor);
            peer.send("hello " + n + "\r\n");
            assertThat(next(link.received())).isEqualTo("hello " + n);
            link.send("you too");
            assertThat(line(peer)).isEqualTo("you too");
            assertThat(link.stats().connections()).isEqualTo(n);
            if (n % 2 == 0) {
                peer.abort();
            } else {
                peer.close();
            }
        }
    }

    @Test
    @DisplayName("SL-31: a client whose server has died, port and all, finds the one that follows it")
    void aClientFindsTheNextServer() throws Exception {
        var acceptor = ends.acceptor();
        var address = acceptor.address();
        var link = ends.with(ends.connect(address).asText().receiver().start());
        var peer = ends.accept(acceptor);
        acceptor.close();
        peer.close();
        until("it has tried in vain", () -> link.status().state() == State.RECONNECTING && link.status().attempts() >= 2);
        assertThat(link.status().lastFailure()).isPresent();
        ends.accept(ends.acceptor(address)).send("hello again\r\n");
        assertThat(next(link.received())).isEqualTo("hello again");
        assertThat(link.status().attempts()).isZero();
    }

    @Test
    @DisplayName("SL-BUG-3: a sender sees that its peer has gone before it sends, so nothing is sent to nobody")
    void aSenderSeesTheEndOfItsPeer() throws Exception {
        var link = ends.with(ends.listen().asText().sender().start());
        var gone = ends.dial(link);
        until(link, State.CONNECTED);
        gone.close();
        until(link, State.RECONNECTING);
        link.send("m1");
        link.send("m2");
        var peer = ends.dial(link);
        link.send("m3");
        assertThat(read(peer, 12)).isEqualTo("m1\r\nm2\r\nm3\r\n");
    }

    @Test
    @DisplayName("SL-BUG-3, SL-BUG-4: a duplex that has stopped receiving sees that its peer has gone, too")
    void aDuplexThatNoLongerReceivesSeesTheEndOfItsPeer() throws Exception {
        var received = new LinkedBlockingQueue<String>();
        var toSend = new LinkedBlockingQueue<String>();
        var link = ends.with(ends.listen().asText().stopReceiving(() -> !received.isEmpty()).duplex(received, toSend).start());
        var gone = ends.dial(link);
        gone.send("enough\r\n");
        assertThat(next(received)).isEqualTo("enough");
        received.add("enough"); // it stays so
        toSend.add("m0");
        assertThat(line(gone)).isEqualTo("m0");
        gone.close();
        until(link, State.RECONNECTING);
    }

    @Test
    @DisplayName("SL-22: what is in the queue when a client goes is for the next one")
    void unsentContentIsForTheNextClient() throws Exception {
        var link = ends.with(ends.listen().asText().sender().start());
        var first = ends.dial(link);
        link.send("one");
        assertThat(line(first)).isEqualTo("one");
        first.close();
        until(link, State.RECONNECTING);
        for (int n = 2; n < 500; n++) {
            link.send("number " + n);
        }
        var second = ends.dial(link);
        for (int n = 2; n < 500; n++) {
            assertThat(line(second)).isEqualTo("number " + n);
        }
    }

    @Test
    @DisplayName("SL-BUG-6: one listener stays open; who came meanwhile waits in its backlog and is served, with what it had sent")
    void whoCameMeanwhileIsServed() throws Exception {
        Assumptions.assumeTrue(place != Place.TLS, "a TLS client is not connected before it is served");
        var link = ends.with(ends.listen().asText().receiver().start());
        var first = ends.dial(link);
        first.send("first\r\n");
        assertThat(next(link.received())).isEqualTo("first");
        var waiting = new ArrayList<Connection>();
        for (int n = 0; n < 5; n++) {
            waiting.add(ends.dial(link));
            waiting.getLast().send("number " + n + "\r\n");
        }
        assertThat(link.received()).isEmpty();
        first.close();
        for (int n = 0; n < 5; n++) {
            assertThat(next(link.received())).isEqualTo("number " + n);
            waiting.get(n).close();
        }
        assertThat(link.stats().connections()).isEqualTo(6);
    }

    @Test
    @DisplayName("SL-BUG-6: nobody is ever refused between two clients")
    void nobodyIsRefusedBetweenTwoClients() throws Exception {
        var link = ends.with(ends.listen().asText().receiver().start());
        for (int n = 0; n < 100; n++) {
            try (var peer = ends.place.to(link.address()).open()) {
                peer.send("number " + n + "\r\n");
            }
            assertThat(next(link.received())).isEqualTo("number " + n);
        }
    }

    /** Two links that are cut again and again: AT_MOST_ONCE may lose what was under way, but never doubles it and never changes its order. */
    @Test
    @DisplayName("SL-BUG-3: a message whose send failed is the first on the next connection, and none comes twice")
    void noneComesTwice() throws Exception {
        var toSend = new LinkedBlockingQueue<String>();
        var text = "x".repeat(1_000);
        IntStream.range(0, 20_000).forEach(n -> toSend.add(n + " " + text));
        var link = ends.with(ends.listen().asText().stopSending(toSend::isEmpty).sender(toSend).start());
        var heard = new ArrayList<Integer>();
        var last = -1;
        for (int n = 0; last < 19_999 && n < 50; n++) {
            Connection peer;
            try {
                peer = ends.dial(link);
                for (int k = 0; k < 600 || n == 49; k++) {
                    last = Integer.parseInt(line(peer).split(" ", 2)[0]);
                    heard.add(last);
                }
            } catch (IOException e) {
                break; // all was sent, and it has ended
            }
            if (n % 2 == 0) {
                peer.abort();
            } else {
                peer.close();
            }
        }
        assertThat(heard).isSorted().doesNotHaveDuplicates().hasSizeGreaterThan(1_000);
        link.close();
        assertThat(link.unsent().size() + toSend.size() + link.stats().sent()).isEqualTo(20_000);
    }

    @Test
    @DisplayName("SL-BUG-3: what a blocked send did not get rid of begins again with the next peer, whole and in order")
    void aBlockedSendIsTakenUpAgain() throws Exception {
        var toSend = new LinkedBlockingQueue<String>();
        IntStream.range(0, 300).forEach(n -> toSend.add(n + " " + "x".repeat(100_000)));
        var link = ends.with(ends.listen().asText().sender(toSend).start());
        var deaf = ends.dial(link);
        line(deaf);
        until("it is blocked", () -> link.connected() && !toSend.isEmpty() && settled(link));
        deaf.abort();
        var peer = ends.dial(link);
        var first = Integer.parseInt(line(peer).split(" ", 2)[0]);
        assertThat(first).isPositive();
        for (int n = first + 1; n < 300; n++) {
            assertThat(line(peer)).startsWith(n + " ").hasSize(100_001 + Integer.toString(n).length());
        }
        assertThat(link.stats().connections()).isEqualTo(2);
    }

    /** Whether nothing leaves any more: so it was a while ago, too. */
    private static boolean settled(Sender<String> link) throws InterruptedException {
        var before = link.toSend().size();
        return new LinkedBlockingQueue<>().poll(100, java.util.concurrent.TimeUnit.MILLISECONDS) == null && link.toSend().size() == before;
    }

    @Test
    @DisplayName("SL-21: without reconnection a link ends with its first connection, and its status says what ended that")
    void withoutReconnectionItEndsWithItsFirst() throws Exception {
        var link = ends.with(ends.listen().asText().reconnect(Backoff.never()).duplex().start());
        var address = link.address();
        ends.dial(link).close();
        Ends.join(link);
        assertThat(link.status().state()).isEqualTo(State.ENDED);
        assertThat(link.status().lastFailure()).isPresent();
        assertThatExceptionOfType(ConnectException.class).isThrownBy(() -> ends.dial(address));
    }

    @Test
    @DisplayName("SL-31: nor does a client connect again, which still tries for its first connection (SL-30)")
    void withoutReconnectionAClientEndsWithItsFirst() throws Exception {
        var acceptor = ends.acceptor();
        var address = acceptor.address();
        acceptor.close();
        var link = ends.with(ends.connect(address).asText().reconnect(Backoff.never()).receiver().start());
        until("it has tried in vain", () -> link.status().attempts() >= 1);
        var again = ends.acceptor(address);
        var peer = ends.accept(again);
        peer.send("hello\r\n");
        assertThat(next(link.received())).isEqualTo("hello");
        peer.close();
        Ends.join(link);
        assertThat(link.stats().connections()).isOne();
    }

    @Test
    @DisplayName("SL-32, SL-BUG-9: a client that gives up is over: join throws, status and log say why")
    void aClientThatGivesUpSaysSo() throws Exception {
        var acceptor = ends.acceptor();
        var address = acceptor.address();
        acceptor.close();
        var link = ends.with(ends.connect(address).asText().connectWithin(Duration.ofMillis(200)).duplex());
        var begun = System.nanoTime();
        link.start();
        assertThatExceptionOfType(UncheckedIOException.class).isThrownBy(link::join).withCauseInstanceOf(ConnectException.class)
                .withMessageContaining("200 ms").withMessageContaining(link.address().toString());
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isBetween(Duration.ofMillis(190), Duration.ofSeconds(5));
        assertThat(link.status().state()).isEqualTo(State.ENDED);
        assertThat(link.status().lastFailure()).containsInstanceOf(ConnectException.class);
        assertThat(link.connected()).isFalse();
        assertThat(link.received().poll(10, java.util.concurrent.TimeUnit.SECONDS)).isNull();
        assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> link.send("late"));
        var run = ends.with(ends.connect(address).connectWithin(Duration.ofMillis(1)).receiver());
        assertThatExceptionOfType(ConnectException.class).isThrownBy(run::run);
    }

    @Test
    @DisplayName("SL-31: the limit for the first connection holds for each later one")
    void aLaterConnectionHasTheSameLimit() throws Exception {
        var acceptor = ends.acceptor();
        var limit = Duration.ofMillis(place == Place.TLS ? 2_000 : 300); // a handshake takes two
        var link = ends.with(ends.connect(acceptor.address()).asText().connectWithin(limit).receiver().start());
        ends.accept(acceptor).close();
        var peer = ends.accept(acceptor);
        acceptor.close();
        peer.close();
        assertThatExceptionOfType(UncheckedIOException.class).isThrownBy(link::join);
        assertThat(link.stats().connections()).isEqualTo(2);
    }

    @Test
    @DisplayName("a Backoff that gives up ends it as well")
    void aBackoffMayGiveUp() throws Exception {
        var acceptor = ends.acceptor();
        acceptor.close();
        var attempts = new AtomicInteger();
        var link = ends.with(ends.connect(acceptor.address()).reconnect(Ends.QUICKLY.attempts(3)).observer(new LinkObserver() {
            @Override
            public void changed(Link link, LinkStatus status) {
                attempts.accumulateAndGet(status.attempts(), Math::max);
            }
        }).sender().start());
        assertThatExceptionOfType(UncheckedIOException.class).isThrownBy(link::join).withMessageContaining("4 attempts");
        assertThat(attempts).hasValue(4);
    }

    /** Pauses of up to a second would take 12 s in all; of those whose range doubles, fewer than one run in a million would. */
    @Test
    @DisplayName("SL-30: the pauses between attempts grow")
    void pausesGrow() throws Exception {
        var time = new ManualTime();
        var acceptor = ends.acceptor();
        acceptor.close();
        var backoff = Backoff.exponential(Duration.ofSeconds(1), Duration.ofDays(1)).attempts(12);
        var link = ends.with(Link.connect(ends.place.to(acceptor.address())).time(time).reconnect(backoff).sender().start());
        var begin = time.nanoTime();
        while (link.state() != LifeState.ENDED) {
            time.next().ifPresent(time::advance);
            Thread.onSpinWait();
        }
        assertThatExceptionOfType(UncheckedIOException.class).isThrownBy(link::join).withMessageContaining("13 attempts");
        assertThat(Duration.ofNanos(time.nanoTime() - begin)).isGreaterThan(Duration.ofSeconds(15));
    }

    @Test
    @DisplayName("SL-BUG-5, SL-BUG-7: after the end the port is free and nobody is let in")
    void afterTheEndThePortIsFree() throws Exception {
        var link = ends.with(ends.listen().asText().receiver().start());
        var address = link.address();
        var peer = ends.dial(link);
        peer.send("hello\r\n");
        assertThat(next(link.received())).isEqualTo("hello");
        link.close();
        assertThat(peer.receive(1)).isEmpty();
        assertThatExceptionOfType(ConnectException.class).isThrownBy(() -> ends.dial(address));
        var next = ends.with(Link.listen(place.at(address)).asText().receiver().start());
        ends.dial(next).send("hello\r\n");
        assertThat(next(next.received())).isEqualTo("hello");
    }

    @Test
    @DisplayName("SL-BUG-5: and so it is when a stop function has ended it")
    void afterStopNobodyIsLetIn() throws Exception {
        var received = new LinkedBlockingQueue<String>();
        var link = ends.with(ends.listen().asText().stopReceiving(() -> !received.isEmpty()).receiver(received).start());
        var address = link.address();
        ends.dial(link).send("hello\r\n");
        Ends.join(link);
        assertThatExceptionOfType(ConnectException.class).isThrownBy(() -> ends.dial(address));
        assertThat(received).containsExactly("hello");
    }

    @Test
    @DisplayName("SL-22: two links find each other again, from whichever end they are cut, and all that was sent between cuts arrives")
    void twoLinksFindEachOtherAgain() throws Exception {
        var server = ends.with(ends.listen().asText().duplex().start());
        var address = server.address();
        for (int n = 0; n < 5; n++) {
            var client = ends.with(ends.connect(address).asText().duplex().start());
            client.send("to the server " + n);
            server.send("to the client " + n);
            assertThat(next(server.received())).isEqualTo("to the server " + n);
            assertThat(next(client.received())).isEqualTo("to the client " + n);
            client.close();
            until(server, State.RECONNECTING);
        }
        assertThat(server.stats().connections()).isEqualTo(5);
        assertThat(List.of(server.stats().sent(), server.stats().received())).containsOnly(5L);
    }
}
