package dev.weft.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ManualTimeTest {
    private final ManualTime time = new ManualTime();
    private final List<String> ran = new ArrayList<>();

    private void schedule(long seconds, String what) {
        time.schedule(Duration.ofSeconds(seconds), () -> ran.add(what + " at " + Duration.ofNanos(time.nanoTime()).toSeconds()));
    }

    @Test
    void standsStillUntilItIsMoved() {
        assertThat(time.nanoTime()).isZero();
        time.advance(Duration.ofMillis(3));
        assertThat(time.nanoTime()).isEqualTo(3_000_000);
    }

    @Test
    void runsWhatFallsDueInTheOrderOfItsMoments() {
        schedule(3, "third");
        schedule(1, "first");
        schedule(2, "second");
        schedule(2, "second too");
        schedule(4, "not yet");
        time.advance(Duration.ofSeconds(3));
        assertThat(ran).containsExactly("first at 1", "second at 2", "second too at 2", "third at 3");
        assertThat(time.waiting()).isEqualTo(1);
        assertThat(time.next()).contains(Duration.ofSeconds(1));
    }

    @Test
    void runsOnTheThreadThatAdvances() {
        var thread = new AtomicReference<Thread>();
        time.schedule(Duration.ofSeconds(1), () -> thread.set(Thread.currentThread()));
        time.advance(Duration.ofSeconds(1));
        assertThat(thread).hasValue(Thread.currentThread());
    }

    @Test
    void runsWhatATaskSchedulesIfItFallsDueOnTheWay() {
        time.schedule(Duration.ofSeconds(1), () -> schedule(1, "child"));
        time.advance(Duration.ofSeconds(5));
        assertThat(ran).containsExactly("child at 2");
        assertThat(time.nanoTime()).isEqualTo(5_000_000_000L);
    }

    @Test
    void doesNotRunWhatWasCalledOff() {
        var scheduled = time.schedule(Duration.ofSeconds(1), () -> ran.add("called off"));
        scheduled.cancel();
        scheduled.cancel();
        time.advance(Duration.ofSeconds(2));
        assertThat(ran).isEmpty();
        assertThat(time.next()).isEmpty();
    }

    @Test
    void runsWhatIsDueAlreadyWithoutAnAdvance() throws InterruptedException {
        var done = new CountDownLatch(1);
        time.schedule(Duration.ZERO, done::countDown);
        done.await();
        assertThat(time.waiting()).isZero();
    }

    @Test
    void letsATestWaitUntilSomethingIsScheduled() throws InterruptedException {
        var other = Thread.ofVirtual().start(() -> schedule(5, "other"));
        time.awaitScheduled(Duration.ofSeconds(5));
        time.awaitWaiting(1);
        other.join();
        time.advance(Duration.ofSeconds(5));
        assertThat(ran).containsExactly("other at 5");
    }

    @Test
    void advancesUntilSomethingHolds() {
        schedule(7, "seven");
        time.advanceUntil(Duration.ofSeconds(2), () -> !ran.isEmpty());
        assertThat(ran).containsExactly("seven at 7");
        assertThat(time.nanoTime()).isEqualTo(8_000_000_000L);
    }

    @Test
    void refusesToGoBack() {
        assertThatThrownBy(() -> time.advance(Duration.ofSeconds(-1))).isInstanceOf(IllegalArgumentException.class);
    }
}
