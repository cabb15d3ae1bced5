package dev.weft.queue;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;

import dev.weft.net.support.ExitStages;
import dev.weft.net.support.SafeLog;
import org.jspecify.annotations.Nullable;

/**
 * A stage between two queues, on a thread of its own: pysocklib's AbstractService.
 *
 * {@snippet :
 * var words = new AckQueue<String>();
 * try (var upper = Service.map("upper", words, String::toUpperCase);
 *      var printer = Service.sink("printer", upper.out(), IO::println);
 *      var both = upper.then(printer).start()) {
 *     words.put("hello");
 *     words.end();
 *     both.join();
 * }
 * }
 *
 * <p>Options are set before it starts. It runs once, on a virtual thread that has its name (several workers: {@code name-1} and so on), until
 * it is {@link #shutdown}, its {@link #stop stop} function says so, it fails, or its input ends: an {@link AckQueue} that has
 * {@linkplain AckQueue#end ended} and in which nothing is left. Queues of its own making end when it does.
 *
 * <p>A message that came from an {@link AckQueue} is acknowledged when the service has finished with it: after its output was accepted. Where
 * the output is an AckQueue too, accepted means acknowledged there, so that a message is acknowledged at the beginning of a pipeline when the
 * end of it, or the link behind that, has finished with what became of it; elsewhere it means that {@code put} returned. A message whose work
 * is interrupted by the end of the service is not acknowledged.
 *
 * <p>Safe for any number of threads, once it is started. Source: SPEC SL-40.
 *
 * @param <I> the type of a message that comes in; {@link Void} for services that take none
 * @param <O> the type of a message that goes out; {@link Void} for services that make none
 */
public final class Service<I, O> implements AutoCloseable {
    /**
     * One message in, one out.
     *
     * @param <I> the type of what comes in
     * @param <O> the type of what goes out
     */
    @FunctionalInterface
    @SuppressWarnings("exports") // null says that nothing goes out
    public interface Stage<I, O> {
        /**
         * Works on a message.
         *
         * @return what goes out; null for nothing: the message is done with, as in a filter
         */
        @Nullable
        O apply(I message) throws Exception;
    }

    /**
     * Messages in.
     *
     * @param <I> the type of what comes in
     */
    @FunctionalInterface
    public interface Sink<I> {
        /** Works on a message. */
        void accept(I message) throws Exception;
    }

    /** A service's whole work. */
    @FunctionalInterface
    public interface Loop {
        /** Works until it is interrupted, or as long as it likes. */
        void run() throws Exception;
    }

    /**
     * A service's whole work, on the queues and events of the service.
     *
     * @param <I> the type of what comes in
     * @param <O> the type of what goes out
     */
    @FunctionalInterface
    public interface Body<I, O> {
        /** Works until it is interrupted or {@link Service#stopping} says so, or as long as it likes. */
        void run(Service<I, O> service) throws Exception;
    }

    /** What becomes of a message whose work has failed. */
    public enum Verdict {
        /** It is logged as an error (without the message itself), counted, and acknowledged; the service goes on. */
        SKIP,
        /** It is worked on again, after a pause that grows from 10 ms to 1 s. */
        RETRY,
        /** The service ends, {@link #failure} says why, and the message is not acknowledged. */
        STOP
    }

    /**
     * Decides what becomes of a message whose work has failed.
     *
     * @param <I> the type of a message
     */
    @FunctionalInterface
    public interface OnFailure<I> {
        /**
         * On the thread that worked on the message. What it throws ends the service.
         *
         * @param message of a source, which has none, null: the one value of Void
         */
        Verdict verdict(I message, Exception failure) throws InterruptedException;
    }

    /** What the threads of a service do, once its options are known. */
    private interface Work<I, O> {
        ServiceThreads.Task of(Service<I, O> service);
    }

