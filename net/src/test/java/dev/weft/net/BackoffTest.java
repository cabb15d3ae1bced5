package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.Random;
import java.util.random.RandomGenerator;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class BackoffTest {
    private static final Duration FIRST = Duration.ofMillis(100);
    private static final Duration MOST = Duration.ofSeconds(5);

    @Test
    void everyPauseLiesBetweenNothingAndItsStep() {
        var backoff = Backoff.exponential(FIRST, MOST);
        var random = new Random(1);
        for (int n = 1; n < 200; n++) {
            var step = n > 6 ? MOST : FIRST.multipliedBy(1L << (n - 1));
            for (int i = 0; i < 20; i++) {
                assertThat(backoff.pause(n, random).orElseThrow()).isBetween(Duration.ZERO, step);
            }
        }
    }

    @Test
    void theJitterIsFull() {
        var backoff = Backoff.exponential(MOST, MOST);
        var random = new Random(1);
        var drawn = random.ints(1_000).mapToObj(_ -> backoff.pause(1, random).orElseThrow()).toList();
        assertThat(drawn).anyMatch(d -> d.compareTo(MOST.dividedBy(10)) < 0)
                .anyMatch(d -> d.compareTo(MOST.multipliedBy(9).dividedBy(10)) > 0);
    }

    @Test
    void theSameSourceDrawsTheSamePauses() {
        var backoff = Backoff.exponential(FIRST, MOST);
        for (int n = 1; n < 20; n++) {
            assertThat(backoff.pause(n, new Random(n))).isEqualTo(backoff.pause(n, new Random(n)));
        }
    }

    @Test
    void theLastTryIsAsGoodAsTheFirst() {
        assertThat(Backoff.exponential(FIRST, MOST).pause(Integer.MAX_VALUE)).isPresent();
        assertThat(Backoff.exponential(Duration.ofNanos(1), MOST).pause(Integer.MAX_VALUE)).isPresent();
    }

    @Test
    void durationsBeyondALongOfNanosecondsAreBorne() {
        var ages = Duration.ofSeconds(Long.MAX_VALUE);
        for (int n : new int[] {1, 2, 40, 64, Integer.MAX_VALUE}) {
            assertThat(Backoff.exponential(Duration.ofSeconds(1), ages).pause(n)).isPresent();
        }
        assertThat(Backoff.exponential(ages, ages).pause(1)).isPresent();
    }

    @Test
    void aFixedPauseIsAlwaysTheSame() {
        for (int n = 1; n < 100; n++) {
            assertThat(Backoff.fixed(FIRST).pause(n)).contains(FIRST);
        }
        assertThat(Backoff.fixed(Duration.ZERO).pause(1, RandomGenerator.getDefault())).contains(Duration.ZERO);
    }

    @Test
    void itGivesUpAfterSoManyTries() {
        var three = Backoff.fixed(FIRST).attempts(3);
        assertThat(three.pause(3)).isPresent();
        assertThat(three.pause(4)).isEmpty();
        assertThat(Backoff.never().pause(1)).isEmpty();
        assertThat(Backoff.fixed(FIRST).attempts(0).pause(1)).isEmpty();
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> Backoff.exponential(Duration.ofMillis(-1), MOST));
        assertThatIllegalArgumentException().isThrownBy(() -> Backoff.exponential(MOST, FIRST));
        assertThatIllegalArgumentException().isThrownBy(() -> Backoff.fixed(Duration.ofMillis(-1)));
        assertThatIllegalArgumentException().isThrownBy(() -> Backoff.never().attempts(-1));
        assertThatIllegalArgumentException().isThrownBy(() -> Backoff.never().pause(0)).withMessageContaining("0");
    }
}
