package dev.weft.queue;

import static dev.weft.queue.Ends.next;
import static dev.weft.queue.Ends.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import dev.weft.net.DrainReport;
import dev.weft.net.Framing;
import dev.weft.net.LifeState;
import dev.weft.testkit.ManualTime;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Links and services have the verbs of all that lives, and a drain reports in numbers. */
@Timeout(60)
class VerbsTest {
    private static final Duration HOUR = Duration.ofHours(1);

    private final Ends ends = new Ends(Place.NIO);
    private final ManualTime time = new ManualTime();

    @AfterEach
    void end() {
        ends.close();
    }

    private static FutureTask<DrainReport> draining(Link link, Duration limit) {
        var task = new FutureTask<>(() -> link.drain(limit));
        Thread.ofVirtual().name("test-drain").start(task);
        return task;
    }

    @Test
    void aLinkTellsWhereItIsInItsLife() throws Exception {
        var link = ends.with(ends.listen().asText().delivery(Delivery.AT_LEAST_ONCE).time(time).receiver());
        assertThat(link.state()).isEqualTo(LifeState.NEW);
        link.start();
        assertThat(link.state()).isEqualTo(LifeState.RUNNING);
        assertThat(link.connected()).isFalse();
        var peer = ReliablePeer.sending(ends.dial(link), 1);
        peer.say(ReliablePeer.message(1, "one"), ReliablePeer.message(2, "two"));
        until("both have come", () -> link.received().size() == 2);
        assertThat(link.connected()).isTrue();
        var first = draining(link, HOUR);
        until("it drains", () -> link.state() == LifeState.DRAINING);
        var second = draining(link, Duration.ofNanos(1));
        assertThat(next(link.received())).isEqualTo("one");
        time.awaitScheduled(HOUR);
        time.advance(HOUR);
        var report = first.get(10, TimeUnit.SECONDS);
        assertThat(report.finished()).isEqualTo(1);
        assertThat(report.interrupted()).isZero();
        assertThat(report.aborted()).isEqualTo(1);
        assertThat(report.clean()).isFalse();
        assertThat(report.took()).isEqualTo(HOUR);
        assertThat(second.get(10, TimeUnit.SECONDS)).isSameAs(report);
        assertThat(link.drain(HOUR)).isSameAs(report);
        assertThat(link.state()).isEqualTo(LifeState.ENDED);
        assertThatIllegalStateException().isThrownBy(link::start).withMessageContaining("is ENDED, not NEW");
    }

    @Test
    void aDrainOfASenderCountsWhatHasLeftAndWhatHasNot() throws Exception {
        var sender = ends.with(ends.listen().asText().sender().start());
        var draining = new FutureTask<>(() -> sender.drain(Duration.ZERO));
        sender.toSend().addAll(List.of("a", "b", "c"));
        Thread.ofVirtual().start(draining);
        var receiver = ends.with(ends.connect(sender.address()).asText().receiver().start());
        assertThat(next(receiver.received(), 3)).containsExactly("a", "b", "c");
        assertThat(draining.get(10, TimeUnit.SECONDS)).extracting(DrainReport::finished, DrainReport::aborted).containsExactly(3, 0);

        var lonely = ends.with(ends.listen().asText().sender().start());
        lonely.toSend().addAll(List.of("a", "b"));
        assertThat(lonely.drain(SingleDrain.AT_ONCE)).extracting(DrainReport::finished, DrainReport::aborted).containsExactly(0, 2);
        assertThat(lonely.toSend()).hasSize(2);
    }

    @Test
    void aCloseDrainsForItsGrace() throws Exception {
        var sender = ends.with(ends.listen().asText().grace(Ends.SOON).sender().start());
        sender.send("last");
        var receiver = ends.with(ends.connect(sender.address()).asText().receiver().start());
        sender.close();
        assertThat(sender.unsent()).isEmpty();
        assertThat(next(receiver.received())).isEqualTo("last");
    }

