package dev.weft.queue;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.Reader;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** kill -9 in the middle of it: what was kept is there, time and again. */
@Timeout(120)
class SpoolKillTest {
    private static final int KILLS = 6;

    @TempDir
    Path directory;

    @Test
    void everyMessageThatWasKeptSurvivesItsSender() throws Exception {
        var next = 1L;
        for (int kill = 0; kill < KILLS; kill++) {
            var said = appendAndDie(300 + 77 * kill, next);
            try (var spool = Spool.open(directory, 20_000)) {
                assertThat(spool.first()).isLessThanOrEqualTo(Math.max(1, said - 100 + 2)); // one may be acknowledged that was not said
                assertThat(spool.next()).isGreaterThan(said);
                for (long number = spool.first(); number < spool.next(); number++) {
                    assertThat(spool.read(number)).as("message %d", number).isEqualTo(SpoolChild.Endless.message(number));
                }
                next = spool.next();
            }
        }
    }

    /** The last number that was said, of so many at least. */
    private long appendAndDie(int atLeast, long next) throws Exception {
        var child = SpoolChild.start(SpoolChild.Endless.class, directory);
        try (var out = child.inputReader(UTF_8)) {
            var said = next - 1;
            for (int i = 0; i < atLeast; i++) {
                assertThat(Long.parseLong(out.readLine())).isEqualTo(said + 1);
                said++;
            }
            child.toHandle().destroyForcibly(); // which leaves the pipe open
            // What is in the pipe was said as well; the last line may be torn.
            for (var text = readAll(out); text.indexOf('\n') >= 0; text = text.substring(text.indexOf('\n') + 1)) {
                assertThat(Long.parseLong(text.substring(0, text.indexOf('\n')))).isEqualTo(said + 1);
                said++;
            }
            return said;
        } finally {
            child.destroyForcibly();
            assertThat(child.waitFor(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    private static String readAll(Reader out) throws IOException {
        var text = new StringWriter();
        out.transferTo(text);
        return text.toString();
    }
}
