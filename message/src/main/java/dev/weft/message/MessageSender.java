package dev.weft.message;

import java.io.IOException;
import java.net.SocketException;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/**
 * Sends a peer's messages: on the connection that there is, or on the one that a request or a stream belongs to. For any thread.
 */
final class MessageSender {
    private final CurrentConnection current;
    private final Counters counters;
    private final BooleanSupplier onHookThread;

    /** {@code onHookThread} says whether the calling thread runs a hook of the peer. */
    MessageSender(CurrentConnection current, Counters counters, BooleanSupplier onHookThread) {
        this.current = current;
        this.counters = counters;
        this.onHookThread = onHookThread;
    }

    /** On the connection there is. */
    void send(Message m) throws IOException {
        send(m, connected());
    }

    /** On this connection, whether there is another by now or not. */
    void send(Message m, Connected on) throws IOException {
        try {
            on.frames().write(m);
        } catch (IOException e) {
            throw noted(on, e);
        }
        counters.sent.increment();
    }

    /** Sends what the reading thread's hooks have gathered. */
    void flush() throws IOException {
        var on = connected();
        try {
            on.frames().flush();
        } catch (IOException e) {
            throw noted(on, e);
        }
    }

    /** A write that finds the connection lost is a disconnect, and no hook's failure; not so a deadline, an interrupt, or TLS. */
    private static IOException noted(Connected on, IOException e) {
        if (e instanceof SocketException || e.getClass() == IOException.class) {
            on.lost(e);
        }
        return e;
    }

    /** The connection there is; while there is none, it waits for as long as a write may wait. */
    Connected connected() throws IOException {
        checkMayWait();
        return current.get();
    }

    /** As {@link #connected()}, but it waits for this long; zero means no limit. */
    Connected connected(Duration limit) throws IOException {
        checkMayWait();
        return current.get(limit);
    }

    /** The next connection is made when all hooks of the last one have returned, so none of them can wait for it. */
    private void checkMayWait() throws SocketException {
        if (current.isAway() && onHookThread.getAsBoolean()) {
            throw new SocketException("the connection with " + current.last().connection().remote()
                    + " is lost; this hook must return before there is another");
        }
    }

    /** Whether another connection has taken the place of this one, or may. */
    boolean isReplaced(Connected on) {
        return current.isReplaced(on);
    }

    /** The connection there is, or the last there was. */
    Connected last() {
        return current.last();
    }
}
