package dev.weft.queue;

import static dev.weft.queue.Ends.bytes;
import static dev.weft.queue.Ends.next;
import static dev.weft.queue.Ends.read;
import static dev.weft.queue.Ends.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.EOFException;
import java.io.IOException;
import java.net.BindException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;

import dev.weft.net.Address;
import dev.weft.net.Backoff;
import dev.weft.net.Connection;
import dev.weft.net.LifeState;
import dev.weft.queue.LinkStatus.State;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Links from their making to their end, while nothing goes wrong. */
class LinkLifeTest extends EveryPlaceTest {
    private static final List<String> ABC = List.of("a", "b", "c");

    @Test
    @DisplayName("SL-1, SL-20: a ServerReceiver gets what a ClientSender sends")
    void serverReceiver() throws Exception {
        var receiver = ends.with(ends.listen().asText().receiver().start());
        var sender = ends.with(ends.connect(receiver.address()).asText().sender().start());
        for (var message : ABC) {
            sender.send(message);
        }
        assertThat(next(receiver.received(), 3)).isEqualTo(ABC);
        assertThat(receiver).hasToString("ServerReceiver at " + receiver.address());
        assertThat(sender).hasToString("ClientSender at " + sender.address());
    }

    @Test
    @DisplayName("SL-1, SL-20: a ClientReceiver gets what a ServerSender sends")
    void clientReceiver() throws Exception {
        var sender = ends.with(ends.listen().asText().sender().start());
        sender.toSend().addAll(ABC);
        var receiver = ends.with(ends.connect(sender.address()).asText().receiver().start());
        assertThat(next(receiver.received(), 3)).isEqualTo(ABC);
        assertThat(receiver).hasToString("ClientReceiver at " + receiver.address());
        assertThat(sender).hasToString("ServerSender at " + sender.address());
    }

    @Test
    @DisplayName("SL-1, SL-23: a Server and a Client send and receive at the same time, on one connection")
    void serverAndClient() throws Exception {
        var server = ends.with(ends.listen().asText().capacity(3).duplex().start());
        var client = ends.with(ends.connect(server.address()).asText().capacity(3).duplex().start());
        var many = IntStream.range(0, 2_000).mapToObj(n -> "number " + n).toList();
        var sending = List.of(sending(server, many), sending(client, many));
        var atServer = new FutureTask<>(() -> next(server.received(), many.size()));
        Thread.ofVirtual().start(atServer);
        assertThat(next(client.received(), many.size())).isEqualTo(many);
        assertThat(atServer.get()).isEqualTo(many);
        for (var thread : sending) {
            thread.join();
        }
        assertThat(server.stats().connections()).isOne();
        assertThat(server).hasToString("Server at " + server.address());
        assertThat(client).hasToString("Client at " + client.address());
    }

