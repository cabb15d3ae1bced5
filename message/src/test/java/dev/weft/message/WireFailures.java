package dev.weft.message;

import static java.util.Objects.requireNonNull;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import dev.weft.net.Connection;
import dev.weft.net.ServerObserver;

/** Remembers what ended a server's connections, rather than logging it. */
final class WireFailures implements ServerObserver {
    private static final int PATIENCE_SECONDS = 10;

    private final BlockingQueue<Throwable> failures = new LinkedBlockingQueue<>();

    @Override
    public void failed(Connection c, Throwable failure) {
        failures.add(failure);
    }

    /** What ended a connection; waits for it. */
    Throwable next() throws InterruptedException {
        return requireNonNull(failures.poll(PATIENCE_SECONDS, TimeUnit.SECONDS), "no connection failed");
    }

    /** Whether nobody has failed who was not asked for. */
    boolean isEmpty() {
        return failures.isEmpty();
    }
}
