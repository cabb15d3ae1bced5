package dev.weft.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;

import org.junit.jupiter.api.Test;

/** What a table refuses, before anything is opened. */
class RegistrationTest {
    private static final Hook NOTHING = (m, peer) -> {};

    /** PR-H7. */
    @Test
    void twoNamesWithOneHashAreRefusedByName() {
        var messages = new Messages().on("Aa", NOTHING);
        assertThatIllegalArgumentException().isThrownBy(() -> messages.onParallel("BB", NOTHING)).withMessageContainingAll("Aa", "BB", "2112");
        assertThatIllegalArgumentException().isThrownBy(() -> new Messages(messages).onStream("BB", (s, peer) -> {})).withMessageContaining("Aa");
    }

    @Test
    void theSameNameAgainReplaces() {
        assertThat(new Messages().on("Aa", NOTHING).on("Aa", NOTHING).on(2112, NOTHING)).isNotNull();
    }

    @Test
    void numbersThatMakeNoSenseAreRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Messages().parallelism(0));
        assertThatIllegalArgumentException().isThrownBy(() -> new Messages().limit(-1));
        assertThatIllegalArgumentException().isThrownBy(() -> new Messages().heartbeat(Duration.ofSeconds(-1)));
        assertThatIllegalArgumentException().isThrownBy(() -> new Messages().eager(Key.of("x")))
                .withMessageContaining("eager(x): this key has no loader");
    }
}
