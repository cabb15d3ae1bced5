package dev.weft.queue;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Level;

import dev.weft.net.LifeState;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The original's samples (SPEC SL-41, SL-E1). */
@Timeout(30)
class SamplesTest {
    private final Logged log = new Logged("samples test");
    private final AckQueue<String> messages = new AckQueue<>();

    @AfterEach
    void end() {
        log.close();
    }

    private List<String> logged(Object... some) throws InterruptedException {
        var queue = new AckQueue<>();
        for (var message : some) {
            queue.put(message);
        }
        queue.end();
        Samples.messageLogger(queue, log.logger()).run();
        return log.lines();
    }

    /** SPEC SL-41, SL-W3: links without an encoding deliver bytes. */
    @Test
    void theLoggerLogsBytesAsTextAtInfo() throws Exception {
        assertThat(logged("grüß dich".getBytes(StandardCharsets.UTF_8), "a string", 3)).containsExactly("INFO grüß dich", "INFO a string",
                "INFO 3");
    }

    /** SPEC SL-BUG-13: the original dies of them. */
    @Test
    void theLoggerSurvivesBytesThatAreNoText() throws Exception {
        assertThat(logged(new byte[] {'a', (byte) 0xff, 'b'}, "next")).containsExactly("INFO a\ufffdb", "INFO next");
    }

    @Test
    void theLoggerWritesControlCharactersVisibly() throws Exception {
        assertThat(logged("\u001b[2J", "a\nb\r\tc\0", "\u007f", "\u009b31m", "\u0085", "{0} %s")).containsExactly("INFO ^[[2J",
                "INFO a^Jb^M\tc^@", "INFO ^?", "INFO \uFFFD31m", "INFO \uFFFD", "INFO {0} %s");
    }

    /** SPEC SL-41. */
    @Test
    void theGeneratorCountsToAHundredAndBeginsAgain() throws Exception {
        var got = new ArrayList<String>();
        try (var generator = Samples.messageGenerator(messages, log.logger(), "weft", Duration.ZERO).start()) {
            for (int i = 0; i < 102; i++) {
                got.add(messages.poll(10, SECONDS));
            }
            assertThat(generator.state()).isEqualTo(LifeState.RUNNING);
        }
        assertThat(got).startsWith("weft 1", "weft 2").endsWith("weft 99", "weft 100", "weft 1", "weft 2");
        assertThat(log.lines()).contains("FINE weft 1");
    }

    /** SPEC SL-41: and the first comes at once; SPEC SL-BUG-13: the pause doesn't hold up a shutdown. */
    @Test
    void aGeneratorWithoutANameBeginsWithASpaceAndPauses() throws Exception {
        var generator = Samples.messageGenerator(messages, log.logger()).start();
        assertThat(messages.poll(10, SECONDS)).isEqualTo(" 1");
        var begun = System.nanoTime();
        generator.close();
        assertThat(generator.state()).isEqualTo(LifeState.ENDED);
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(4));
        assertThat(messages).isEmpty();
    }

    /** SPEC SL-41. */
    @Test
    void toUpperUpperCasesUntilItIsToStop() throws Exception {
        var in = new LinkedBlockingQueue<>(List.of("hello", "world", "straße", "İi"));
        var out = new LinkedBlockingQueue<String>();
        Samples.toUpper(in, out, in::isEmpty).run();
        assertThat(out).containsExactly("HELLO", "WORLD", "STRASSE", "İI");
    }

    /** SPEC SL-BUG-13: the original blocks in get(). */
    @Test
    void toUpperStopsWhileItWaits() {
        var stop = new AtomicBoolean();
        try (var upper = Samples.toUpper(messages, new AckQueue<>(), stop::get).start()) {
            stop.set(true);
            upper.join();
            assertThat(upper.failure()).isEmpty();
        }
    }

    /** The document's two programs in one process (SPEC SL-E1). */
    @Test
    void whatTheGeneratorPutsTheLoggerLogs() {
        var generator = Samples.messageGenerator(messages, log.logger(), "m", Duration.ofMillis(1));
        try (var both = generator.then(Samples.messageLogger(messages, log.logger())).start()) {
            Awaitility.await().until(() -> log.records().stream().filter(r -> r.getLevel() == Level.INFO).count() >= 3);
            assertThat(both.state()).isEqualTo(LifeState.RUNNING);
            assertThat(log.lines()).contains("INFO m 1", "INFO m 2", "INFO m 3");
        }
    }
}
