package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The value; that each deadline ends what it names is proven in the conformance suite. */
@Timeout(30)
class DeadlinesTest {
    private static final List<BiFunction<Deadlines, Duration,
            Deadlines>> SETTERS =
                    List.of(Deadlines::connect, Deadlines::handshake, Deadlines::idle,
                            Deadlines::read, Deadlines::message, Deadlines::write, Deadlines::first);
    private static final List<Function<Deadlines,
            Duration>> GETTERS =
                    List.of(Deadlines::connect, Deadlines::handshake, Deadlines::idle, Deadlines::read,
                            Deadlines::message, Deadlines::write, Deadlines::first);

    @Test
    void theDefaultsAreThoseOfTheDocumentation() {
        var ten = Duration.ofSeconds(10);
        var thirty = Duration.ofSeconds(30);
        assertThat(Deadlines.defaults()).isEqualTo(new Deadlines(ten, ten, Duration.ZERO, Duration.ZERO, thirty, thirty, Duration.ofSeconds(1)));
        assertThat(GETTERS).allSatisfy(getter -> assertThat(getter.apply(Deadlines.none())).isZero());
    }

    @Test
    void eachSetterChangesItsOwnAndNoOther() {
        for (int i = 0; i < SETTERS.size(); i++) {
            var changed = SETTERS.get(i).apply(Deadlines.none(), Duration.ofSeconds(7));
            for (int k = 0; k < GETTERS.size(); k++) {
                assertThat(GETTERS.get(k).apply(changed)).isEqualTo(k == i ? Duration.ofSeconds(7) : Duration.ZERO);
            }
        }
    }

    @Test
    void aNegativeOneIsRefused() {
        assertThat(SETTERS).allSatisfy(setter -> assertThatIllegalArgumentException()
                .isThrownBy(() -> setter.apply(Deadlines.defaults(), Duration.ofMillis(-1))).withMessageContaining("ZERO"));
    }

    @Test
    void aDeadlineBeyondALongOfNanosecondsIsAsGoodAsNone() throws IOException {
        var forever = ChronoUnit.FOREVER.getDuration();
        var deadlines = new Deadlines(forever, forever, forever, forever, forever, forever, forever);
        try (var server = Server.at(Address.memory("forever")).deadlines(deadlines).open(c -> c.send(c.readLine() + "\n")).start();
                var c = Connection.to(server.address()).deadlines(deadlines).open()) {
            c.send("hello\n");
            assertThat(c.readLine()).isEqualTo("hello");
        }
    }
}
