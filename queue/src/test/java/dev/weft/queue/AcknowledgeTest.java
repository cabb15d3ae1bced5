package dev.weft.queue;

import static dev.weft.queue.ReliablePeer.acknowledgement;
import static dev.weft.queue.ReliablePeer.message;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;

import dev.weft.net.Framing;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When a message counts as done, who is told, and what comes again ({@link Delivery#AT_LEAST_ONCE}). */
@Timeout(60)
class AcknowledgeTest {
    private static final int MANY = 5_000;

    private final Ends ends = new Ends(Place.NIO);

    @AfterEach
    void end() throws Exception {
        ends.close();
    }

    private LinkBuilder<String> listening() throws IOException {
        return reliable(ends.listen());
    }

    private LinkBuilder<String> dialing(Link to) throws IOException {
        return reliable(ends.connect(to.address()));
    }

    private static LinkBuilder<String> reliable(LinkBuilder<byte[]> link) {
        return link.asText().delivery(Delivery.AT_LEAST_ONCE);
    }

    private static List<String> numbers(int n) {
        return IntStream.range(0, n).mapToObj(Integer::toString).toList();
    }

    /** Sends the messages 1 to n to a receiver. */
    private ReliablePeer sends(Receiver<String> receiver, int n) throws Exception {
        var peer = ReliablePeer.sending(ends.dial(receiver), 1);
        assertThat(peer.hear()).isEqualTo("resume 1");
        for (int i = 1; i <= n; i++) {
            peer.say(message(i, Integer.toString(i)));
        }
        return peer;
    }

    private static AckQueue<String> own(Receiver<String> receiver) {
        return (AckQueue<String>) receiver.received();
    }

    private static Delivered<String> next(AckQueue<String> queue) throws InterruptedException {
        return queue.next(10, TimeUnit.SECONDS).orElseThrow();
    }

    private static List<Delivered<String>> next(AckQueue<String> queue, int n) throws InterruptedException {
        var all = new ArrayList<Delivered<String>>();
        while (all.size() < n) {
            all.add(next(queue));
        }
        return all;
    }

    @Test
    void iteratingAcknowledgesAMessageWhenTheNextIsAskedFor() throws Exception {
        var receiver = ends.with(listening().capacity(3).receiver().start());
        var sender = ends.with(dialing(receiver).sender().start());
        sender.toSend().addAll(List.of("one", "two"));
        var all = receiver.iterator();
        assertThat(all.next()).isEqualTo("one");
        sender.toSend().addAll(List.of("three", "four"));
        Ends.until("the window is full", () -> receiver.stats().received() == 3);
        assertThat(sender.stats().acknowledged()).isZero();
        assertThat(sender.stats().sent()).as("the fourth waits for the first to be done").isEqualTo(3);
        assertThat(all.hasNext()).isTrue();
        Ends.until("the first is done", () -> sender.stats().acknowledged() == 1);
        assertThat(all.hasNext()).as("asking twice is asking once").isTrue();
        assertThat(all.next()).isEqualTo("two");
        Ends.until("the fourth is there", () -> receiver.stats().received() == 4);
        assertThat(sender.stats().acknowledged()).isOne();
    }

    @ParameterizedTest
    @ValueSource(strings = {"take", "poll", "timed poll", "drainTo", "remove"})
    void whoeverTakesAMessageAsFromAnyQueueAcknowledgesIt(String how) throws Exception {
        var receiver = ends.with(listening().receiver().start());
        var peer = sends(receiver, 1);
        var queue = receiver.received();
        Ends.until("it is there", () -> queue.size() == 1);
        assertThat(queue.peek()).as("a look is not enough").isEqualTo("1");
        assertThat(queue.contains("1")).isTrue();
        switch (how) {
            case "take" -> queue.take();
            case "poll" -> queue.poll();
            case "timed poll" -> queue.poll(10, TimeUnit.SECONDS);
            case "drainTo" -> queue.drainTo(new ArrayList<>());
            default -> queue.remove();
        }
        assertThat(peer.hear()).isEqualTo("acknowledgement 1");
    }

    @Test
    void whatIsPutIntoAGivenQueueIsAcknowledgedAndWhatHasNoRoomThereIsNot() throws Exception {
        var queue = new LinkedBlockingQueue<String>(2);
        var receiver = ends.with(listening().receiver(queue).start());
        var peer = sends(receiver, 3);
        peer.hearAcknowledged(2);
        assertThat(receiver.stats().received()).isEqualTo(3);
        assertThat(queue).containsExactly("1", "2");
        assertThat(queue.take()).isEqualTo("1");
        assertThat(peer.hear()).isEqualTo("acknowledgement 3");
        assertThat(queue).containsExactly("2", "3");
    }

    @Test
    void aGivenQueueWithoutRoomAtAllHandsOver() throws Exception {
        var queue = new SynchronousQueue<String>();
        var receiver = ends.with(listening().receiver(queue).start());
        var peer = sends(receiver, 2);
        assertThat(Ends.next(queue)).isEqualTo("1");
        assertThat(peer.hear()).isEqualTo("acknowledgement 1");
        assertThat(Ends.next(queue)).isEqualTo("2");
        assertThat(peer.hear()).isEqualTo("acknowledgement 2");
    }

    @Test
    void whatIsPutIntoAGivenAckQueueIsAcknowledgedWhenItIsThere() throws Exception {
        var queue = new AckQueue<String>(2);
        var receiver = ends.with(listening().receiver(queue).start());
        var peer = sends(receiver, 3);
        var two = next(queue, 2);
        Ends.until("the third has come", () -> receiver.stats().received() == 3);
        two.get(1).acknowledge();
        two.get(0).acknowledge();
        peer.hearAcknowledged(2);
        next(queue).acknowledge();
        assertThat(peer.hear()).isEqualTo("acknowledgement 3");
    }

    @Test
    void whatIsDoneOutOfOrderIsToldUpToWhereAllIsDone() throws Exception {
        var receiver = ends.with(listening().receiver().start());
        var peer = sends(receiver, 6);
        var all = next(own(receiver), 6);
        all.get(2).acknowledge();
        all.get(4).acknowledge();
        all.get(1).acknowledge();
        all.get(1).acknowledge();
        all.get(0).acknowledge();
        assertThat(peer.hear()).isEqualTo("acknowledgement 3");
        all.get(5).acknowledge();
        all.get(3).acknowledge();
        assertThat(peer.hear()).isEqualTo("acknowledgement 6");
    }

    @Test
    void manyThreadsMayFinishMessagesAsTheyLike() throws Exception {
        var receiver = ends.with(listening().capacity(64).receiver().start());
        var sender = ends.with(dialing(receiver).sender().start());
        var seen = ConcurrentHashMap.<String>newKeySet();
        var doubled = new LinkedBlockingQueue<String>();
        var threads = new ArrayList<Thread>();
        for (int i = 0; i < 8; i++) {
            threads.add(Thread.ofVirtual().name("test-worker").start(() -> {
                try {
                    for (var next = own(receiver).next(); next.isPresent(); next = own(receiver).next()) {
                        if (!seen.add(next.get().message())) {
                            doubled.add(next.get().message());
                        }
                        Thread.yield();
                        next.get().acknowledge();
                    }
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }));
        }
        for (var message : numbers(MANY)) {
            sender.send(message);
        }
        Ends.until("all are done", () -> sender.stats().acknowledged() == MANY);
        assertThat(seen).hasSize(MANY);
        assertThat(doubled).isEmpty();
        receiver.close();
        for (var thread : threads) {
            assertThat(thread.join(Ends.SOON)).isTrue();
        }
    }

    @Test
    void whatADeadReceiverHadNotAcknowledgedComesAgainAndWhatItHadDoesNot() throws Exception {
        var sender = ends.with(listening().sender().start());
        sender.toSend().addAll(List.of("a", "b", "c", "d"));
        var first = ends.with(dialing(sender).receiver().start());
        var three = next(own(first), 3);
        three.get(0).acknowledge();
        three.get(2).acknowledge();
        Ends.until("one is told", () -> sender.stats().acknowledged() == 1);
        first.close();
        var second = ends.with(dialing(sender).receiver().start());
        assertThat(Ends.next(second.received(), 3)).containsExactly("b", "c", "d");
        three.get(1).acknowledge();
        Ends.until("all are done", () -> sender.stats().acknowledged() == 4);
        assertThat(second.received()).isEmpty();
    }

    @Test
    void aReceiverThatIsShutDownTellsTheLastThatItHasDone() throws Exception {
        var sender = ends.with(listening().sender().start());
        sender.toSend().addAll(numbers(60));
        for (int i = 0; i < 20; i++) {
            var receiver = ends.with(dialing(sender).receiver().start());
            for (int n = 0; n < 3; n++) {
                assertThat(Ends.next(receiver.received())).isEqualTo(Integer.toString(3 * i + n));
            }
            receiver.close();
        }
        Ends.until("all are done", () -> sender.stats().acknowledged() == 60);
    }

    @Test
    void whatAnIterationHasNotFinishedComesAgain() throws Exception {
        var sender = ends.with(listening().sender().start());
        sender.toSend().addAll(List.of("a", "b", "c"));
        try (var first = dialing(sender).receiver().start()) {
            for (var message : first) {
                if (message.equals("b")) {
                    break; // as by a failure
                }
            }
        }
        var second = ends.with(dialing(sender).receiver().start());
        assertThat(Ends.next(second.received(), 2)).containsExactly("b", "c");
    }

    @Test
    void anAcknowledgementOverALostConnectionIsToldOnTheNext() throws Exception {
        var receiver = ends.with(listening().receiver().start());
        var peer = sends(receiver, 2);
        var two = next(own(receiver), 2);
        peer.connection.abort();
        Ends.until(receiver, LinkStatus.State.RECONNECTING);
        two.forEach(Delivered::acknowledge);
        var again = ReliablePeer.sending(ends.dial(receiver), 1);
        assertThat(again.hear()).isEqualTo("resume 3");
        assertThat(again.hear()).isEqualTo("acknowledgement 2");
    }

    @Test
    void aMessageIsAcknowledgedUpstreamWhenTheReceiverHasDoneIt() throws Exception {
        var done = new LinkedBlockingQueue<String>();
        var upstream = new AckQueue<String>();
        var receiver = ends.with(listening().receiver().start());
        ends.with(dialing(receiver).sender(upstream).start());
        for (var message : List.of("a", "b", "c")) {
            upstream.put(message, () -> done.add(message));
        }
        var three = next(own(receiver), 3);
        three.get(1).acknowledge();
        three.get(0).acknowledge();
        assertThat(Ends.next(done, 2)).containsExactly("a", "b");
        three.get(2).acknowledge();
        assertThat(Ends.next(done)).isEqualTo("c");
    }

    @Test
    void aSenderThatIsToldToStopEndsWhenAllThatItHasTakenIsAcknowledged() throws Exception {
        var stop = new AtomicBoolean();
        var sender = ends.with(listening().stopSending(stop::get).sender().start());
        sender.toSend().addAll(List.of("a", "b"));
        var peer = ReliablePeer.receiving(ends.dial(sender), 1, 10);
        assertThat(List.of(peer.hear(), peer.hear())).containsExactly("message 1 a", "message 2 b");
        stop.set(true);
        peer.say(acknowledgement(1));
        Ends.until("one is done", () -> sender.stats().acknowledged() == 1);
        assertThat(sender.status().state()).isEqualTo(LinkStatus.State.CONNECTED);
        peer.say(acknowledgement(2));
        Ends.join(sender);
        assertThat(sender.unsent()).isEmpty();
        assertThat(sender.status().state()).isEqualTo(LinkStatus.State.ENDED);
    }

    @Test
    void aSenderWhoseQueueHasEndedEndsWhenAllIsAcknowledgedOverAnyNumberOfConnections() throws Exception {
        var queue = new AckQueue<String>();
        var sender = ends.with(listening().sender(queue).start());
        queue.addAll(List.of("a", "b"));
        queue.end();
        var peer = ReliablePeer.receiving(ends.dial(sender), 1, 10);
        assertThat(List.of(peer.hear(), peer.hear())).containsExactly("message 1 a", "message 2 b");
        peer.connection.abort();
        var next = ReliablePeer.receiving(ends.dial(sender), 1, 10);
        assertThat(List.of(next.hear(), next.hear())).containsExactly("message 1 a", "message 2 b");
        next.say(acknowledgement(2));
        Ends.join(sender);
    }

    @Test
    void aSenderWithNothingLeftToDoNeedsNoOtherConnectionToEnd() throws Exception {
        var queue = new AckQueue<String>();
        var sender = ends.with(listening().sender(queue).start());
        queue.add("a");
        var peer = ReliablePeer.receiving(ends.dial(sender), 1, 10);
        assertThat(peer.hear()).isEqualTo("message 1 a");
        peer.say(acknowledgement(1));
        Ends.until("it is done", () -> sender.stats().acknowledged() == 1);
        peer.connection.close();
        Ends.until(sender, LinkStatus.State.RECONNECTING);
        queue.end();
        Ends.join(sender);
    }

    @Test
    void aReceiverThatIsToldToStopTellsWhatIsDoneAndLeavesTheRestToTheNext() throws Exception {
        var sender = ends.with(listening().sender().start());
        sender.toSend().addAll(numbers(20));
        var queue = new LinkedBlockingQueue<String>();
        var first = ends.with(dialing(sender).stopReceiving(() -> queue.size() >= 7).receiver(queue).start());
        Ends.join(first);
        var second = ends.with(dialing(sender).receiver(queue).start());
        Ends.until("all have come", () -> queue.size() >= 20);
        Ends.until("all are done", () -> sender.stats().acknowledged() == 20);
        assertThat(queue).containsExactlyElementsOf(numbers(20));
        assertThat(second.stats().received()).isLessThanOrEqualTo(13);
    }

    @Test
    void whatWasNeverAcknowledgedIsToldWhenASenderHasEnded() throws Exception {
        var sender = ends.with(listening().capacity(3).sender(new LinkedBlockingQueue<>(List.of("a", "b", "c", "d", "e"))).start());
        var peer = ReliablePeer.receiving(ends.dial(sender), 1, 10);
        assertThat(List.of(peer.hear(), peer.hear(), peer.hear())).containsExactly("message 1 a", "message 2 b", "message 3 c");
        peer.say(acknowledgement(1));
        assertThat(peer.hear()).isEqualTo("message 4 d");
        sender.close();
        var left = new ArrayList<>(sender.unsent());
        left.addAll(sender.toSend());
        assertThat(left).containsExactly("b", "c", "d", "e");
    }

    @Test
    void aSenderThatNeverHadAConnectionHasSentNothing() throws Exception {
        var sender = ends.with(listening().capacity(2).sender(new LinkedBlockingQueue<>(List.of("a", "b", "c"))).start());
        Ends.until("it has taken what it may", () -> sender.toSend().isEmpty());
        sender.close();
        assertThat(sender.unsent()).containsExactly("a", "b", "c");
    }

    @Test
    void noMoreThanItsCapacityIsUnderWayFromASender() throws Exception {
        var sender = ends.with(listening().capacity(4).sender(new LinkedBlockingQueue<>(numbers(10))).start());
        var peer = ReliablePeer.receiving(ends.dial(sender), 1, 1_000);
        for (int i = 0; i < 4; i++) {
            assertThat(peer.hear()).isEqualTo("message " + (i + 1) + " " + i);
        }
        peer.say(acknowledgement(1));
        assertThat(peer.hear()).isEqualTo("message 5 4");
        assertThat(sender.stats().sent()).as("the sixth waits for the second to be done").isEqualTo(5);
    }

    @Test
    void aConsumerThatAcknowledgesNothingStopsTheSender() throws Exception {
        var receiver = ends.with(listening().capacity(4).receiver().start());
        var sender = ends.with(dialing(receiver).sender(new LinkedBlockingQueue<>(numbers(10))).start());
        var four = next(own(receiver), 4);
        assertThat(sender.stats().sent()).isEqualTo(4);
        four.get(1).acknowledge();
        four.get(0).acknowledge();
        assertThat(next(own(receiver), 2)).extracting(Delivered::message).containsExactly("4", "5");
        assertThat(sender.stats().sent()).isEqualTo(6);
    }

    @Test
    void fullQueuesBlockTheCallerOfSend() throws Exception {
        var receiver = ends.with(listening().capacity(2).receiver().start());
        var sender = ends.with(dialing(receiver).capacity(2).sender().start());
        var sent = new LinkedBlockingQueue<String>();
        var sending = Thread.ofVirtual().name("test-send").start(() -> {
            try {
                for (var message : numbers(1_000)) {
                    sender.send(message);
                    sent.add(message);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        Ends.until("all is full", () -> receiver.received().size() == 2 && sender.toSend().remainingCapacity() == 0);
        assertThat(sent).as("two queues of two, two under way, and a batch").hasSizeLessThan(300);
        assertThat(Ends.next(receiver.received(), 1_000)).isEqualTo(numbers(1_000));
        assertThat(sending.join(Ends.SOON)).isTrue();
    }

    private Thread echo(Duplex<String> link, int n) {
        return Thread.ofVirtual().name("test-echo").start(() -> {
            try {
                for (int i = 0; i < n; i++) {
                    link.send(Ends.next(link.received()));
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private void feed(Duplex<String> link, int n) {
        Thread.ofVirtual().name("test-feed").start(() -> {
            try {
                for (var message : numbers(n)) {
                    link.send(message);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 64})
    void anEchoUnderFullQueuesDoesNotDeadlock(int capacity) throws Exception {
        var here = ends.with(listening().capacity(capacity).duplex().start());
        var there = ends.with(dialing(here).capacity(capacity).duplex().start());
        echo(there, MANY);
        feed(here, MANY);
        assertThat(Ends.next(here.received(), MANY)).isEqualTo(numbers(MANY));
    }

    @Test
    void norDoBothEndsThatSendBeforeTheyReceive() throws Exception {
        var here = ends.with(listening().capacity(2).duplex().start());
        var there = ends.with(dialing(here).capacity(2).duplex().start());
        feed(here, MANY);
        feed(there, MANY);
        assertThat(Ends.next(here.received(), MANY)).isEqualTo(numbers(MANY));
        assertThat(Ends.next(there.received(), MANY)).isEqualTo(numbers(MANY));
    }

    @Test
    void norDoesAnEchoWhosePeerDiesAndIsReplacedByAnother() throws Exception {
        var here = ends.with(listening().capacity(4).duplex().start());
        var first = ReliablePeer.both(ends.dial(here), 1, 1, 100);
        for (int i = 1; i <= 4; i++) {
            first.say(message(i, "first " + i));
        }
        Ends.until("its messages are there", () -> here.received().size() == 4);
        // Here is sent as much as here takes without an acknowledgement: whoever would send more has to wait.
        feed(here, MANY);
        for (int i = 1; i <= 4; i++) {
            assertThat(first.hear()).isEqualTo("message " + i + " " + (i - 1));
        }
        first.connection.abort();
        Ends.until(here, LinkStatus.State.RECONNECTING);
        var second = new ReliablePeer(ends.dial(here));
        second.hearHello();
        second.say(ReliablePeer.hello(ReliablePeer.SENDS | ReliablePeer.RECEIVES, 99, 1, 100, ReliablePeer.PATIENT), ReliablePeer.resume(1));
        assertThat(second.hear()).isEqualTo("resume 1");
        for (int i = 1; i <= 4; i++) {
            second.say(message(i, "second " + i));
        }
        for (int i = 1; i <= 4; i++) {
            assertThat(second.hear()).isEqualTo("message " + i + " " + (i - 1));
        }
        second.say(acknowledgement(4));
        Ends.until("acknowledgements are heard although nobody takes what is received", () -> here.stats().acknowledged() == 4);
        assertThat(Ends.next(here.received(), 8)).startsWith("first 1").endsWith("second 4");
    }

    @Test
    void theDelimiterMayStandInAMessage() throws Exception {
        var receiver = ends.with(listening().receiver().start());
        var sender = ends.with(dialing(receiver).sender().start());
        for (var message : List.of("a\r\nb", "\r\n", "\r", "", "\0")) {
            sender.send(message);
            assertThat(Ends.next(receiver.received())).isEqualTo(message);
        }
        assertThat(sender.stats().refused()).isZero();
    }

    @Test
    void aMessageThatIsTooLongIsRefusedByWhoeverSendsIt() throws Exception {
        var receiver = ends.with(listening().receiver().start());
        var sender = ends.with(dialing(receiver).sender().start());
        var most = "x".repeat(Framing.DEFAULT_LIMIT);
        assertThatIllegalArgumentException().isThrownBy(() -> sender.send(most + "x")).withMessageContaining("1048577 bytes")
                .withMessageContaining("1048576");
        sender.send(most);
        assertThat(Ends.next(receiver.received())).isEqualTo(most);
    }

    @Test
    void aMessageThatIsTooLongForItsTurnIsDroppedAndTheNextPasses() throws Exception {
        var refused = new LinkedBlockingQueue<String>();
        var receiver = ends.with(listening().receiver().start());
        var sender = ends.with(dialing(receiver).observer(new LinkObserver() {
            @Override
            public void refused(Link link, Object message, RuntimeException why) {
                refused.add(why.getMessage());
            }
        }).sender().start());
        var done = new LinkedBlockingQueue<String>();
        ((AckQueue<String>) sender.toSend()).put("x".repeat(Framing.DEFAULT_LIMIT + 1), () -> done.add("too long"));
        sender.send("next");
        assertThat(Ends.next(receiver.received())).isEqualTo("next");
        assertThat(Ends.next(refused)).contains("1048577 bytes");
        assertThat(sender.stats().refused()).isOne();
        assertThat(Ends.next(done)).as("nobody waits for it").isEqualTo("too long");
    }

    @Test
    void aFramingOfOnesOwnWithoutALimitIsLimitedAllTheSame() throws Exception {
        var framing = new Framing<byte[]>() {
            @Override
            public byte[] read(DataInputStream in) throws IOException {
                return in.readNBytes(in.readInt());
            }

            @Override
            public void write(byte[] message, DataOutputStream out) throws IOException {
                out.writeInt(message.length);
                out.write(message);
            }
        };
        var receiver = ends.with(ends.listen().as(framing).delivery(Delivery.AT_LEAST_ONCE).receiver().start());
        var sender = ends.with(ends.connect(receiver.address()).as(framing).delivery(Delivery.AT_LEAST_ONCE).sender().start());
        sender.toSend().add(new byte[3 << 20]);
        sender.toSend().add(new byte[3]);
        assertThat(Ends.next(receiver.received())).hasSize(3);
        assertThat(sender.stats().refused()).isOne();
    }

    @Test
    void aGivenQueueThatHasEndedEndsItsLinkAndSaysSo() throws Exception {
        var queue = new AckQueue<String>();
        var receiver = ends.with(listening().receiver(queue).start());
        queue.end();
        var peer = sends(receiver, 1);
        peer.hearEnd();
        assertThatThrownBy(receiver::join).hasMessageContaining("can't be put into the queue").hasMessageContaining("the queue has ended");
        assertThat(receiver.status().state()).isEqualTo(LinkStatus.State.ENDED);
        assertThat(receiver.status().lastFailure()).isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = {"nobody there", "idle", "full queue", "full window"})
    void aShutdownIsPrompt(String state) throws Exception {
        BlockingQueue<String> queue = state.equals("full queue") ? new LinkedBlockingQueue<>(1) : new LinkedBlockingQueue<>();
        var receiver = ends.with(listening().capacity(2).receiver(queue).start());
        var sender = ends.with(listening().capacity(2).sender(new LinkedBlockingQueue<>(numbers(10))).start());
        if (!state.equals("nobody there")) {
            sends(receiver, 2);
            var peer = ReliablePeer.receiving(ends.dial(sender), 1, state.equals("full window") ? 1 : 10);
            assertThat(peer.hear()).isEqualTo("message 1 0");
        }
        var begun = System.nanoTime();
        receiver.close();
        sender.close();
        assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun)).isLessThan(6_000);
        assertThat(sender.status().state()).isEqualTo(LinkStatus.State.ENDED);
    }
}
