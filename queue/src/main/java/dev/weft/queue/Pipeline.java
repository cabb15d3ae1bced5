package dev.weft.queue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

import dev.weft.net.DrainReport;
import dev.weft.net.LifeState;
import dev.weft.net.TimeSource;
import dev.weft.net.support.ExitStages;
import dev.weft.net.support.Life;
import dev.weft.net.support.Moments;

/**
 * Services one behind the other, as one thing to start, to wait for and to end: what {@link Service#then} makes.
 *
 * <p>When the input of the first one ends (see {@link AckQueue#end}), each ends in its turn and nothing is lost, provided that the queues between
 * them are of the services' own making. {@link #close} doesn't wait for that, unless a service has a {@link Service#grace grace}.
 *
 * <p>Safe for any number of threads.
 */
public final class Pipeline implements AutoCloseable {
    private final List<Service<?, ?>> services;
    /** For the exit of the process; the services have lives of their own. */
    private final Life life;

    private Pipeline(List<Service<?, ?>> services) {
        this.services = services;
        life = new Life(this::toString, TimeSource.system(), failure -> {});
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
     * Starts all, the last one first.
     *
     * @throws IllegalStateException unless all are NEW
     */
    public Pipeline start() {
        services.reversed().forEach(Service::start);
        return this;
    }

    /**
     * Starts all and returns when they have ended; an interrupt, which stays set, ends them. Meanwhile they are drained, each for its
     * {@link Service#grace grace}, when the process is asked to exit, unless {@link #drainOnExit} says otherwise.
     *
     * @throws IllegalStateException unless all are NEW
     * @throws RuntimeException what has ended the first one that failed
     */
    public void run() {
        start();
        var takeBack = life.drainOnExitUnlessInstalled(() -> exitStage(this::closeAll));
        try {
            join();
        } finally {
            takeBack.run();
            if (Thread.currentThread().isInterrupted()) {
                close();
            }
        }
    }

    /**
     * Waits until all have ended; an interrupt, which stays set, ends the waiting.
     *
     * @throws IllegalStateException when they have not been started
     * @throws RuntimeException what has ended the first one that failed, as {@link Service#join} does
     */
    public void join() {
        join(Duration.ZERO);
    }

    /**
     * As {@link #join()}, for so long at most.
     *
     * @param limit for all together; zero means no limit
     * @return false when they have not ended by then
     */
    public boolean join(Duration limit) {
        var until = Moments.limit(time(), Moments.checkLimit("join", limit));
        RuntimeException failure = null;
        for (var service : services) {
            try {
                if (!service.join(left(until))) {
                    return false;
                }
            } catch (RuntimeException e) {
                failure = failure == null ? e : failure;
            }
        }
        if (failure != null) {
            throw failure;
        }
        return true;
    }

    private TimeSource time() {
        return services.getFirst().time();
    }

    /** What is left until the moment, as a limit: of one that has passed, the least there is. */
    private Duration left(long until) {
        if (until == Moments.NEVER) {
            return Duration.ZERO;
        }
        var left = Moments.until(time(), until);
        return left.isZero() ? SingleDrain.AT_ONCE : left;
    }

    /** Where it is in its life: RUNNING as long as one of its services runs, DRAINING when none runs any more but not all have ended. */
    public LifeState state() {
        var states = services.stream().map(Service::state).distinct().toList();
        if (states.size() == 1) {
            return states.getFirst();
        }
        return states.contains(LifeState.RUNNING) ? LifeState.RUNNING : states.contains(LifeState.NEW) ? LifeState.NEW : LifeState.DRAINING;
    }

    /** What its services have done so far together, and what is before them; {@link #services} tells it of each. */
    public ServiceStats stats() {
        var all = services.stream().map(Service::stats).toList();
        return new ServiceStats(all.stream().mapToLong(ServiceStats::processed).sum(), all.stream().mapToLong(ServiceStats::failed).sum(),
                all.stream().mapToInt(ServiceStats::waiting).sum(), all.stream().mapToInt(ServiceStats::threads).sum());
    }

    /** Why the first of them that failed has ended, if one has. */
    public Optional<Throwable> failure() {
        return services.stream().flatMap(service -> service.failure().stream()).findFirst();
    }

    /**
     * Drains the services, the first one first; see {@link Service#drain}.
     *
     * @param limit how long it waits at most, for all together; zero means no limit
     * @return the sum of their reports
     */
    public DrainReport drain(Duration limit) {
        var until = Moments.limit(time(), Moments.checkLimit("drain", limit));
        var reports = new ArrayList<DrainReport>();
        var begun = time().nanoTime();
        for (var service : services) {
            reports.add(service.drain(left(until)));
        }
        return sum(reports, begun);
    }

    private DrainReport sum(List<DrainReport> all, long begun) {
        return new DrainReport(Moments.since(time(), begun), all.stream().mapToInt(DrainReport::finished).sum(),
                all.stream().mapToInt(DrainReport::interrupted).sum(), all.stream().mapToInt(DrainReport::aborted).sum(), List.of());
    }

    /** As {@link #drainOnExit(Duration, Consumer)}, showing nothing. */
    public Pipeline drainOnExit(Duration limit) {
        return drainOnExit(limit, report -> {});
    }

    /**
     * Drains when the process is asked to stop or exits otherwise, then shows the report; see {@link Service#drainOnExit}. The last call counts.
     *
     * @param limit for all together; zero means no limit
     */
    public Pipeline drainOnExit(Duration limit, Consumer<? super DrainReport> show) {
        Moments.checkLimit("drainOnExit", limit);
        life.drainOnExit(() -> exitStage(() -> {
            var report = drain(limit);
            show.accept(report);
            return report;
        }));
        services.getLast().onEnd(life::end);
        return this;
    }

    private Runnable exitStage(Supplier<DrainReport> drain) {
        return ExitStages.install(ExitStages.Stage.WORK, services.getFirst().name() + "-exit",
                () -> drain.get().clean() && failure().isEmpty())::remove;
    }

    private DrainReport closeAll() {
        var begun = time().nanoTime();
        return sum(services.stream().map(Service::drainForGrace).toList(), begun);
    }

    /** Closes all, the first one first; see {@link Service#close}. */
    @Override
    public void close() {
        services.forEach(Service::close);
    }

    @Override
    public String toString() {
        return "pipeline of " + services;
    }
}
