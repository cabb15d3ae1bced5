package dev.weft.queue;

import static dev.weft.queue.Ends.line;
import static dev.weft.queue.Ends.next;
import static dev.weft.queue.Ends.until;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import dev.weft.queue.LinkStatus.State;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Links that end in good order, and directions that end before their link. */
class LinkDrainTest extends EveryPlaceTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Duration FOREVER = Duration.ofDays(1);
    private static final Duration SHORT = Duration.ofMillis(50);

    private static FutureTask<Boolean> draining(Link link) {
        var task = new FutureTask<>(() -> link.drain(LONG).clean());
        Thread.ofVirtual().name("test-drain").start(task);
        return task;
    }

    @Test
    @DisplayName("a receiver waits for what it has handed out, tells that it is done, and takes no more")
    void aReceiverWaitsForAcknowledgements() throws Exception {
        var link = ends.with(ends.listen().asText().delivery(Delivery.AT_LEAST_ONCE).receiver().start());
        var sender = ends.with(ends.connect(link.address()).asText().delivery(Delivery.AT_LEAST_ONCE).sender().start());
        sender.send("one");
        var one = ((AckQueue<String>) link.received()).next(10, TimeUnit.SECONDS).orElseThrow();
        assertThat(one.message()).isEqualTo("one");
        var draining = draining(link);
        until("it takes no more", () -> {
            sender.send("more");
            return sender.stats().sent() - link.stats().received() > 1;
        });
        assertThat(draining.isDone()).isFalse();
        one.acknowledge();
        for (var rest = link.received().poll(); rest != null; rest = link.received().poll()) {
            assertThat(rest).isEqualTo("more");
        }
        assertThat(draining.get(10, TimeUnit.SECONDS)).isTrue();
        assertThat(link.status().state()).isEqualTo(State.ENDED);
        until("what it took is done", () -> sender.stats().acknowledged() == link.stats().received());
    }

    @ParameterizedTest
    @EnumSource(Delivery.class)
    @DisplayName("a sender sends what is in its queue, whosever it is, and ends")
    void aSenderSendsWhatIsThere(Delivery delivery) throws Exception {
        for (var given : new boolean[] {false, true}) {
            var builder = ends.listen().asText().delivery(delivery);
            var link = ends.with((given ? builder.sender(new LinkedBlockingQueue<>()) : builder.sender()).start());
            for (int n = 0; n < 50; n++) {
                link.toSend().put("message " + n);
            }
            var draining = draining(link);
            var receiver = ends.with(ends.connect(link.address()).asText().delivery(delivery).receiver().start());
            for (int n = 0; n < 50; n++) {
                assertThat(next(receiver.received())).isEqualTo("message " + n);
            }
            assertThat(draining.get(10, TimeUnit.SECONDS)).isTrue();
            assertThat(link.unsent()).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(Delivery.class)
    @DisplayName("what has not left at the limit is told, and is in unsent")
    void whatHasNotLeftIsTold(Delivery delivery) throws Exception {
        var link = ends.with(ends.listen().asText().delivery(delivery).sender().start());
        link.send("to nobody");
        assertThat(link.drain(SHORT).clean()).isFalse();
        assertThat(link.unsent().size() + link.toSend().size()).isOne();
    }

    @Test
    @DisplayName("one that never began, or has nothing to do, is drained at once")
    void oneWithNothingToDoIsDrained() throws Exception {
        assertThat(ends.listen().duplex().drain(FOREVER).clean()).isTrue();
        var link = ends.with(ends.listen().asText().duplex().start());
        assertThat(link.drain(FOREVER).clean()).isTrue();
        assertThat(link.drain(FOREVER).clean()).as("again").isTrue();
    }

    @Test
    @DisplayName("SL-4: one direction of a duplex can be waited for, while the other goes on")
    void oneDirectionCanBeWaitedFor() throws Exception {
        var received = new LinkedBlockingQueue<String>();
        var toSend = new LinkedBlockingQueue<String>();
        var link = ends.with(ends.listen().asText().stopReceiving(() -> received.size() >= 2).duplex(received, toSend).start());
        var peer = ends.dial(link);
        peer.send("one\r\n");
        var receiving = Thread.ofVirtual().start(link::joinReceiving);
        var sending = Thread.ofVirtual().start(link::joinSending);
        assertThat(next(received)).isEqualTo("one");
        received.put("one");
        peer.send("two\r\n");
        assertThat(receiving.join(Ends.SOON)).isTrue();
        toSend.put("still here");
        assertThat(line(peer)).isEqualTo("still here");
        assertThat(sending.isAlive()).isTrue();
        link.close();
        assertThat(sending.join(Ends.SOON)).isTrue();
    }

    @ParameterizedTest
    @EnumSource(Delivery.class)
    @DisplayName("and so can the sending, which is over when all is sent, or acknowledged")
    void theSendingCanBeWaitedFor(Delivery delivery) throws Exception {
        var toSend = new AckQueue<String>();
        var link = ends.with(ends.listen().asText().delivery(delivery).duplex(new LinkedBlockingQueue<>(), toSend).start());
        toSend.put("last");
        toSend.end();
        var sending = Thread.ofVirtual().start(link::joinSending);
        var peer = ends.with(ends.connect(link.address()).asText().delivery(delivery).duplex().start());
        assertThat(next(peer.received())).isEqualTo("last");
        assertThat(sending.join(Ends.SOON)).isTrue();
        peer.send("the other goes on");
        assertThat(next(link.received())).isEqualTo("the other goes on");
    }
}