    final LongAdder processed = new LongAdder();
    final LongAdder failed = new LongAdder();
    private final String name;
    private final @Nullable BlockingQueue<I> in;
    private final @Nullable BlockingQueue<O> out;
    private final boolean shareable;
    private final Work<I, O> work;
    private final ServiceThreads crew;
    private final List<AckQueue<?>> made;
    private final Map<String, Event> events = new ConcurrentHashMap<>();
    private int workers = 1;
    private boolean inOrder;
    private @Nullable BooleanSupplier stop;
    private final AtomicReference<@Nullable ExitStages> onExit = new AtomicReference<>();
    private final ConcurrentLinkedQueue<Runnable> whenEnded = new ConcurrentLinkedQueue<>();
    private volatile ServiceThreads.@Nullable Task task;
    private volatile boolean draining;
    private volatile SafeLog log = QueueLog.SHARED;
    private OnFailure<? super I> onFailure = (message, failure) -> Verdict.SKIP;

    /**
     * @param shareable whether several threads may do the work
     * @param made the queues that end when it does
     */
    private Service(String name, @Nullable BlockingQueue<I> in, @Nullable BlockingQueue<O> out, boolean shareable, Work<I, O> work,
            AckQueue<?>... made) {
        this.name = Objects.requireNonNull(name);
        this.in = in;
        this.out = out;
        this.shareable = shareable;
        this.work = work;
        this.made = List.of(made);
        this.crew = new ServiceThreads(name, this::log, this::atEnd);
    }

    private void atEnd() {
        made.forEach(AckQueue::end);
        runWhenEnded();
    }

    private void runWhenEnded() {
        for (var next = whenEnded.poll(); next != null; next = whenEnded.poll()) {
            next.run();
        }
    }

    /** Once; at once when it has ended. */
    void whenEnded(Runnable task) {
        whenEnded.add(task);
        if (crew.hasEnded()) {
            runWhenEnded();
        }
    }

    private static <I, O> Service<I, O> pump(String name, BlockingQueue<I> in, @Nullable BlockingQueue<O> out, Stage<? super I, ? extends O> stage,
            AckQueue<?>... made) {
        return new Service<>(name, in, out, true, self -> new Pump<>(self, ServiceInput.of(in), stage, out, self.inOrder), made);
    }

    /** One message in, one out, or none when the stage returns null. */
    public static <I, O> Service<I, O> map(String name, BlockingQueue<I> in, BlockingQueue<O> out, Stage<? super I, ? extends O> stage) {
        return pump(name, in, out, stage);
    }

    /** As {@link #map(String, BlockingQueue, BlockingQueue, Stage)}, with an output queue of its own making: {@link #out}. */
    public static <I, O> Service<I, O> map(String name, BlockingQueue<I> in, Stage<? super I, ? extends O> stage) {
        var out = new AckQueue<O>();
        return pump(name, in, out, stage, out);
    }

    /** As {@link #map(String, BlockingQueue, BlockingQueue, Stage)}, with queues of its own making: {@link #in} and {@link #out}. */
    public static <I, O> Service<I, O> map(String name, Stage<? super I, ? extends O> stage) {
        var in = new AckQueue<I>();
        var out = new AckQueue<O>();
        return pump(name, in, out, stage, in, out);
    }

    /** Messages in. */
    public static <I> Service<I, Void> sink(String name, BlockingQueue<I> in, Sink<? super I> sink) {
        return pump(name, in, null, taker(sink));
    }

    /** As {@link #sink(String, BlockingQueue, Sink)}, with an input queue of its own making: {@link #in}. */
    public static <I> Service<I, Void> sink(String name, Sink<? super I> sink) {
        var in = new AckQueue<I>();
        return pump(name, in, null, taker(sink), in);
    }

    private static <I> Stage<I, Void> taker(Sink<? super I> sink) {
        return message -> {
            sink.accept(message);
            return null;
        };
    }

    /**
     * A message out, every so often: the first at once, each other one so long after the one before was put. When it returns null, or fails and is
     * skipped, that time passes without a message.
     *
     * @param interval zero for no pause
     */
    public static <O> Service<Void, O> source(String name, BlockingQueue<O> out, Duration interval, Callable<? extends O> source) {
        return source(name, out, interval, source, new AckQueue<?>[0]);
    }

