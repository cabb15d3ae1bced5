package dev.weft.queue;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import dev.weft.net.TimeSource;

/** The machine's clock, but a link's pauses between two attempts to connect take no time: they are noted. */
final class SkippedPauses implements TimeSource {
    private final List<Duration> pauses = new CopyOnWriteArrayList<>();

    /** All so far. */
    List<Duration> pauses() {
        return List.copyOf(pauses);
    }

    @Override
    public long nanoTime() {
        return TimeSource.system().nanoTime();
    }

    @Override
    public Scheduled schedule(Duration delay, Runnable task) {
        return TimeSource.system().schedule(delay, task);
    }

    @Override
    public void sleep(Duration duration) throws InterruptedException {
        if (duration.equals(StopAsker.INTERVAL)) {
            TimeSource.system().sleep(duration);
        } else {
            pauses.add(duration);
        }
    }
}
