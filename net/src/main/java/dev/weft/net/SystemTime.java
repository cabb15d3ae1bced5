package dev.weft.net;

import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The machine's clock, and one platform thread that carries out what falls due: virtual threads that spin can't hold it up. */
final class SystemTime implements TimeSource {
    static final SystemTime INSTANCE = new SystemTime();

    /** Made when the first deadline is set. A task here only ends waits, so one thread is enough. */
    private static final class Scheduler {
        static final ScheduledThreadPoolExecutor EXECUTOR = new ScheduledThreadPoolExecutor(1,
                Thread.ofPlatform().daemon().name("weft-time").factory());

        static {
            EXECUTOR.setRemoveOnCancelPolicy(true);
        }
    }

    private SystemTime() {}

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public void sleep(Duration duration) throws InterruptedException {
        Thread.sleep(duration);
    }

    @Override
    public Scheduled schedule(Duration delay, Runnable task) {
        var future = Scheduler.EXECUTOR.schedule(task, TimeUnit.NANOSECONDS.convert(delay), TimeUnit.NANOSECONDS);
        return () -> future.cancel(false);
    }
}
