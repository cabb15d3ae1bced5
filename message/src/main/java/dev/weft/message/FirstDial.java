package dev.weft.message;

import java.io.IOException;
import java.io.InterruptedIOException;

import dev.weft.net.Backoff;
import dev.weft.net.Connection;
import dev.weft.net.ConnectionBuilder;
import dev.weft.net.TimeSource;

/** Makes a client's first connection, with as many tries as it may have (SPEC PR-C2). */
final class FirstDial {
    private FirstDial() {}

    /** The connection. */
    static Connection open(ConnectionBuilder where, Backoff retries, TimeSource time) throws IOException {
        for (int n = 1;; n++) {
            try {
                return where.open();
            } catch (IOException e) {
                if (Interrupts.isInterrupt(e)) {
                    throw e;
                }
                var pause = retries.pause(n);
                if (pause.isEmpty()) {
                    throw new RetriesExhaustedException(n - 1, e);
                }
                try {
                    time.sleep(pause.get());
                } catch (InterruptedException i) {
                    throw new InterruptedIOException("interrupted between two tries to connect: " + e.getMessage());
                }
            }
        }
    }
}
