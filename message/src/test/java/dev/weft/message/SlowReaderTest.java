package dev.weft.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.StandardSocketOptions;
import java.time.Duration;

import dev.weft.net.Deadlines;
import dev.weft.testkit.ManualTime;
import org.junit.jupiter.api.Test;

/** A peer that takes a long message slowly but steadily gets it whole, however short the write deadline is beside that. */
class SlowReaderTest extends EveryPlaceTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final int SIZE = 12 << 20;
    private static final int LARGE = 4 << 20;
    private static final int SMALL = 16 << 10;

    private final ManualTime time = new ManualTime();

    private boolean hasBuffers() {
        return place != Place.MEMORY && place != Place.UNIX;
    }

    @Test
    void aSlowButSteadyReaderGetsItsMessage() throws Exception {
        var builder = ends.builder().time(time).deadlines(Deadlines.defaults().write(MINUTE));
        if (hasBuffers()) {
            builder.option(StandardSocketOptions.SO_SNDBUF, LARGE);
        }
        var server = ends.serve(new Messages().on("load", (m, p) -> p.send(m.reply("loaded", new byte[SIZE]))), builder);
        var dial = place.to(server);
        if (hasBuffers()) {
            dial.option(StandardSocketOptions.SO_RCVBUF, SMALL);
        }
        try (var slow = dial.open()) {
            slow.send(WireBytes.written(Message.of("load", "")));
            var read = 0;
            for (int i = 0; i < 30; i++) {
                read += slow.input().readNBytes(100_000).length; // more in a minute than a client reads ahead
                time.advance(MINUTE.dividedBy(6));
            }
            assertThat(ends.failures).as("after " + read + " bytes").isEmpty();
            var whole = WireBytes.written(Message.of("loaded", new byte[SIZE])).length;
            assertThat(read + slow.input().readNBytes(whole - read).length).isEqualTo(whole);
        }
    }
}
