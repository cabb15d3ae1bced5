package dev.weft.net;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A time that only moves when the test says so. */
final class ManualClock implements TimeSource {
    private static final class Task {
        final long due;
        final Runnable task;

        Task(long due, Runnable task) {
            this.due = due;
            this.task = task;
        }
    }

    private final List<Task> tasks = new ArrayList<>();
    private long now;

    @Override
    public synchronized long nanoTime() {
        return now;
    }

    @Override
    public synchronized Scheduled schedule(Duration delay, Runnable task) {
        var scheduled = new Task(now + delay.toNanos(), task);
        tasks.add(scheduled);
        return () -> cancel(scheduled);
    }

    private synchronized void cancel(Task task) {
        tasks.remove(task);
    }

    /** How many tasks wait for their time. */
    synchronized int scheduled() {
        return tasks.size();
    }

    /** Moves the time on and runs what falls due, on this thread. */
    void advance(Duration by) {
        List<Task> due;
        synchronized (this) {
            now += by.toNanos();
            due = tasks.stream().filter(t -> t.due - now <= 0).toList();
            tasks.removeAll(due);
        }
        due.forEach(t -> t.task.run());
    }
}
