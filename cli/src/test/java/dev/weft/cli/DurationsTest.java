package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Durations as people type them. */
class DurationsTest {
    @ParameterizedTest
    @CsvSource({"30, PT30S", "0.5, PT0.5S", "30s, PT30S", "500ms, PT0.5S", "5m, PT5M", "2h, PT2H", "1.5h, PT1H30M", "0.25ms, PT0.00025S"})
    void aNumberAloneIsSeconds(String text, Duration duration) {
        assertThat(Durations.parse(text)).isEqualTo(duration);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "s", ".", "0", "0s", "-5", "+5", "5 s", "5S", "1e3", "1e3s", "0x10", "1.2.3", "99999999999h", "٣s", "0.0000000001"})
    void everythingElseIsToldWithExamples(String text) {
        assertThatThrownBy(() -> Durations.parse(text)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("not a duration: '" + text + "'").hasMessageContaining("a number alone is seconds");
    }
}