    /** As {@link #source(String, BlockingQueue, Duration, Callable)}, with an output queue of its own making: {@link #out}. */
    public static <O> Service<Void, O> source(String name, Duration interval, Callable<? extends O> source) {
        var out = new AckQueue<O>();
        return source(name, out, interval, source, out);
    }

    private static <O> Service<Void, O> source(String name, BlockingQueue<O> out, Duration interval, Callable<? extends O> source,
            AckQueue<?>... made) {
        if (interval.isNegative()) {
            throw new IllegalArgumentException("an interval of " + interval + " for service " + name);
        }
        Stage<Void, O> asked = tick -> source.call();
        return new Service<>(name, null, out, false, self -> new Pump<>(self, new ServiceInput.Ticks(interval), asked, out, false), made);
    }

    /** The whole loop; the service ends when it returns. What it throws is the service's {@link #failure}. */
    public static Service<Void, Void> loop(String name, Loop loop) {
        return new Service<>(name, null, null, false, self -> loop::run);
    }

    /** The whole loop, between these queues; acknowledging is the loop's own affair. */
    public static <I, O> Service<I, O> loop(String name, BlockingQueue<I> in, BlockingQueue<O> out, Body<I, O> body) {
        return new Service<>(name, in, out, false, self -> () -> body.run(self));
    }

    /** As {@link #loop(String, BlockingQueue, BlockingQueue, Body)}, with queues of its own making: {@link #in} and {@link #out}. */
    public static <I, O> Service<I, O> loop(String name, Body<I, O> body) {
        var in = new AckQueue<I>();
        var out = new AckQueue<O>();
        return new Service<>(name, in, out, false, self -> () -> body.run(self), in, out);
    }

    /**
     * So many messages are worked on at a time, and yet they leave, and are acknowledged, in the order in which they came. Default one.
     *
     * @throws IllegalStateException when it was started, or is a source or a loop, whose work is not divisible
     */
    public Service<I, O> workersInOrder(int workers) {
        setWorkers(workers);
        inOrder = workers > 1;
        return this;
    }

    /**
     * So many messages are worked on at a time, and each leaves when it is ready. Default one.
     *
     * @throws IllegalStateException when it was started, or is a source or a loop, whose work is not divisible
     */
    public Service<I, O> workersInAnyOrder(int workers) {
        setWorkers(workers);
        inOrder = false;
        return this;
    }

    private void setWorkers(int workers) {
        checkNew();
        if (workers < 1) {
            throw new IllegalArgumentException(workers + " workers for service " + name);
        }
        if (!shareable) {
            throw new IllegalStateException("service " + name + " is no map and no sink: its work can't be divided between " + workers + " workers");
        }
        this.workers = workers;
    }

    /**
     * Asked before each message, and every 50 ms while there is none; true ends the service, by which nothing is interrupted. A loop asks
     * itself: {@link #stopping}. Default never.
     */
    public Service<I, O> stop(BooleanSupplier stop) {
        checkNew();
        this.stop = Objects.requireNonNull(stop);
        return this;
    }

    /** Events that it shares with others, by name; adds to those that it has. */
    public Service<I, O> events(Map<String, Event> events) {
        checkNew();
        this.events.putAll(events);
        return this;
    }

    /**
     * What becomes of a message whose work has failed; default {@link Verdict#SKIP} for all. Not asked about an {@link Error}, which ends the
     * service, nor for a loop.
     */
    public Service<I, O> onFailure(OnFailure<? super I> onFailure) {
        checkNew();
        this.onFailure = Objects.requireNonNull(onFailure);
        return this;
    }

    /** Where it logs; default the system logger {@code dev.weft.queue}, which links and services share. The original's {@code logger}. */
    public Service<I, O> logger(System.Logger logger) {
        checkNew();
        this.log = SafeLog.of(logger);
        return this;
    }