    @Test
    void aJoinMayBeLimited() throws Exception {
        var link = ends.with(ends.listen().time(time).receiver().start());
        var joining = new FutureTask<>(() -> link.join(HOUR));
        Thread.ofVirtual().start(joining);
        time.awaitScheduled(HOUR);
        time.advance(HOUR);
        assertThat(joining.get(10, TimeUnit.SECONDS)).isFalse();
        link.close();
        assertThat(link.join(Duration.ZERO)).isTrue();
    }

    @Test
    void aBuilderStaysTheSameWhateverItsMessages() throws Exception {
        var bytes = ends.listen();
        assertThat((Object) bytes.asText()).isSameAs(bytes);
        assertThat((Object) bytes.as(Framing.lengthPrefixed(4))).isSameAs(bytes);
        assertThat((Object) bytes.capacity(5)).isSameAs(bytes);
        assertThat(bytes.asText().sender().toSend().remainingCapacity()).isEqualTo(5);
    }

    @Test
    void aDrainOfAServiceCountsMessagesAndWorkers() throws Exception {
        var busy = new CountDownLatch(1);
        var service = ends.with(Services.<String>sink("sink", message -> {
            if (message.equals("b")) {
                busy.countDown();
                new CountDownLatch(1).await();
            }
        }).time(time));
        service.in().addAll(List.of("a", "b", "c"));
        service.start();
        busy.await();
        var draining = new FutureTask<>(() -> service.drain(HOUR));
        Thread.ofVirtual().start(draining);
        time.awaitScheduled(HOUR);
        assertThat(service.state()).isEqualTo(LifeState.DRAINING);
        time.advance(HOUR);
        assertThat(draining.get(10, TimeUnit.SECONDS)).isEqualTo(new DrainReport(HOUR, 0, 1, 1, List.of()));
        assertThat(service.drain(HOUR).interrupted()).isEqualTo(1);
        assertThat(service.state()).isEqualTo(LifeState.ENDED);
        assertThat(service.failure()).isEmpty();
    }

    @Test
    void aPipelineAddsUpItsReports() throws Exception {
        var upper = Services.<String, String>map("upper", String::toUpperCase);
        var heard = new LinkedBlockingQueue<String>();
        var pipeline = ends.with(upper.then(Services.sink("sink", upper.out(), heard::add)).start());
        assertThat(pipeline.state()).isEqualTo(LifeState.RUNNING);
        upper.in().addAll(List.of("a", "b"));
        until("both have come", () -> heard.size() == 2);
        var report = pipeline.drain(Duration.ZERO);
        assertThat(report.clean()).isTrue();
        assertThat(pipeline.state()).isEqualTo(LifeState.ENDED);
        assertThat(pipeline.join(HOUR)).isTrue();
    }

    @Test
    void thePauseOfASourceIsOnItsClock() throws Exception {
        var source = ends.with(Services.source("source", HOUR, () -> "tick").time(time).start());
        assertThat(next(source.out())).isEqualTo("tick");
        time.awaitScheduled(HOUR);
        time.advance(HOUR.minusNanos(1));
        assertThat(source.out()).isEmpty();
        time.advance(Duration.ofNanos(1));
        assertThat(next(source.out())).isEqualTo("tick");
    }

    @Test
    void aWatchDogLooksOnItsClock() throws Exception {
        var acted = new CountDownLatch(1);
        var dog = ends.with(new WatchDog().watch("dead", () -> false).time(time).action(acted::countDown).start());
        time.awaitScheduled(Duration.ofSeconds(5));
        time.advance(Duration.ofSeconds(5));
        time.awaitScheduled(Duration.ofSeconds(2));
        assertThat(acted.getCount()).isOne();
        time.advance(Duration.ofSeconds(2));
        acted.await();
        assertThat(dog.join(Ends.SOON)).isTrue();
        assertThat(dog.state()).isEqualTo(LifeState.ENDED);
    }
}
