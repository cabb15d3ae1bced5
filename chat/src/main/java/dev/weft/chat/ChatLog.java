package dev.weft.chat;

import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.logging.Formatter;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.StreamHandler;

import dev.weft.net.support.SafeLog;

/**
 * What the chat logs, and the original's format for it: {@code time threadName threadId message}, as {@code 2026-01-31 09:05:00 Accept 31 text}
 * (SPEC CH-9).
 */
public final class ChatLog {
    /** Held, as java.util.logging forgets loggers that nobody holds, and their settings with them. */
    private static final Logger WEFT = Logger.getLogger("dev.weft");

    /** The system logger of the chat. */
    static final String NAME = "dev.weft.chat";
    static final SafeLog LOG = SafeLog.of(NAME);

    private ChatLog() {}

    /**
     * Has java.util.logging write what all of Weft logs, from INFO on, to standard error in the original's format, and nowhere else. For
     * programs that are the chat and nothing else; of no effect where System.Logger leads to another library. May be called again.
     */
    public static void configure() {
        configure(System.err);
    }

    /** As {@link #configure()}, to this stream, in the default charset. */
    public static void configure(OutputStream out) {
        var handler = new StreamHandler(out, new Original()) {
            @Override
            public synchronized void publish(LogRecord line) {
                super.publish(line);
                flush();
            }

            // The stream is its owner's.
            @Override
            public synchronized void close() {
                flush();
            }
        };
        synchronized (WEFT) {
            for (var old : WEFT.getHandlers()) {
                WEFT.removeHandler(old);
            }
            WEFT.setUseParentHandlers(false);
            WEFT.setLevel(java.util.logging.Level.INFO);
            WEFT.addHandler(handler);
        }
    }

    /** {@code %(asctime)s %(threadName)s %(thread)d %(message)s} with {@code %F %T}. */
    private static final class Original extends Formatter {
        @Override
        public String format(LogRecord line) {
            var text = new StringBuilder()
                    .append(Stamp.seconds(line.getInstant()))
                    .append(' ').append(threadName(line)).append(' ').append(line.getLongThreadID()).append(' ').append(formatMessage(line))
                    .append(System.lineSeparator());
            if (line.getThrown() != null) {
                var stack = new StringWriter();
                line.getThrown().printStackTrace(new PrintWriter(stack));
                text.append(stack);
            }
            return text.toString();
        }

        /** A record knows its thread's number only, but it is formatted by the thread that logs. */
        private static String threadName(LogRecord line) {
            var here = Thread.currentThread();
            return here.threadId() == line.getLongThreadID() ? here.getName() : "-";
        }
    }
}
