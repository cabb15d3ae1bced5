package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A deadline for every wait, without a timer for every wait: DESIGN section 4, "Time". */
@Timeout(30)
class AlarmTest {
    private static final Duration THIRTY = Duration.ofSeconds(30);

    private final ManualClock clock = new ManualClock();
    private final AtomicInteger woken = new AtomicInteger();
    private final Alarm alarm = new Alarm(clock, woken::incrementAndGet);

    private long in(Duration d) {
        return Alarm.after(clock, d);
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
        assertThat(in(Duration.ZERO)).isEqualTo(Alarm.NEVER);
        alarm.set(Alarm.NEVER);
        assertThat(clock.scheduled()).isZero();
        assertThat(Alarm.passed(clock, Alarm.NEVER)).isFalse();
        assertThat(Alarm.earlier(Alarm.NEVER, 5)).isEqualTo(5);
        assertThat(Alarm.earlier(5, Alarm.NEVER)).isEqualTo(5);
        assertThat(Alarm.earlier(6, 5)).isEqualTo(5);
    }
}