    /**
     * Begins, on threads of its own.
     *
     * @throws IllegalStateException when it was started, or shut down, before
     */
    public Service<I, O> start() {
        crew.start(workers, task());
        return this;
    }

    /**
     * Does the work on this thread, the first of its workers, and returns when it has ended. An interrupt, which stays set, ends it.
     *
     * @throws IllegalStateException when it was started, or shut down, before
     */
    public void run() {
        crew.run(workers, task());
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
     */
    public void join() {
        crew.join();
    }

    /**
     * Works on what is in its input, takes no more once that is empty, and ends; a source is not asked any more, and a loop has to ask
     * {@link #stopping}. At the limit it is shut down.
     *
     * @param limit how long it waits at most
     * @return whether it has ended in time and without a {@link #failure}; within its own work, which it does not wait for, false
     */
    public boolean drain(Duration limit) {
        draining = true;
        if (in instanceof AckQueue<I> own && made.contains(own)) {
            own.end();
        }
        var working = task;
        if (working != null) {
            working.drain();
        }
        if (crew.isOneOfUs()) {
            return false;
        }
        var inTime = !crew.started() || crew.awaitEnd(limit);
        shutdown();
        return inTime && failure().isEmpty();
    }

    /**
     * Drains when the process is asked to stop (SIGTERM, Ctrl-C) or exits otherwise, after the links that messages come from and before those that
     * they leave by, as far as these do the same. After a signal the process exits with 0 when all was drained, otherwise with 128 and the signal's
     * number; a second signal ends it at once.
     *
     * @param limit see {@link #drain}
     */
    public Service<I, O> drainOnExit(Duration limit) {
        var exit = ExitStages.install(ExitStages.Stage.WORK, name + "-exit", () -> drain(limit));
        var before = onExit.getAndSet(exit);
        if (before != null) {
            before.remove();
        }
        whenEnded(exit::remove);
        return this;
    }

    /**
     * Ends it, by an interrupt, whatever it is doing: waiting for a message, for room or for its time, or at work. Returns when it has ended, or
     * 3 s later where the work does not heed interrupts. Where it is the work itself that calls, it returns at once: a sink has then accepted
     * its last message, and what a map still returns is not put. Idempotent; before the start it prevents that.
     */
    public void shutdown() {
        crew.shutdown();
    }

    /** As {@link #shutdown}. */
    @Override
    public void close() {
        shutdown();
    }

    /**
     * A pipeline of this service and the next one.
     *
     * @throws IllegalArgumentException when the next one's input is not this one's output
     */
    public Pipeline then(Service<?, ?> next) {
        return Pipeline.of(this).then(next);
    }

    /** Its name. */
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

    /** The event of this name; not set, where there was none yet. */
    public Event event(String name) {
        return events.computeIfAbsent(name, unknown -> new Event());
    }

    /** Whether it was started and has not ended. */
    public boolean alive() {
        return crew.alive();
    }

    /** Whether it is to end: it was shut down, is drained, or has failed, or its {@link #stop stop} function, which this asks, says so. */
    public boolean stopping() {
        return draining || mustStop();
    }

    boolean draining() {
        return draining;
    }

    /** Whether it takes no other message. */
    boolean mustStop() {
        return crew.ending() || (stop != null && stop.getAsBoolean());
    }

    /** Why it has ended, when that was neither asked for nor the end of its input. */
    public Optional<Throwable> failure() {
        return crew.failure();
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
        return "service " + name + (alive() ? ", at work" : crew.started() ? ", ended" : ", not started");
    }

    SafeLog log() {
        return log;
    }

    /** Whether the next one's input is this one's output. */
    boolean feeds(Service<?, ?> next) {
        return out != null && out == next.in;
    }

    boolean ending() {
        return crew.ending();
    }

    boolean canStop() {
        return stop != null;
    }

    Verdict verdict(I message, Exception failure) throws InterruptedException {
        return onFailure.verdict(message, failure);
    }

    private void checkNew() {
        if (crew.started()) {
            throw new IllegalStateException("service " + name + " was started: its options are set before");
        }
    }
}
