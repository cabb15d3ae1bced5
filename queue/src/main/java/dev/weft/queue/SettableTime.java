package dev.weft.queue;

import java.time.Duration;
import java.time.Instant;

import dev.weft.net.TimeSource;

/** The clock of a service, which may be replaced until the service starts. */
final class SettableTime implements TimeSource {
    private volatile TimeSource time = TimeSource.system();

    void set(TimeSource time) {
        this.time = time;
    }

    @Override
    public long nanoTime() {
        return time.nanoTime();
    }

    @Override
    public Instant now() {
        return time.now();
    }

    @Override
    public Scheduled schedule(Duration delay, Runnable task) {
        return time.schedule(delay, task);
    }

    @Override
    public void sleep(Duration duration) throws InterruptedException {
        time.sleep(duration);
    }
}
