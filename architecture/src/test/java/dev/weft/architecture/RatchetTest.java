package dev.weft.architecture;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.Set;

import org.junit.jupiter.api.Test;

/** Lists of exceptions may only shrink. */
class RatchetTest {
    @Test
    void whatIsEnteredIsLetPass() {
        assertThatCode(() -> Ratchet.check("colours", Set.of("red"), Set.of("red"))).doesNotThrowAnyException();
        assertThatCode(() -> Ratchet.check("sizes", Map.of("a", 3), Map.of("a", 3), () -> "")).doesNotThrowAnyException();
    }

    @Test
    void aNewOneFails() {
        assertThatThrownBy(() -> Ratchet.check("colours", Set.of(), Set.of("red"))).hasMessageContaining("red: new here");
        assertThatThrownBy(() -> Ratchet.check("sizes", Map.of("a", 3), Map.of("a", 4), () -> "")).hasMessageContaining("a: 4, and 3 is entered");
    }

    @Test
    void oneThatIsNoLongerNeededFails() {
        assertThatThrownBy(() -> Ratchet.check("colours", Set.of("red"), Set.of())).hasMessageContaining("red: no longer one");
        assertThatThrownBy(() -> Ratchet.check("sizes", Map.of("a", 3), Map.of("a", 2), () -> "")).hasMessageContaining("Lower the number");
        assertThatThrownBy(() -> Ratchet.check("sizes", Map.of("a", 3), Map.of(), () -> "")).hasMessageContaining("Remove it from the list");
    }
}
