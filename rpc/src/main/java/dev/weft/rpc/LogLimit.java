package dev.weft.rpc;

import java.time.Duration;
import java.util.List;
import java.util.logging.Filter;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;

import dev.weft.net.TimeSource;

/**
 * Keeps peers from filling the log: the transport warns, with a stack, of each stream that one of them breaks. Ten such warnings a minute pass;
 * the next one that does tells how many did not.
 */
final class LogLimit implements Filter {
    private static final int MOST = 10;
    private static final Duration PERIOD = Duration.ofMinutes(1);

    /** Held, as java.util.logging forgets a logger that nobody holds, and its filter with it. */
    private static final List<Logger> LOGGERS = Stream.of("io.grpc.netty.NettyServerHandler", "io.grpc.netty.NettyServerStream")
            .map(Logger::getLogger).toList();

    private final int most;
    private final long periodNanos;
    private final TimeSource time;
    private long since;
    private int passed;
    private long dropped;

    LogLimit(int most, Duration period, TimeSource time) {
        this.most = most;
        periodNanos = period.toNanos();
        this.time = time;
        since = time.nanoTime();
    }

    /** Limits what has no filter yet. */
    static synchronized void install() {
        for (var logger : LOGGERS) {
            if (logger.getFilter() == null) {
                logger.setFilter(new LogLimit(MOST, PERIOD, TimeSource.system()));
            }
        }
    }

    @Override
    public synchronized boolean isLoggable(LogRecord entry) {
        if (entry.getLevel().intValue() < Level.WARNING.intValue()) {
            return true; // asked for
        }
        var now = time.nanoTime();
        if (now - since > periodNanos) {
            since = now;
            passed = 0;
        }
        if (passed == most) {
            dropped++;
            return false;
        }
        passed++;
        if (dropped > 0) {
            entry.setMessage(entry.getMessage() + " (and " + dropped + " more that were not logged)");
            dropped = 0;
        }
        return true;
    }
}
