package dev.weft.queue;

import static dev.weft.queue.Ends.next;
import static dev.weft.queue.Ends.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import dev.weft.net.Backoff;
import dev.weft.net.Connection;
import dev.weft.queue.LinkStatus.State;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The stop functions: when they are asked, and what is ended when they say so (SPEC SL-3, SL-10). */
@Timeout(60)
class LinkStopTest {
    private final Ends ends = new Ends(Place.NIO);

    @AfterEach
    void end() throws Exception {
        ends.close();
    }

    @Test
    @DisplayName("SL-10: stop is asked before each message, so one that counts what was sent is exact")
    void stopMayCountWhatWasSent() throws Exception {
        var self = new CompletableFuture<Sender<String>>();
        var sender = ends.with(ends.listen().asText().stopSending(() -> self.join().stats().sent() >= 3).sender());
        self.complete(sender);
        sender.toSend().addAll(List.of("a", "b", "c", "d", "e"));
        var peer = ends.dial(sender.start());
        assertThat(text(peer)).isEqualTo("a\r\nb\r\nc\r\n");
        Ends.join(sender);
        assertThat(sender.stats().sent()).isEqualTo(3);
        assertThat(sender.toSend()).containsExactly("d", "e");
    }

    /** All that comes until the end. */
    private static String text(Connection peer) throws IOException {
        return Ends.text(peer.input().readAllBytes());
    }

    @Test
    @DisplayName("SL-10: stop is asked before each message that is received, and no message is taken after its true")
    void stopIsAskedBeforeEachMessageReceived() throws Exception {
        var asked = new AtomicInteger();
        var link = ends.with(ends.listen().asText().stopReceiving(() -> asked.incrementAndGet() > 3).receiver().start());
        ends.dial(link).send("a\r\nb\r\nc\r\nd\r\ne\r\n");
        Ends.join(link);
        assertThat(link.received()).hasSizeLessThanOrEqualTo(3).isSubsetOf("a", "b", "c");
        assertThat(asked).hasValue(4);
    }

    @Test
    @DisplayName("SL-3: the first true of stop ends the loop, whatever it would say later")
    void stopIsBelievedTheFirstTime() throws Exception {
        var asked = new LinkedBlockingQueue<>(List.of(false, false, true));
        var sender = ends.with(ends.listen().asText().stopSending(() -> Boolean.TRUE.equals(asked.poll())).sender());
        sender.toSend().addAll(List.of("a", "b", "c", "d", "e"));
        sender.start();
        ends.dial(sender);
        Ends.join(sender);
        assertThat(sender.stats().sent()).isLessThanOrEqualTo(2);
    }

    @Test
    @DisplayName("SL-3: stop is heard while nothing comes and there is nothing to send")
    void stopIsHeardInAnIdleLink() throws Exception {
        var stop = new AtomicBoolean();
        var receiver = ends.with(ends.listen().stopReceiving(stop::get).receiver().start());
        var sender = ends.with(ends.listen().stopSending(stop::get).sender().start());
        var duplex = ends.with(ends.listen().stopSending(stop::get).stopReceiving(stop::get).duplex().start());
        for (var link : List.of(receiver, sender, duplex)) {
            ends.dial(link);
            until(link, State.CONNECTED);
        }
        stop.set(true);
        Ends.join(receiver);
        Ends.join(sender);
        Ends.join(duplex);
    }

    @Test
    @DisplayName("SL-BUG-8: stop ends the link, wherever it stands: also while it waits for a first connection")
    void stopIsHeardBeforeThereIsAConnection() throws Exception {
        var stop = new AtomicBoolean();
        var receiver = ends.with(ends.listen().stopReceiving(stop::get).receiver().start());
        var sender = ends.with(ends.listen().stopSending(stop::get).sender().start());
        stop.set(true);
        Ends.join(receiver);
        Ends.join(sender);
    }

    @Test
    @DisplayName("SL-BUG-8: stop ends the link, wherever it stands: also while it waits for another connection")
    void stopIsHeardBetweenConnections() throws Exception {
        var stop = new AtomicBoolean();
        var acceptor = ends.acceptor();
        var client = ends.with(ends.connect(acceptor.address()).stopReceiving(stop::get).receiver().start());
        var server = ends.with(ends.listen().stopSending(stop::get).sender().start());
        ends.dial(server).close();
        var peer = ends.accept(acceptor);
        acceptor.close();
        peer.close();
        until(client, State.RECONNECTING);
        until(server, State.RECONNECTING);
        stop.set(true);
        Ends.join(client);
        Ends.join(server);
    }

    @Test
    @DisplayName("SL-BUG-8: nothing spins when stop is true and stopReconnecting is not")
    void stopEndsTheWholeLink() throws Exception {
        var server = ends.with(ends.listen().asText().stopReceiving(() -> true).stopReconnecting(() -> false).receiver().start());
        var client = ends.with(ends.connect(server.address()).asText().stopSending(() -> true).stopReconnecting(() -> false).sender().start());
        Ends.join(server);
        client.close();
        assertThat(server.stats().connections()).isLessThanOrEqualTo(1);
        assertThat(client.stats().connections()).isLessThanOrEqualTo(1);
    }

    @Test
    @DisplayName("SL-3: stop_reconnect ends the link at the next loss; without reconnection it is not even asked")
    void stopReconnectingIsAskedBetweenConnections() throws Exception {
        var asked = new AtomicInteger();
        var link = ends.with(ends.listen().asText().stopReconnecting(() -> asked.incrementAndGet() == 2).receiver().start());
        ends.dial(link).close();
        until("asked once", () -> asked.get() == 1);
        var second = ends.dial(link);
        second.send("hello\r\n");
        assertThat(next(link.received())).isEqualTo("hello");
        second.close();
        Ends.join(link);
        assertThat(link.stats().connections()).isEqualTo(2);

        var once = ends.with(ends.listen().reconnect(Backoff.never()).stopReconnecting(() -> asked.incrementAndGet() == -1).receiver().start());
        ends.dial(once).close();
        Ends.join(once);
        assertThat(asked).hasValue(2);
    }

    @Test
    @DisplayName("a stopReceiving that fails ends the link, and join says why")
    void aStopReceivingThatFailsEndsTheLink() throws Exception {
        var fails = new AtomicBoolean();
        var link = ends.with(ends.listen().stopReceiving(() -> fails.get() && fail()).receiver().start());
        ends.dial(link);
        until(link, State.CONNECTED);
        fails.set(true);
        until(link, State.ENDED);
        assertThatIllegalStateException().isThrownBy(link::join).withMessage("a stop function's own");
    }

    @Test
    @DisplayName("a stopSending that fails ends the link, and join says why")
    void aStopSendingThatFailsEndsTheLink() throws Exception {
        var fails = new AtomicBoolean();
        var link = ends.with(ends.listen().stopSending(() -> fails.get() && fail()).sender().start());
        ends.dial(link);
        until(link, State.CONNECTED);
        fails.set(true);
        until(link, State.ENDED);
        assertThatIllegalStateException().isThrownBy(link::join).withMessage("a stop function's own");
    }

    private static boolean fail() {
        throw new IllegalStateException("a stop function's own");
    }
}
