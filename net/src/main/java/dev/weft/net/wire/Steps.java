package dev.weft.net.wire;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;

import dev.weft.net.support.DeadlineTimer;
import dev.weft.net.support.Moments;

/** Work on a connection that takes several steps, with waits for the peer between them: connecting, a handshake. */
public final class Steps {
    /** One step. */
    @FunctionalInterface
    public interface Step {
        /** Takes it; true when all is done. */
        boolean done() throws IOException;
    }

    private Steps() {}

    /**
     * Repeats a step until it is done, waiting in between, for so long at most; zero means no limit.
     *
     * @throws SocketTimeoutException when it took longer
     */
    public static void run(Wire wire, Duration limit, String what, Step step, WriteOrder.Action await) throws IOException {
        var time = wire.time();
        var deadline = Moments.limit(time, limit);
        var timer = new DeadlineTimer(time, wire::wake);
        try {
            while (!step.done()) {
                if (Moments.passed(time, deadline)) {
                    throw new SocketTimeoutException(what + " " + wire.remote() + " took longer than " + Moments.words(limit));
                }
                if (!wire.isOpen()) {
                    throw wire.closedHere();
                }
                timer.set(deadline);
                await.run();
            }
        } finally {
            timer.cancel();
        }
    }
}
