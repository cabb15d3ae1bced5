package dev.weft.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;

import dev.weft.net.Backoff;
import dev.weft.net.support.Redialer;
import org.junit.jupiter.api.Test;

/** When the pauses of a client that dials again begin anew. */
class RedialerTest {
    private static final Backoff BACKOFF = Backoff.fixed(Duration.ofSeconds(1)).attempts(5);
    private static final Duration SETTLED = Duration.ofSeconds(5);

    private final ManualTime time = new ManualTime();
    private final Redialer redialer = new Redialer(SETTLED, time);

    private int triesAfterAConnection(Duration stood, boolean brought) {
        redialer.pause(BACKOFF);
        redialer.pause(BACKOFF);
        redialer.connected();
        time.advance(stood);
        redialer.lost(brought);
        redialer.pause(BACKOFF);
        return redialer.tries();
    }

    @Test
    void aConnectionThatBroughtNothingIsOneMoreTry() {
        assertThat(triesAfterAConnection(Duration.ZERO, false)).isEqualTo(3);
        assertThat(triesAfterAConnection(SETTLED, false)).isEqualTo(6);
    }

    @Test
    void aConnectionThatBroughtSomethingAndHasSettledBeginsAnew() {
        assertThat(triesAfterAConnection(SETTLED, true)).isEqualTo(1);
    }

    @Test
    void aConnectionThatBroughtSomethingAndHasNotSettledIsOneMoreTry() {
        assertThat(triesAfterAConnection(SETTLED.minusMillis(1), true)).isEqualTo(3);
    }

    /** A client that only sends hears nothing for as long as all is well. */
    @Test
    void aSilentConnectionThatStoodForAMinuteBeginsAnew() {
        assertThat(triesAfterAConnection(Duration.ofSeconds(59), false)).isEqualTo(3);
        assertThat(triesAfterAConnection(Duration.ofSeconds(60), false)).isEqualTo(1);
    }

    @Test
    void howLongASilentConnectionMustHaveStoodMayBeSaid() {
        var patient = new Redialer(Duration.ZERO, Duration.ofMillis(100), time);
        patient.connected();
        time.advance(Duration.ofMillis(99));
        assertThat(patient.lost(false)).isFalse();
        time.advance(Duration.ofMillis(1));
        assertThat(patient.lost(false)).isTrue();
        patient.connected();
        assertThat(patient.lost(true)).isTrue();
    }

    @Test
    void itGivesUpWhenTheBackoffDoes() {
        for (int i = 0; i < 5; i++) {
            assertThat(redialer.pause(BACKOFF)).contains(Duration.ofSeconds(1));
        }
        assertThat(redialer.pause(BACKOFF)).isEmpty();
    }

    @Test
    void connectionsThatBringNothingAreCountedOneByOne() {
        for (int tries = 1; tries <= 5; tries++) {
            redialer.pause(BACKOFF);
            redialer.connected();
            redialer.lost(false);
            assertThat(redialer.tries()).isEqualTo(tries);
        }
        assertThat(redialer.pause(BACKOFF)).isEmpty();
    }
}
