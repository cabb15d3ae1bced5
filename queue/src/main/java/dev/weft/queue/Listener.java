package dev.weft.queue;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.function.Consumer;

import dev.weft.net.Acceptor;
import dev.weft.net.Address;
import dev.weft.net.Backoff;
import dev.weft.net.Connection;

/** Connections of those who come: one port, open as long as the link is (SPEC SL-20, SL-BUG-6). */
final class Listener implements Connector {
    /** Where the system has no descriptor left for a connection, say, some may be free in a moment. */
    private static final Backoff PAUSES = Backoff.exponential(Duration.ofMillis(10), Duration.ofSeconds(1));

    private final Acceptor acceptor;

    Listener(Acceptor acceptor) {
        this.acceptor = acceptor;
    }

    @Override
    public Address address() {
        return acceptor.address();
    }

    @Override
    public Connection next(Consumer<IOException> failed) throws InterruptedException {
        for (int n = 1;; n++) {
            try {
                return acceptor.accept();
            } catch (InterruptedIOException e) {
                throw interrupted(e);
            } catch (IOException e) {
                failed.accept(e);
                Thread.sleep(PAUSES.pause(n).orElseThrow());
            }
        }
    }

    private static InterruptedException interrupted(InterruptedIOException e) {
        var interrupted = new InterruptedException(e.getMessage());
        interrupted.initCause(e);
        return interrupted;
    }

    @Override
    public void close() {
        acceptor.close();
    }
}
