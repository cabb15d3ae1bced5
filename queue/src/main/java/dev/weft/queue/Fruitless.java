package dev.weft.queue;

import java.io.IOException;

/**
 * Connections that stood for a moment and over which nothing passed, one after the other: a server that refuses a link must not be asked without a
 * pause.
 */
final class Fruitless {
    private static final long MOMENT_NANOS = 100_000_000;

    private final Link.Builder<?> settings;
    private int times;
    private long since;

    Fruitless(Link.Builder<?> settings) {
        this.settings = settings;
    }

    /**
     * A connection was lost: waits as long as need be before the next.
     *
     * @param stands when messages could pass over it; 0 for never
     */
    void pause(boolean nothingPassed, long stands, IOException lost) throws GaveUpException, InterruptedException {
        var stood = stands != 0 && System.nanoTime() - stands >= MOMENT_NANOS;
        if (!nothingPassed || stood) {
            times = 0;
            return;
        }
        if (times++ == 0) {
            since = System.nanoTime();
            return; // the first time at once
        }
        var pause = settings.reconnect.pause(times - 1);
        var left = Waits.nanos(settings.connectWithin) - (System.nanoTime() - since);
        if (pause.isEmpty() || (settings.connectWithin.isPositive() && left < 0)) {
            throw new GaveUpException(lost);
        }
        Thread.sleep(pause.get());
    }
}
