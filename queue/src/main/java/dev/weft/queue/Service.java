package dev.weft.queue;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

import dev.weft.net.DrainReport;
import dev.weft.net.LifeState;
import dev.weft.net.support.Life;
import dev.weft.net.support.Moments;
import org.jspecify.annotations.Nullable;

/**
 * A stage between two queues, on a thread of its own: pysocklib's AbstractService. {@link Services} makes them.
 *
 * {@snippet :
 * var words = new AckQueue<String>();
 * try (var upper = Services.map("upper", words, String::toUpperCase);
 *      var printer = Services.sink("printer", upper.out(), IO::println);
 *      var both = upper.then(printer).start()) {
 *     words.put("hello");
 *     words.end();
 *     both.join();
 * }
 * }
 *
 * <p>Options are set before it starts. It runs once, on a virtual thread that has its name (several workers: {@code name-1} and so on), until
 * it is drained or closed, its {@link #stop stop} function says so, it fails, or its input ends: an {@link AckQueue} that has
 * {@linkplain AckQueue#end ended} and in which nothing is left. Queues of its own making end when it does.
 *
 * <p>A message that came from an {@link AckQueue} is acknowledged when the service has finished with it: after its output was accepted. Where
 * the output is an AckQueue too, accepted means acknowledged there. So a message is acknowledged at the beginning of a pipeline when the end of
 * it, or the link behind that, has finished with what became of it. Elsewhere it means that {@code put} returned. A message whose work is
 * interrupted by the end of the service is not acknowledged.
 *
 * <p>Safe for any number of threads, once it is started. Source: SPEC SL-40.
 *
 * @param <I> the type of a message that comes in; {@link Void} for services that take none
 * @param <O> the type of a message that goes out; {@link Void} for services that make none
 */
public final class Service<I, O> extends ServiceOptions<I, O> implements AutoCloseable {
    /** What the threads of a service do, once its options are known. */
    interface Work<I, O> {
        ServiceThreads.Task of(Service<I, O> service);
    }

    final LongAdder processed = new LongAdder();
    final LongAdder failed = new LongAdder();
    private final String name;
    private final @Nullable BlockingQueue<I> in;
    private final @Nullable BlockingQueue<O> out;
    private final boolean shareable;
    private final Work<I, O> work;
    private final Life life;
    private final ServiceThreads threads;
    private final ServiceDrain drain;
    private final List<AckQueue<?>> made;
    private volatile ServiceThreads.@Nullable Task task;

    /**
     * A service that is not started.
     *
     * @param shareable whether several threads may do the work
     * @param made the queues that end when it does
     */
    Service(String name, @Nullable BlockingQueue<I> in, @Nullable BlockingQueue<O> out, boolean shareable, Work<I, O> work, AckQueue<?>... made) {
        this.name = Objects.requireNonNull(name);
        this.in = in;
        this.out = out;
        this.shareable = shareable;
        this.work = work;
        this.made = List.of(made);
        life = new Life(() -> "service " + name, time(), t -> log().log(Level.ERROR, () -> "service " + name + ": a task failed at its end", t));
        threads = new ServiceThreads(name, this::log, life);
        drain = new ServiceDrain(name, life, threads, this::takeNoMore, () -> processed.sum() + failed.sum(), () -> in == null ? 0 : in.size());
        life.onEnd(() -> this.made.forEach(AckQueue::end));
    }

    /** Once; at once when it has ended. */
    void onEnd(Runnable task) {
        life.onEnd(task);
    }

    /**
     * Begins, on threads of its own.
     *
     * @throws IllegalStateException unless NEW
     */
    public Service<I, O> start() {
        threads.start(workers(), task());
        return this;
    }

    /**
     * Does the work on this thread, the first of its workers, and returns when it has ended. An interrupt, which stays set, ends it. Meanwhile it
     * drains for its {@link #grace} when the process is asked to exit, unless {@link #drainOnExit} says otherwise.
     *
     * @throws IllegalStateException unless NEW
     * @throws RuntimeException what has ended it, as {@link #join} does
     */
    public void run() {
        var made = task();
        var takeBack = drain.onExitUnlessInstalled(grace());
        try {
            threads.run(workers(), made);
        } finally {
            takeBack.run();
        }
        if (life.is(LifeState.ENDED)) {
            life.join();
        }
    }

    private ServiceThreads.Task task() {
        var made = work.of(this);
        task = made;
        return made;
    }

    /**
     * Waits until it has ended; an interrupt, which stays set, ends the waiting.
     *
     * @throws IllegalStateException when it has not been started
     * @throws RuntimeException its {@link #failure}, as it was if that is unchecked
     */
    public void join() {
        checkStarted();
        life.join();
    }