    private static Thread sending(Sender<String> link, List<String> all) {
        return Thread.ofVirtual().start(() -> {
            try {
                for (var message : all) {
                    link.send(message);
                }
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
    }

    @Test
    @DisplayName("SL-3, SL-10: sends all, then ends; receives exactly three, then ends")
    void sendAllAndReceiveThree() throws Exception {
        var received = new LinkedBlockingQueue<String>();
        var receiver = ends.with(ends.listen().asText().stopReceiving(() -> received.size() >= 3).receiver(received).start());
        var toSend = new LinkedBlockingQueue<>(List.of("a", "b", "c", "d", "e"));
        var sender = ends.with(ends.connect(receiver.address()).asText().stopSending(toSend::isEmpty).sender(toSend).start());
        Ends.join(receiver);
        assertThat(received).containsExactly("a", "b", "c");
        assertThat(receiver.status().state()).isEqualTo(State.ENDED);
        sender.close(); // whose last messages may or may not have found somebody
    }

    @Test
    @DisplayName("SL-10: the receiver gets everything of a sender that stops when its queue is empty")
    void whatWasSentBeforeTheEndArrives() throws Exception {
        var toSend = new LinkedBlockingQueue<String>();
        IntStream.range(0, 5_000).forEach(n -> toSend.add("number " + n));
        var all = List.copyOf(toSend);
        var sender = ends.with(ends.listen().asText().stopSending(toSend::isEmpty).sender(toSend).start());
        var receiver = ends.with(ends.connect(sender.address()).asText().receiver().start());
        assertThat(next(receiver.received(), all.size())).isEqualTo(all);
        Ends.join(sender);
        assertThat(sender.stats().sent()).isEqualTo(5_000);
        assertThat(sender.unsent()).isEmpty();
    }

    /** All that comes until the end. */
    private static String text(Connection peer) throws IOException {
        return Ends.text(peer.input().readAllBytes());
    }

    @Test
    @DisplayName("SL-3: one direction of a duplex may stop, the other goes on")
    void eachDirectionStopsByItself() throws Exception {
        var stopSending = new AtomicBoolean();
        var stopReceiving = new AtomicBoolean();
        var link = ends.with(ends.listen().asText().stopSending(stopSending::get).stopReceiving(stopReceiving::get).duplex().start());
        var peer = ends.dial(link);
        link.send("a");
        assertThat(read(peer, 3)).isEqualTo("a\r\n");
        stopSending.set(true);
        peer.send("1\r\n2\r\n");
        assertThat(next(link.received(), 2)).containsExactly("1", "2");
        stopReceiving.set(true);
        Ends.join(link);
        assertThat(peer.receive(1)).isEmpty();
    }

    @Test
    @DisplayName("SL-4: a link is started once, joined after that, and not again after its end")
    void startedOnce() throws Exception {
        var link = ends.with(ends.listen().receiver());
        assertThatIllegalStateException().isThrownBy(link::join).withMessageContaining("not been started");
        link.start();
        assertThatIllegalStateException().isThrownBy(link::start).withMessageContaining("runs once");
        assertThatIllegalStateException().isThrownBy(link::run).withMessageContaining("runs once");
        link.close();
        assertThatIllegalStateException().isThrownBy(link::start).withMessageContaining("runs once");
        link.join();
    }

    @Test
    @DisplayName("SL-6: closing what was never started does nothing, and ends it")
    void closedWithoutStart() throws Exception {
        var address = place.server().address();
        var link = ends.connect(address).asText().duplex();
        try (link) {
            assertThat(link.status().state()).isEqualTo(State.NEW);
            assertThat(link.status().since()).isBeforeOrEqualTo(Instant.now());
            assertThat(link.connected()).isFalse();
        }
        link.close();
        link.join();
        assertThat(link.status().state()).isEqualTo(State.ENDED);
        assertThatIllegalStateException().isThrownBy(link::start);
        assertThatIllegalStateException().isThrownBy(() -> link.send("late")).withMessageContaining("ended");
        assertThat(link.received().poll(1, TimeUnit.HOURS)).isNull();
    }

    @Test
    @DisplayName("SL-4: run is start_main_thread: it returns when the link has ended")
    void runReturnsAtTheEnd() throws Exception {
        var toSend = new LinkedBlockingQueue<>(ABC);
        var sender = ends.with(ends.listen().asText().stopSending(toSend::isEmpty).sender(toSend));
        var running = new FutureTask<>(() -> {
            sender.run();
            return "the end";
        });
        Thread.ofPlatform().start(running);
        until(sender, State.CONNECTING);
        assertThat(text(ends.dial(sender))).isEqualTo("a\r\nb\r\nc\r\n");
        assertThat(running.get(10, TimeUnit.SECONDS)).isEqualTo("the end");
        assertThat(sender.status().state()).isEqualTo(State.ENDED);
    }

    @Test
    @DisplayName("SL-4: an interrupt ends run, and the link with it; it ends join, and not the link")
    void anInterruptEndsRun() throws Exception {
        var link = ends.with(ends.listen().receiver());
        var running = new FutureTask<>(() -> {
            link.run();
            return Thread.currentThread().isInterrupted();
        });
        var thread = Thread.ofPlatform().start(running);
        until(link, State.CONNECTING);
        var joining = new FutureTask<>(() -> {
            Thread.currentThread().interrupt();
            link.join();
            return link.status().state();
        });
        Thread.ofVirtual().start(joining);
        assertThat(joining.get(10, TimeUnit.SECONDS)).isEqualTo(State.CONNECTING);
        thread.interrupt();
        assertThat(running.get(10, TimeUnit.SECONDS)).isTrue();
        assertThat(link.status().state()).isEqualTo(State.ENDED);
    }

    @Test
    @DisplayName("SL-2: a queue that was given is the one that is used")
    void givenQueuesAreUsed() throws Exception {
        BlockingQueue<byte[]> received = new LinkedBlockingQueue<>();
        BlockingQueue<byte[]> toSend = new LinkedBlockingQueue<>();
        var link = ends.with(ends.listen().duplex(received, toSend).start());
        assertThat(link.received()).isSameAs(received);
        assertThat(link.toSend()).isSameAs(toSend);
        assertThatIllegalStateException().isThrownBy(link::iterator).withMessageContaining("given a queue");
        toSend.add(bytes("out"));
        var peer = ends.dial(link);
        assertThat(read(peer, 5)).isEqualTo("out\r\n");
        peer.send("in\r\n");
        assertThat(next(received)).isEqualTo(bytes("in"));
    }

    @Test
    @DisplayName("SL-2: queues of its own hold as many as was said, 1,024 unless something is; a full one makes the peer wait and loses nothing")
    void ownQueuesAreBounded() throws Exception {
        assertThat(ends.listen().sender().toSend().remainingCapacity()).isEqualTo(1024);
        assertThatIllegalArgumentException().isThrownBy(() -> ends.listen().capacity(0));
        var link = ends.with(ends.listen().asText().capacity(2).receiver().start());
        ends.dial(link).send("a\r\nb\r\nc\r\nd\r\ne\r\n");
        until("its queue is full", () -> link.received().remainingCapacity() == 0);
        assertThat(next(link.received(), 5)).containsExactly("a", "b", "c", "d", "e");
        assertThat(link.stats().dropped()).isZero();
    }

    @Test
    void whoSendsIntoAFullQueueIsToldOfTheEnd() throws Exception {
        var link = ends.with(ends.listen().asText().capacity(1).sender().start());
        link.send("a");
        var sending = new FutureTask<>(() -> {
            link.send("b");
            return "sent";
        });
        var thread = Thread.ofPlatform().start(sending);
        until("it waits", () -> thread.getState() == Thread.State.TIMED_WAITING);
        link.close();
        assertThatExceptionOfType(java.util.concurrent.ExecutionException.class).isThrownBy(() -> sending.get(10, TimeUnit.SECONDS))
                .withCauseInstanceOf(IllegalStateException.class);
        assertThat(link.toSend()).containsExactly("a");
        assertThat(link.unsent()).isEmpty();
    }

    @Test
    void iteratingGivesWhatComesUntilTheEnd() throws Exception {
        var link = ends.with(ends.listen().asText().reconnect(Backoff.never()).receiver().start());
        var peer = ends.dial(link);
        peer.send("a\r\nb\r\nc\r\n");
        peer.close();
        var all = new ArrayList<String>();
        for (var message : link) {
            all.add(message);
        }
        assertThat(all).isEqualTo(ABC);
        Iterator<String> more = link.iterator();
        assertThat(more.hasNext()).isFalse();
        assertThatExceptionOfType(java.util.NoSuchElementException.class).isThrownBy(more::next);
    }

    @Test
    void whatWasReceivedCanStillBeTakenAfterTheEnd() throws Exception {
        var link = ends.with(ends.listen().asText().receiver().start());
        ends.dial(link).send("a\r\nb\r\n");
        until("both are here", () -> link.received().size() == 2);
        link.close();
        assertThat(link.received().take()).isEqualTo("a");
        assertThat(link.received().poll()).isEqualTo("b");
        assertThat(link.received().poll(1, TimeUnit.HOURS)).isNull();
    }

    @Test
    @DisplayName("a sender ends when the AckQueue it was given has ended, and all in it is sent")
    void theEndOfItsQueueIsTheEndOfASender() throws Exception {
        var toSend = new AckQueue<String>();
        var link = ends.with(ends.listen().asText().sender(toSend).start());
        toSend.addAll(ABC);
        toSend.end();
        assertThat(text(ends.dial(link))).isEqualTo("a\r\nb\r\nc\r\n");
        Ends.join(link);
    }

    @Test
    @DisplayName("SL-20: that an address can't be bound is told to the caller of start, who may be more lucky later")
    void bindErrorsAreThrownByStart() throws Exception {
        org.junit.jupiter.api.Assumptions.assumeTrue(place != Place.MEMORY && place != Place.UNIX, "addresses of the network");
        var first = ends.with(ends.listen().receiver().start());
        var second = ends.with(Link.listen(place.at(first.address())).receiver());
        assertThatExceptionOfType(BindException.class).isThrownBy(second::start).withMessageContaining(Integer.toString(first.address().port()));
        assertThatExceptionOfType(BindException.class).isThrownBy(second::run);
        assertThat(second.status().state()).isEqualTo(State.NEW);
        first.close();
        assertThat(second.start().address()).isEqualTo(first.address());
    }

    @Test
    @DisplayName("SL-2, SL-20: the address is the one that is really bound, also after the end")
    void theAddressIsTheOneBound() throws Exception {
        var link = ends.with(ends.listen().receiver());
        if (link.address().kind() == Address.Kind.INET) {
            assertThat(link.address().port()).isZero();
            link.start();
            assertThat(link.address().port()).isPositive();
        } else {
            link.start();
        }
        var address = link.address();
        link.close();
        assertThat(link.address()).isEqualTo(address);
    }

    @Test
    @DisplayName("SL-20: listening at a port alone is listening at all addresses")
    void aPortAlone() throws Exception {
        var link = ends.with(Link.listen(0).asText().receiver().start());
        var client = ends.with(Link.connect("localhost", link.address().port()).asText().sender().start());
        client.send("hello");
        assertThat(next(link.received())).isEqualTo("hello");
    }

    @Test
    @DisplayName("SL-30: a client may start before there is anybody, and its loops wait")
    void aClientMayStartFirst() throws Exception {
        var address = address();
        var client = ends.with(ends.connect(address).asText().duplex().start());
        client.send("early");
        until("some attempts have failed", () -> client.status().attempts() >= 2);
        assertThat(client.status()).satisfies(s -> {
            assertThat(s.state()).isEqualTo(State.CONNECTING);
            assertThat(s.peer()).isEmpty();
            assertThat(s.lastFailure()).isPresent();
        });
        var peer = ends.accept(ends.acceptor(address));
        assertThat(read(peer, 7)).isEqualTo("early\r\n");
        peer.send("you too\r\n");
        assertThat(next(client.received())).isEqualTo("you too");
    }

    /** One where nobody is, just now. */
    private Address address() throws IOException {
        try (var nobody = place.server().listen()) {
            return nobody.address();
        }
    }

    @Test
    @DisplayName("SL-33, SL-8: a client that reports to be alive, at its pace, and receives, is a duplex with a pace")
    void aClientThatReportsToBeAlive() throws Exception {
        var acceptor = ends.acceptor();
        var client = ends.with(ends.connect(acceptor.address()).asText().pace(Duration.ofMillis(50)).duplex());
        client.toSend().addAll(List.of("Alive", "Alive", "Alive"));
        var begun = System.nanoTime();
        client.start();
        var peer = ends.accept(acceptor);
        peer.send("good\r\n");
        assertThat(next(client.received())).isEqualTo("good");
        assertThat(read(peer, 21)).isEqualTo("Alive\r\nAlive\r\nAlive\r\n");
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThan(Duration.ofMillis(50));
    }

    @Test
    @DisplayName("SL-33, SL-BUG-14: what reports that a client is alive waits for a connection, and for the next one")
    void aServiceThatReportsThatAClientIsAlive() throws Exception {
        var acceptor = ends.acceptor();
        var client = ends.with(ends.connect(acceptor.address()).asText().duplex());
        ends.with(Services.source("alive", client.toSend(), Duration.ofMillis(10), () -> "Alive").start());
        client.start();
        for (int n = 0; n < 2; n++) {
            var peer = ends.accept(acceptor);
            assertThat(read(peer, 14)).isEqualTo("Alive\r\nAlive\r\n");
            peer.close();
        }
    }

    @Test
    void whatHappensIsSeenInStatusStatsAndObserver() throws Exception {
        var seen = new LinkedBlockingQueue<LinkStatus>();
        var links = new LinkedBlockingQueue<Link>();
        var link = ends.with(ends.listen().asText().observer(new LinkObserver() {
            @Override
            public void changed(Link link, LinkStatus status) {
                seen.add(status);
                links.add(link);
            }
        }).duplex());
        assertThat(link.status().state()).isEqualTo(State.NEW);
        assertThat(link.stats()).isEqualTo(new LinkStats(0, 0, 0, 0, 0, 0, 0));
        link.start();
        assertThat(next(seen).state()).isEqualTo(State.CONNECTING);
        var peer = ends.dial(link);
        var connected = next(seen);
        assertThat(connected.state()).isEqualTo(State.CONNECTED);
        assertThat(connected.peer()).contains(peer.local());
        assertThat(connected.attempts()).isZero();
        assertThat(connected.lastFailure()).isEmpty();
        assertThat(link.connected()).isTrue();
        peer.send("a\r\n");
        link.send("b");
        link.send("c");
        assertThat(read(peer, 6)).isEqualTo("b\r\nc\r\n");
        until("all is counted", () -> link.stats().equals(new LinkStats(1, 2, 1, 0, 0, 0, 0)));
        peer.close();
        var lost = next(seen);
        assertThat(lost.state()).isEqualTo(State.RECONNECTING);
        assertThat(lost.lastFailure()).containsInstanceOf(EOFException.class);
        assertThat(lost.peer()).isEmpty();
        assertThat(link.connected()).isFalse();
        link.close();
        assertThat(next(seen).state()).isEqualTo(State.ENDED);
        assertThat(seen).isEmpty();
        assertThat(links).allMatch(l -> l == link);
    }

    @Test
    void aBuilderMakesMany() throws Exception {
        var builder = ends.connect(ends.acceptor().address()).asText().capacity(5);
        var one = builder.sender();
        var two = builder.capacity(7).sender();
        assertThat(one.toSend().remainingCapacity()).isEqualTo(5);
        assertThat(two.toSend().remainingCapacity()).isEqualTo(7);
        assertThat(builder.asText().as(LinkBuilder.BYTES).sender().toSend().remainingCapacity()).isEqualTo(7);
    }

    /** Servers, too: what passes over the wire is what a Server of the module net would see. */
    @Test
    @DisplayName("SL-W1: a server of lines is a peer like any other")
    void aServerOfLinesIsAPeer() throws Exception {
        var lines = new LinkedBlockingQueue<String>();
        var server = place.server().open(c -> c.lines().forEach(lines::add)).start();
        ends.with(server);
        var client = ends.with(ends.connect(server.address()).asText().sender().start());
        client.send("hello");
        assertThat(next(lines)).isEqualTo("hello");
        assertThat(server.state()).isEqualTo(LifeState.RUNNING);
    }
}
