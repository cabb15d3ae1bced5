package dev.weft.cli;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

import dev.weft.net.Address;
import dev.weft.net.DatagramHandler;
import dev.weft.net.TimeSource;

/**
 * Ends the loop of two services that answer whatever comes: one datagram with a forged sender would have them answer each other for ever (CERT
 * CA-1996-01, CVE-2024-2169).
 *
 * <p>A sender gets so many answers in a row. Then nothing, until it has been silent for a second, as the other end of a loop is as soon as it
 * gets no answer. Ports below 1024, where the services of inetd are, get none at all. For any thread.
 */
final class LoopGuard {
    static final int IN_A_ROW = 1_000;
    static final Duration SILENCE = Duration.ofSeconds(1);
    private static final int FIRST_OF_CLIENTS = 1_024;
    /** Senders remembered: forged ones must not fill the memory. */
    private static final int MOST_SENDERS = 10_000;

    private static final LoopGuard OF_THIS_PROCESS = new LoopGuard(TimeSource.system());

    private static final class Row {
        private long last;
        private int answers;
    }

    private final TimeSource time;
    private final Map<Address, Row> rows = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Address, Row> eldest) {
            return size() > MOST_SENDERS;
        }
    };

    LoopGuard(TimeSource time) {
        this.time = time;
    }

    /** A handler that answers, made safe. */
    static DatagramHandler guarded(DatagramHandler answering) {
        return d -> {
            if (OF_THIS_PROCESS.mayAnswer(d.sender())) {
                answering.handle(d);
            }
        };
    }

    synchronized boolean mayAnswer(Address sender) {
        if (sender.kind() == Address.Kind.INET && sender.port() < FIRST_OF_CLIENTS) {
            return false;
        }
        var now = time.nanoTime();
        var row = rows.computeIfAbsent(sender, _ -> new Row());
        if (now - row.last >= SILENCE.toNanos()) {
            row.answers = 0;
        }
        row.last = now;
        return row.answers++ < IN_A_ROW;
    }
}
