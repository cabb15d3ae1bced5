package dev.weft.net.serve;

import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.weft.net.TimeSource;
import dev.weft.net.support.ExitHook;
import dev.weft.net.support.TimedCondition;
import org.jspecify.annotations.Nullable;

/** The requests of one server that have not ended; ended ones are not kept (SPEC SS-32). */
public final class RunningRequests {
    private final Set<Request> running = ConcurrentHashMap.newKeySet();
    private final LongAdder ended = new LongAdder();
    private final TimeSource time;
    private final TimedCondition gate;
    private volatile @Nullable Object owner;

    /** None runs yet. */
    public RunningRequests(TimeSource time) {
        this.time = time;
        gate = new TimedCondition(time);
    }

    /** Sets the server that they belong to, once that is complete; before, none runs. */
    public void owner(Object server) {
        owner = server;
    }

    /** The server that they belong to. */
    public Object owner() {
        return Objects.requireNonNull(owner);
    }

    /** The server's clock. */
    public TimeSource time() {
        return time;
    }

    /** One has begun. */
    public void add(Request request) {
        running.add(request);
    }

    void remove(Request request) {
        if (running.remove(request)) {
            ended.increment();
            gate.signal();
        }
    }

    /** How many there are. */
    public int size() {
        return running.size();
    }

    /** How many have ended. */
    public long ended() {
        return ended.sum();
    }

    /** Those on other threads than this. */
    List<Request> others() {
        return running.stream().filter(r -> !r.runsHere()).toList();
    }

    /** All of them, as they are now. */
    public Stream<Request> stream() {
        return running.stream();
    }

    /** The threads they run on. */
    public List<Thread> threads() {
        return running.stream().flatMap(r -> r.thread().stream()).toList();
    }

    /** Those on other threads than this that are inside {@code System.exit}: they end with the JVM. */
    Set<Request> exiting() {
        return others().stream().filter(r -> r.thread().filter(ExitHook::exiting).isPresent()).collect(Collectors.toSet());
    }

    /** Waits until none of others' is left but these, for so long at most. */
    boolean awaitOthersBut(Set<Request> these, long moment) {
        return gate.await(() -> these.containsAll(others()), moment);
    }

    /** Waits until none of these is left, for so long at most; returns those that are. */
    List<Request> await(Collection<Request> these, long moment) {
        gate.await(() -> these.stream().noneMatch(running::contains), moment);
        return these.stream().filter(running::contains).toList();
    }
}
