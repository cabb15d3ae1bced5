package dev.weft.queue;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;

import dev.weft.net.LifeState;
import dev.weft.net.TimeSource;
import dev.weft.net.support.Moments;
import dev.weft.net.support.SafeLog;
import org.jspecify.annotations.Nullable;

/** What can be set of a service before it starts. Each method changes the service and returns it. */
abstract sealed class ServiceOptions<I, O> permits Service {
    private final SettableTime clock = new SettableTime();
    private final Map<String, Event> events = new ConcurrentHashMap<>();
    private int workers = 1;
    private boolean inOrder;
    private @Nullable BooleanSupplier stop;
    private volatile SafeLog log = QueueLog.SHARED;
    private volatile Duration grace = SingleDrain.AT_ONCE;
    private OnFailure<? super I> onFailure = (message, failure) -> Verdict.SKIP;

    abstract Service<I, O> self();

    /** Whether several threads may do the work. */
    abstract boolean isDivisible();

    /** Its name. */
    public abstract String name();

    /** Where it is in its life. */
    public abstract LifeState state();

    /**
     * So many messages are worked on at a time, and yet they leave, and are acknowledged, in the order in which they came. Default one.
     *
     * @throws IllegalStateException when it was started, or is a source or a loop, whose work is not divisible
     */
    public Service<I, O> workersInOrder(int workers) {
        setWorkers(workers);
        inOrder = workers > 1;
        return self();
    }

    /**
     * So many messages are worked on at a time, and each leaves when it is ready. Default one.
     *
     * @throws IllegalStateException when it was started, or is a source or a loop, whose work is not divisible
     */
    public Service<I, O> workersInAnyOrder(int workers) {
        setWorkers(workers);
        inOrder = false;
        return self();
    }

    private void setWorkers(int workers) {
        checkNew();
        if (workers < 1) {
            throw new IllegalArgumentException("workers(" + workers + "): service " + name() + " needs at least 1");
        }
        if (!isDivisible()) {
            throw new IllegalStateException("service " + name() + " is no map and no sink: its work can't be divided between " + workers
                    + " workers");
        }
        this.workers = workers;
    }

    /**
     * Asked before each message, and every 50 ms while there is none; true ends the service without interrupting work. A loop asks
     * {@link Service#stopping} by itself. Default never.
     */
    public Service<I, O> stop(BooleanSupplier stop) {
        checkNew();
        this.stop = Objects.requireNonNull(stop);
        return self();
    }

    /** Events that it shares with others, by name; adds to those that it has. */
    public Service<I, O> events(Map<String, Event> events) {
        checkNew();
        this.events.putAll(events);
        return self();
    }

    /**
     * What becomes of a message whose work has failed; default {@link Verdict#SKIP} for all. Not asked about an {@link Error}, which ends the
     * service, nor for a loop.
     */
    public Service<I, O> onFailure(OnFailure<? super I> onFailure) {
        checkNew();
        this.onFailure = Objects.requireNonNull(onFailure);
        return self();
    }

    /** How long {@link Service#close} drains; zero means no limit. Default: not at all, what it does is interrupted. */
    public Service<I, O> grace(Duration grace) {
        this.grace = Moments.checkLimit("grace", grace);
        return self();
    }

    /** Its clock. Default: {@link TimeSource#system}. */
    public Service<I, O> time(TimeSource time) {
        checkNew();
        clock.set(Objects.requireNonNull(time));
        return self();
    }

    /** Where it logs; default the system logger {@code dev.weft.queue}, which links and services share. The original's {@code logger}. */
    public Service<I, O> logger(System.Logger logger) {
        checkNew();
        this.log = SafeLog.of(logger);
        return self();
    }

    /** The event of this name; not set, where there was none yet. */
    public Event event(String name) {
        return events.computeIfAbsent(name, unknown -> new Event(clock));
    }

    private void checkNew() {
        if (state() != LifeState.NEW) {
            throw new IllegalStateException("service " + name() + " is " + state() + ", not NEW: its options are set before it starts");
        }
    }

    int workers() {
        return workers;
    }

    Duration grace() {
        return grace;
    }

    SafeLog log() {
        return log;
    }

    TimeSource time() {
        return clock;
    }

    boolean inOrder() {
        return inOrder;
    }

    boolean asksToStop() {
        return stop != null && stop.getAsBoolean();
    }

    boolean canStop() {
        return stop != null;
    }

    Verdict verdict(I message, Exception failure) throws InterruptedException {
        return onFailure.verdict(message, failure);
    }
}
