package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;

import dev.weft.net.Outbox.Overflow;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The value; what each policy does to a slow member is proven in the conformance suite. */
@Timeout(30)
class OutboxTest {
    private static final int MEBI = 1 << 20;

    @Test
    void eachWordIsWhatItSays() {
        assertThat(Outbox.droppingOldest(1)).isEqualTo(new Outbox(Overflow.DROP_OLDEST, 1, MEBI, Duration.ZERO));
        assertThat(Outbox.droppingNewest(2)).isEqualTo(new Outbox(Overflow.DROP_NEWEST, 2, MEBI, Duration.ZERO));
        assertThat(Outbox.disconnecting(3)).isEqualTo(new Outbox(Overflow.DISCONNECT, 3, MEBI, Duration.ZERO));
        assertThat(Outbox.blocking(4)).isEqualTo(new Outbox(Overflow.BLOCK, 4, MEBI, Duration.ofSeconds(30)));
        assertThat(Outbox.blocking(4).bytes(9).patience(Duration.ofSeconds(1)))
                .isEqualTo(new Outbox(Overflow.BLOCK, 4, 9, Duration.ofSeconds(1)));
    }

    @Test
    void anOutboxThatHoldsNothingIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> Outbox.blocking(0)).withMessageContaining("0 messages");
        assertThatIllegalArgumentException().isThrownBy(() -> Outbox.droppingNewest(1).bytes(0)).withMessageContaining("0 bytes");
        assertThatIllegalArgumentException().isThrownBy(() -> Outbox.disconnecting(1).patience(Duration.ofSeconds(-1)));
    }
}
