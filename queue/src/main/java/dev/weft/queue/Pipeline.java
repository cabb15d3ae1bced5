package dev.weft.queue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import dev.weft.net.support.ExitStages;

/**
 * Services one behind the other, as one thing to start, to wait for and to shut down: what {@link Service#then} makes.
 *
 * <p>When the input of the first one ends (see {@link AckQueue#end}), each ends in its turn and nothing is lost, provided that the queues between
 * them are of the services' own making. {@link #shutdown} doesn't wait for that.
 *
 * <p>Safe for any number of threads.
 */
public final class Pipeline implements AutoCloseable {
    private final List<Service<?, ?>> services;

    private Pipeline(List<Service<?, ?>> services) {
        this.services = services;
    }

    static Pipeline of(Service<?, ?> first) {
        return new Pipeline(List.of(first));
    }

    /**
     * A pipeline with another service behind the last one.
     *
     * @throws IllegalArgumentException when the service does not take its messages from where the last one puts them
     */
    public Pipeline then(Service<?, ?> next) {
        var last = services.getLast();
        if (!last.feeds(next)) {
            throw new IllegalArgumentException("the input of service " + next.name() + " is not the output of service " + last.name()
                    + ": give it " + last.name() + "'s out()");
        }
        var all = new ArrayList<>(services);
        all.add(next);
        return new Pipeline(List.copyOf(all));
    }

    /** The services, in the order in which messages pass them. */
    public List<Service<?, ?>> services() {
        return services;
    }

    /**
     * Starts them all, the last one first.
     *
     * @throws IllegalStateException when one was started before
     */
    public Pipeline start() {
        services.reversed().forEach(Service::start);
        return this;
    }

    /**
     * Waits until all have ended; an interrupt, which stays set, ends the waiting.
     *
     * @throws IllegalStateException when they have not been started
     */
    public void join() {
        services.forEach(Service::join);
    }

    /** Whether all are at work. */
    public boolean alive() {
        return services.stream().allMatch(Service::alive);
    }

    /** Why the first of them that failed has ended, if one has. */
    public Optional<Throwable> failure() {
        return services.stream().flatMap(service -> service.failure().stream()).findFirst();
    }

    /**
     * Drains the services, the first one first; see {@link Service#drain}.
     *
     * @param limit how long it waits at most, for all together
     * @return whether all have ended in time and without a failure
     */
    public boolean drain(Duration limit) {
        var begun = System.nanoTime();
        var clean = true;
        for (var service : services) {
            clean &= service.drain(Duration.ofNanos(Math.max(0, Waits.nanos(limit) - (System.nanoTime() - begun))));
        }
        return clean;
    }

    /**
     * Drains when the process is asked to stop or exits otherwise; see {@link Service#drainOnExit}.
     *
     * @param limit for all together
     */
    public Pipeline drainOnExit(Duration limit) {
        var exit = ExitStages.install(ExitStages.Stage.WORK, services.getFirst().name() + "-exit", () -> drain(limit));
        services.getLast().whenEnded(exit::remove);
        return this;
    }

    /** Shuts all down, the first one first; see {@link Service#shutdown}. */
    public void shutdown() {
        services.forEach(Service::shutdown);
    }

    /** As {@link #shutdown}. */
    @Override
    public void close() {
        shutdown();
    }

    @Override
    public String toString() {
        return "pipeline of " + services;
    }
}
