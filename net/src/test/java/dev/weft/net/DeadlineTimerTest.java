package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

import dev.weft.net.support.DeadlineTimer;
import dev.weft.net.support.Moments;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A deadline for every wait, without a timer for every wait: DESIGN section 4, "Time". */
@Timeout(30)
class DeadlineTimerTest {
    private static final Duration THIRTY = Duration.ofSeconds(30);

    private final ManualClock clock = new ManualClock();
    private final AtomicInteger woken = new AtomicInteger();
    private final DeadlineTimer alarm = new DeadlineTimer(clock, woken::incrementAndGet);

    private long in(Duration d) {
        return Moments.limit(clock, d);
    }

    @Test
    void itWakesAtTheMomentAndNotBefore() {
        alarm.set(in(THIRTY));
        clock.advance(THIRTY.minusNanos(1));
        assertThat(woken).hasValue(0);
        clock.advance(Duration.ofNanos(1));
        assertThat(woken).hasValue(1);
        clock.advance(THIRTY.multipliedBy(10));
        assertThat(woken).hasValue(1);
    }

    @Test
    void aWaitThatEndedInTimeIsNotWoken() {
        alarm.set(in(THIRTY));
        alarm.clear();
        clock.advance(THIRTY.multipliedBy(2));
        assertThat(woken).hasValue(0);
        assertThat(clock.scheduled()).isZero();
    }

    @Test
    void steadyTrafficCostsOneTaskADeadline() {
        for (int second = 0; second < 300; second++) {
            alarm.set(in(THIRTY));
            assertThat(clock.scheduled()).isEqualTo(1);
            clock.advance(Duration.ofSeconds(1));
            alarm.clear();
        }
        assertThat(woken).hasValue(0);
        alarm.set(in(THIRTY));
        clock.advance(THIRTY);
        assertThat(woken).as("the last wait still has its own deadline").hasValue(1);
    }

    @Test
    void anEarlierMomentIsNotMissed() {
        alarm.set(in(THIRTY));
        alarm.clear();
        alarm.set(in(Duration.ofSeconds(1)));
        clock.advance(Duration.ofSeconds(1));
        assertThat(woken).hasValue(1);
    }

    @Test
    void aCancelledOneHoldsOnToNothing() {
        alarm.set(in(THIRTY));
        alarm.cancel();
        assertThat(clock.scheduled()).isZero();
        clock.advance(THIRTY);
        assertThat(woken).hasValue(0);
    }

    @Test
    void zeroIsNoDeadline() {
        assertThat(in(Duration.ZERO)).isEqualTo(Moments.NEVER);
        alarm.set(Moments.NEVER);
        assertThat(clock.scheduled()).isZero();
        assertThat(Moments.passed(clock, Moments.NEVER)).isFalse();
        assertThat(Moments.earlier(Moments.NEVER, 5)).isEqualTo(5);
        assertThat(Moments.earlier(5, Moments.NEVER)).isEqualTo(5);
        assertThat(Moments.earlier(6, 5)).isEqualTo(5);
    }
}
