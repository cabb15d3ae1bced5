package dev.weft.queue;

import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

import dev.weft.net.support.SafeLog;

/**
 * Three services to try a link with: pysocklib's MessageLogger, MessageGenerator and ToUpper.
 *
 * <p>Source: SPEC SL-41.
 */
public final class Samples {
    /** The original's pause between two messages. */
    private static final Duration INTERVAL = Duration.ofSeconds(5);
    private static final int LAST = 100;

    private Samples() {}

    /**
     * Logs each message as INFO: bytes as UTF-8, with U+FFFD for those that are none, and anything else as its text. What could make a terminal do
     * things, or a log tell lies, is written visibly: ESC as {@code ^[}, a line feed as {@code ^J}, and U+0085, bidirectional controls or what has
     * no width as U+FFFD. A tab stays.
     */
    public static <T> Service<T, Void> messageLogger(BlockingQueue<T> messages, System.Logger logger) {
        var log = SafeLog.of(logger);
        return Services.<T>sink("message logger", messages, message -> log.log(Level.INFO, () -> text(message))).logger(logger);
    }

    /** As {@link #messageGenerator(BlockingQueue, System.Logger, String)}, without a name: messages begin with a space. */
    public static Service<Void, String> messageGenerator(BlockingQueue<String> messages, System.Logger logger) {
        return messageGenerator(messages, logger, "");
    }

    /** Puts "name n" every five seconds, where n goes from 1 to 100 and begins again. */
    public static Service<Void, String> messageGenerator(BlockingQueue<String> messages, System.Logger logger, String name) {
        return messageGenerator(messages, logger, name, INTERVAL);
    }

    /** As {@link #messageGenerator(BlockingQueue, System.Logger, String)}, at an interval of one's own. */
    public static Service<Void, String> messageGenerator(BlockingQueue<String> messages, System.Logger logger, String name, Duration interval) {
        var log = SafeLog.of(logger);
        var asked = new AtomicInteger();
        return Services.source("message generator", messages, interval, () -> {
            var message = name + " " + (asked.getAndUpdate(n -> (n + 1) % LAST) + 1);
            log.log(Level.DEBUG, () -> message);
            return message;
        }).logger(logger);
    }

    /**
     * Upper-cases messages, in no language in particular.
     *
     * @param stop see {@link Service#stop}
     */
    public static Service<String, String> toUpper(BlockingQueue<String> in, BlockingQueue<String> out, BooleanSupplier stop) {
        return Services.map("to upper", in, out, (String message) -> message.toUpperCase(Locale.ROOT)).stop(stop);
    }

    private static String text(Object message) {
        return message instanceof byte[] bytes ? new String(bytes, StandardCharsets.UTF_8) : String.valueOf(message);
    }
}