    /**
     * As {@link #join()}, for so long at most.
     *
     * @param limit zero means no limit
     * @return false when it has not ended by then
     */
    public boolean join(Duration limit) {
        checkStarted();
        return life.join(Moments.checkLimit("join", limit));
    }

    private void checkStarted() {
        if (life.is(LifeState.NEW)) {
            throw new IllegalStateException("service " + name + " has not been started: there is nothing to wait for");
        }
    }

    /**
     * Works on what is in its input, takes no more once that is empty, and ends; a source is not asked any more, and a loop has to ask
     * {@link #stopping}. At the limit it is ended by an interrupt, whatever it is doing: waiting for a message, for room or for its time, or at
     * work. Returns when it has ended, or 3 s after the limit where the work ignores interrupts. A service that was not started can't be started any
     * more.
     *
     * <p>The first drain counts: a later one waits for it and returns its report. The work itself may call it, which does not wait.
     *
     * @param limit how long it waits at most; zero means no limit
     * @return {@code finished} messages that it was done with meanwhile, {@code interrupted} workers that did not end in time, {@code aborted}
     *     messages that are left in its input
     */
    public DrainReport drain(Duration limit) {
        return drain.drain(limit);
    }

    private void takeNoMore() {
        if (in instanceof AckQueue<I> own && made.contains(own)) {
            own.end();
        }
        var working = task;
        if (working != null) {
            working.drain();
        }
    }

    /** As {@link #drainOnExit(Duration, Consumer)}, showing nothing. */
    public Service<I, O> drainOnExit(Duration limit) {
        return drainOnExit(limit, report -> {});
    }

    /**
     * Drains when the process is asked to stop (SIGTERM, Ctrl-C) or exits otherwise, then shows the report: after the links that messages come from
     * and before those that they leave by, as far as these do the same. After a signal the process exits with 0 when all was drained, otherwise
     * with 128 and the signal's number; a second signal ends it at once. The last call counts.
     *
     * @param limit see {@link #drain}
     */
    public Service<I, O> drainOnExit(Duration limit, Consumer<? super DrainReport> show) {
        drain.onExit(limit, show);
        return this;
    }

    /**
     * Drains for its {@link #grace}, by default not at all: ends it by an interrupt, whatever it is doing. Where the work itself calls this, it
     * returns at once: for a sink, the current message is its last and counts as done; for a map, what it returns after this is dropped. Idempotent.
     */
    @Override
    public void close() {
        drain(grace());
    }

    DrainReport drainForGrace() {
        return drain(grace());
    }

    /**
     * A pipeline of this service and the next one.
     *
     * @throws IllegalArgumentException when the next one's input is not this one's output
     */
    public Pipeline then(Service<?, ?> next) {
        return Pipeline.of(this).then(next);
    }

    @Override
    public String name() {
        return name;
    }

    /**
     * Where its messages come from.
     *
     * @throws IllegalStateException when it takes none
     */
    public BlockingQueue<I> in() {
        if (in == null) {
            throw new IllegalStateException("service " + name + " takes no messages");
        }
        return in;
    }

    /**
     * Where its messages go.
     *
     * @throws IllegalStateException when it makes none
     */
    public BlockingQueue<O> out() {
        if (out == null) {
            throw new IllegalStateException("service " + name + " makes no messages");
        }
        return out;
    }

    @Override
    public LifeState state() {
        return life.state();
    }

    /** Whether it is to end: it is drained or closed, or has failed, or its {@link #stop stop} function, which this calls, says so. */
    public boolean stopping() {
        return draining() || mustStop();
    }

    boolean draining() {
        return life.isEnding();
    }

    /** Whether it takes no other message. */
    boolean mustStop() {
        return threads.ending() || asksToStop();
    }

    /** Why it has ended, when that was neither asked for nor the end of its input. */
    public Optional<Throwable> failure() {
        return life.failure();
    }

    /** What it has done so far, and what is before it. */
    public ServiceStats stats() {
        return new ServiceStats(processed(), failed(), in == null ? 0 : in.size(), threads.count());
    }

    /** Messages that it has finished with; of a source, times that it was asked. */
    public long processed() {
        return processed.sum();
    }

    /** Messages that it has skipped, and the one that ended it. */
    public long failed() {
        return failed.sum();
    }

    @Override
    public String toString() {
        return "service " + name + ", " + state();
    }

    /** Whether the next one's input is this one's output. */
    boolean feeds(Service<?, ?> next) {
        return out != null && out == next.in;
    }

    boolean ending() {
        return threads.ending();
    }

    @Override
    Service<I, O> self() {
        return this;
    }

    @Override
    boolean isDivisible() {
        return shareable;
    }
}
