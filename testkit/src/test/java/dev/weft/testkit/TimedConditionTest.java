package dev.weft.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Duration;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import dev.weft.net.support.Moments;
import dev.weft.net.support.TimedCondition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Waits for what nobody signals. */
@Timeout(30)
class TimedConditionTest {
    private final ManualTime time = new ManualTime();
    private final TimedCondition condition = new TimedCondition(time);
    private final AtomicBoolean holds = new AtomicBoolean();

    private FutureTask<Boolean> looking(long moment) {
        var looking = new FutureTask<>(() -> condition.waitLooking(holds::get, moment));
        Thread.ofVirtual().start(looking);
        return looking;
    }

    @Test
    void aConditionThatNobodySignalsIsSeen() throws Exception {
        var looking = looking(Moments.NEVER);
        holds.set(true);
        assertThat(looking.get(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void theMomentIsOnItsClock() throws Exception {
        var looking = looking(Moments.in(time, Duration.ofHours(1)));
        time.advance(Duration.ofHours(1));
        assertThat(looking.get(10, TimeUnit.SECONDS)).isFalse();
    }

    @Test
    void anInterruptEndsTheWait() {
        Thread.currentThread().interrupt();
        assertThatExceptionOfType(InterruptedException.class).isThrownBy(() -> condition.waitLooking(holds::get, Moments.NEVER));
    }
}
