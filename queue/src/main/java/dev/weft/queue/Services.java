package dev.weft.queue;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;

import org.jspecify.annotations.Nullable;

/** Makes services: one for each kind of work that stands between two queues. */
public final class Services {
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

    private Services() {}

    private static <I, O> Service<I, O> pump(String name, BlockingQueue<I> in, @Nullable BlockingQueue<O> out, Stage<? super I, ? extends O> stage,
            AckQueue<?>... made) {
        return new Service<>(name, in, out, true, self -> new Pump<>(self, ServiceInput.of(in, self.time()), stage, out, self.inOrder()), made);
    }

    /** One message in, one out, or none when the stage returns null. */
    public static <I, O> Service<I, O> map(String name, BlockingQueue<I> in, BlockingQueue<O> out, Stage<? super I, ? extends O> stage) {
        return pump(name, in, out, stage);
    }

    /** As {@link #map(String, BlockingQueue, BlockingQueue, Stage)}, with an output queue of its own making: {@link Service#out}. */
    public static <I, O> Service<I, O> map(String name, BlockingQueue<I> in, Stage<? super I, ? extends O> stage) {
        var out = new AckQueue<O>();
        return pump(name, in, out, stage, out);
    }

    /** As {@link #map(String, BlockingQueue, BlockingQueue, Stage)}, with queues of its own making: {@link Service#in} and {@link Service#out}. */
    public static <I, O> Service<I, O> map(String name, Stage<? super I, ? extends O> stage) {
        var in = new AckQueue<I>();
        var out = new AckQueue<O>();
        return pump(name, in, out, stage, in, out);
    }

    /** Messages in. */
    public static <I> Service<I, Void> sink(String name, BlockingQueue<I> in, Sink<? super I> sink) {
        return pump(name, in, null, taker(sink));
    }

    /** As {@link #sink(String, BlockingQueue, Sink)}, with an input queue of its own making: {@link Service#in}. */
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

    /** As {@link #source(String, BlockingQueue, Duration, Callable)}, with an output queue of its own making: {@link Service#out}. */
    public static <O> Service<Void, O> source(String name, Duration interval, Callable<? extends O> source) {
        var out = new AckQueue<O>();
        return source(name, out, interval, source, out);
    }

    private static <O> Service<Void, O> source(String name, BlockingQueue<O> out, Duration interval, Callable<? extends O> source,
            AckQueue<?>... made) {
        if (interval.isNegative()) {
            throw new IllegalArgumentException("interval(" + interval + "): service " + name + " needs zero or more");
        }
        Stage<Void, O> asked = tick -> source.call();
        return new Service<>(name, null, out, false, self -> new Pump<>(self, new ServiceInput.Ticks(interval, self.time()), asked, out, false),
                made);
    }

    /** The whole loop; the service ends when it returns. What it throws is the service's {@link Service#failure}. */
    public static Service<Void, Void> loop(String name, Loop loop) {
        return new Service<>(name, null, null, false, self -> loop::run);
    }

    /** The whole loop, between these queues; acknowledging is up to the loop. */
    public static <I, O> Service<I, O> loop(String name, BlockingQueue<I> in, BlockingQueue<O> out, Body<I, O> body) {
        return new Service<>(name, in, out, false, self -> () -> body.run(self));
    }

    /** As {@link #loop(String, BlockingQueue, BlockingQueue, Body)}, with queues of its own making: {@link Service#in} and {@link Service#out}. */
    public static <I, O> Service<I, O> loop(String name, Body<I, O> body) {
        var in = new AckQueue<I>();
        var out = new AckQueue<O>();
        return new Service<>(name, in, out, false, self -> () -> body.run(self), in, out);
    }
}
