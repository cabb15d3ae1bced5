package dev.weft.net.support;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

import dev.weft.net.TimeSource;
import org.jspecify.annotations.Nullable;

/**
 * The one way from a module of Weft to its system logger. No record has more than one line of text, and text of strangers in it is made safe
 * ({@link SafeText}). What peers do wrong can't fill the log: see {@link #peer}. A logger that throws costs nothing but its record.
 *
 * <p>The logger is looked up when something is logged: asking for one costs a start-up tens of milliseconds. For any thread.
 */
public final class SafeLog {
    /** So many lines about peers in a {@link #PERIOD}. */
    static final int MOST = 10;
    static final Duration PERIOD = Duration.ofMinutes(1);

    private static final ConcurrentHashMap<String, SafeLog> LOGS = new ConcurrentHashMap<>();

    private final Supplier<System.Logger> logger;
    private final RateLimit peers;

    /** One with a clock of its own, for tests; others share {@link #of}. */
    public SafeLog(String name, TimeSource time) {
        this(() -> System.getLogger(name), time);
    }

    private SafeLog(Supplier<System.Logger> logger, TimeSource time) {
        this.logger = logger;
        peers = new RateLimit(MOST, PERIOD, time,
                count -> log(Level.INFO, () -> count + " more lines about peers were left out within " + PERIOD.toSeconds() + " s"));
    }

    /** The log of a logger's name; always the same one. */
    public static SafeLog of(String name) {
        return LOGS.computeIfAbsent(name, n -> new SafeLog(n, TimeSource.system()));
    }

    /** One for a logger that a user has given; each call makes one, with a limit of its own for peers. */
    public static SafeLog of(System.Logger logger) {
        return new SafeLog(() -> logger, TimeSource.system());
    }

    /** Logs a text. */
    public void log(Level level, Supplier<String> text) {
        log(level, text, null);
    }

    /** Logs a text and, with its stack, a failure. */
    public void log(Level level, Supplier<String> text, @Nullable Throwable failure) {
        try {
            var logger = this.logger.get();
            if (logger.isLoggable(level)) {
                var line = SafeText.oneLine(text.get());
                if (failure == null) {
                    logger.log(level, line);
                } else {
                    logger.log(level, line, SafeText.failure(failure));
                }
            }
        } catch (RuntimeException | Error e) {
            // The logger has failed; what was to be logged must not end its caller.
        }
    }

    /**
     * Logs what a peer did wrong: at INFO, without a stack, ten times a minute at most for this logger; when more came, one line at the end of the
     * minute says how many.
     */
    public void peer(Supplier<String> text) {
        if (logger.get().isLoggable(Level.INFO) && peers.pass()) {
            log(Level.INFO, text);
        }
    }
}
