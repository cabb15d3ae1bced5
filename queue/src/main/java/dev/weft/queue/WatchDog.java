package dev.weft.queue;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;

import dev.weft.net.DrainReport;
import dev.weft.net.LifeState;
import dev.weft.net.TimeSource;
import dev.weft.net.support.Moments;
import dev.weft.net.support.SafeLog;

/**
 * Looks now and then whether threads, services and links are alive, and ends the process when one is not, so that whoever started it can start
 * it again.
 *
 * {@snippet :
 * try (var dog = new WatchDog().watch("receiver", link).watch("upper", upper).start()) {
 *     link.join();
 * }
 * }
 *
 * <p>What is dead, or not yet started, at the time of a look is logged; two seconds later the action runs, on a thread of its own, and the watch
 * is over. Both pauses end at once with {@link #close}, and then there is no action.
 *
 * <p>Options are set before {@link #start}; more to watch may be added by any thread at any time. Source: SPEC SL-42.
 */
public final class WatchDog implements AutoCloseable {
    private record Watched(String name, BooleanSupplier alive) {}

    private final List<Watched> all = new CopyOnWriteArrayList<>();
    private final Service<Void, Void> service = Services.loop("watchdog", this::watch);
    private final LongAdder looks = new LongAdder();
    private final LongAdder deaths = new LongAdder();
    private Duration interval = Duration.ofSeconds(5);
    private Duration grace = Duration.ofSeconds(2);
    private TimeSource time = TimeSource.system();
    private SafeLog log = QueueLog.SHARED;
    private Runnable action = () -> System.exit(1);

    /** Watches nothing yet. */
    public WatchDog() {}

    /** Watches something that can say whether it is alive; an exception counts as not alive. */
    public WatchDog watch(String name, BooleanSupplier alive) {
        all.add(new Watched(Objects.requireNonNull(name), Objects.requireNonNull(alive)));
        return this;
    }

    /** Watches a thread. */
    public WatchDog watch(String name, Thread thread) {
        return watch(name, thread::isAlive);
    }

    /** Watches a service. */
    public WatchDog watch(String name, Service<?, ?> service) {
        return watch(name, () -> isAlive(service.state()));
    }

    /** Watches a pipeline: each of its services. */
    public WatchDog watch(String name, Pipeline pipeline) {
        return watch(name, () -> pipeline.services().stream().allMatch(service -> isAlive(service.state())));
    }

    private static boolean isAlive(LifeState state) {
        return state == LifeState.RUNNING || state == LifeState.DRAINING;
    }

    /** Watches a link, which is alive from its start until it has ended, connected or not. */
    public WatchDog watch(String name, Link link) {
        return watch(name, () -> isAlive(link.state()));
    }

    /** The pause before each look, the first too; default 5 s. */
    public WatchDog every(Duration interval) {
        this.interval = positive(interval, "interval");
        return this;
    }

    /** The pause between a death and the action; default 2 s. */
    public WatchDog grace(Duration grace) {
        this.grace = positive(grace, "grace");
        return this;
    }

    /** Where it logs; default {@code dev.weft.queue}. */
    public WatchDog logger(Logger logger) {
        this.log = SafeLog.of(Objects.requireNonNull(logger));
        return this;
    }

    /** Its clock. Default: {@link TimeSource#system}. */
    public WatchDog time(TimeSource time) {
        this.time = Objects.requireNonNull(time);
        service.time(time);
        return this;
    }

    /** What is done about a death; default {@code System.exit(1)}. */
    public WatchDog action(Runnable action) {
        this.action = Objects.requireNonNull(action);
        return this;
    }

    /**
     * Begins to watch, on a thread of its own.
     *
     * @throws IllegalStateException unless NEW
     */
    public WatchDog start() {
        service.start();
        return this;
    }

    /**
     * Watches on this thread until the watch is over, or an interrupt, which stays set, ends it.
     *
     * @throws IllegalStateException unless NEW
     */
    public void run() {
        service.run();
    }

    /**
     * Waits until the watch is over; an interrupt, which stays set, ends the waiting.
     *
     * @throws IllegalStateException when it has not been started
     */
    public void join() {
        service.join();
    }

    /**
     * As {@link #join()}, for so long at most.
     *
     * @param limit zero means no limit
     * @return false when the watch is not over by then
     */
    public boolean join(Duration limit) {
        return service.join(limit);
    }

    /** Where it is in its life. */
    public LifeState state() {
        return service.state();
    }

    /** What it has done so far. */
    public WatchDogStats stats() {
        return new WatchDogStats(all.size(), looks.sum(), deaths.sum());
    }

    /**
     * Ends the watch at once, as {@link #close} does: there is nothing to finish. There is no action then.
     *
     * @param limit has no effect; zero or more
     * @return a report without stragglers
     */
    public DrainReport drain(Duration limit) {
        Moments.checkLimit("drain", limit);
        return service.drain(SingleDrain.AT_ONCE);
    }

    /** Ends the watch; there is no action then. Idempotent. */
    @Override
    public void close() {
        service.close();
    }

    private void watch() throws InterruptedException {
        do {
            time.sleep(interval);
        } while (allAlive());
        log.log(Level.ERROR, () -> "Some threads are dead. Exiting...");
        time.sleep(grace);
        // Of its own, as shutdown hooks may want to close the watchdog while System.exit waits for them.
        Thread.ofPlatform().name("watchdog action").start(action);
    }

    private boolean allAlive() {
        var dead = all.stream().filter(watched -> !isAlive(watched)).toList();
        looks.increment();
        deaths.add(dead.size());
        dead.forEach(watched -> log.log(Level.ERROR, () -> "Thread " + watched.name() + " is dead"));
        return dead.isEmpty();
    }

    private boolean isAlive(Watched watched) {
        try {
            return watched.alive().getAsBoolean();
        } catch (RuntimeException e) {
            log.log(Level.ERROR, () -> "Thread " + watched.name() + " can't say whether it is alive", e);
            return false;
        }
    }

    private static Duration positive(Duration pause, String name) {
        if (pause.isNegative() || pause.isZero()) {
            throw new IllegalArgumentException(name + "(" + pause + "): it has to be more than zero");
        }
        return pause;
    }
}
