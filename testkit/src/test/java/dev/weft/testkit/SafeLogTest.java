package dev.weft.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

import dev.weft.net.support.SafeLog;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a module logs has one line of text a record, and strangers can't fill it. */
@Timeout(60)
class SafeLogTest {
    private static final Logger LOGGER = Logger.getLogger("dev.weft.testkit.safe");

    private final List<LogRecord> records = new CopyOnWriteArrayList<>();
    private final ManualTime time = new ManualTime();
    private final SafeLog log = new SafeLog(LOGGER.getName(), time);
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord logged) {
            if (logged.getMessage().equals("refused")) {
                throw new IllegalStateException("a handler that fails");
            }
            records.add(logged);
        }

        @Override
        public void flush() {
            // Nothing is held back.
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    };

    @BeforeEach
    void listen() {
        LOGGER.setUseParentHandlers(false);
        LOGGER.addHandler(handler);
    }

    @AfterEach
    void leave() {
        LOGGER.removeHandler(handler);
    }

    @Test
    void tenLinesAboutPeersPassAMinuteAndThenTheirNumber() {
        for (int i = 0; i < 25; i++) {
            log.peer(() -> "malformed");
        }
        assertThat(texts()).hasSize(10).containsOnly("malformed");

        time.advance(Duration.ofMinutes(1));
        Awaitility.await().until(() -> records.size() == 11);
        assertThat(texts().getLast()).startsWith("15 more lines about peers were left out");

        log.peer(() -> "the next minute");
        assertThat(texts().getLast()).isEqualTo("the next minute");
        assertThat(records).allMatch(r -> r.getLevel() == java.util.logging.Level.INFO && r.getThrown() == null);
    }

    @Test
    void aQuietLogHasNoClockRunning() {
        for (int minute = 0; minute < 3; minute++) {
            for (int i = 0; i < 10; i++) {
                log.peer(() -> "malformed");
            }
            assertThat(time.waiting()).isZero();
            time.advance(Duration.ofMinutes(1));
        }
        assertThat(texts()).hasSize(30).containsOnly("malformed");
    }

    @Test
    void whatIsNotAPeersFaultIsNotLimited() {
        for (int i = 0; i < 25; i++) {
            log.log(Level.ERROR, () -> "a handler failed", new IllegalStateException("its own"));
        }
        assertThat(records).hasSize(25).allMatch(r -> r.getThrown() instanceof IllegalStateException);
    }

    @Test
    void noRecordHoldsALineEndOrAControlCharacter() {
        for (var hostile : HostileText.all()) {
            log.log(Level.WARNING, () -> "peer " + hostile, new IllegalArgumentException("quotes " + hostile));
        }
        assertThat(records).hasSameSizeAs(HostileText.all())
                .allMatch(r -> HostileText.isHarmless(r.getMessage()) && HostileText.isHarmless(r.getThrown().toString()));
    }

    @Test
    void aLogThatFailsEndsNothing() {
        log.log(Level.ERROR, () -> "refused");
        log.log(Level.ERROR, () -> {
            throw new IllegalStateException("a text that can't be had");
        });
        log.log(Level.ERROR, () -> "heard");

        assertThat(texts()).containsExactly("heard");
    }

    private List<String> texts() {
        return records.stream().map(LogRecord::getMessage).toList();
    }
}
