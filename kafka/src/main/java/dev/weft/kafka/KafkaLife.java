package dev.weft.kafka;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;

import dev.weft.net.TimeSource;
import dev.weft.net.support.Life;
import dev.weft.net.support.Moments;
import dev.weft.net.support.TimedCondition;
import org.jspecify.annotations.Nullable;

/**
 * What the thread that works for a source, a sink or a pipeline and the threads that start, end and observe it tell each other: where it is in its
 * life, whether it must stop at once, whether it is connected, and what failed last. For any thread.
 */
final class KafkaLife {
    private final String name;
    private final Life life;
    private volatile boolean stopping;
    private volatile boolean connected;
    private volatile @Nullable IOException failure;

    KafkaLife(String name, TimeSource time) {
        this.name = name;
        life = new Life(() -> name, time, t -> KafkaLog.endFailed(name, t));
    }

    /** The state machine. */
    Life life() {
        return life;
    }

    TimeSource time() {
        return changed().time();
    }

    /** Signalled when the state changes, when it must stop, and when something else that is waited for on it changes. */
    TimedCondition changed() {
        return life.changed();
    }

    /** It must stop now, whatever is under way. */
    void stop() {
        stopping = true;
        connected = false;
        changed().signal();
    }

    boolean stopping() {
        return stopping;
    }

    /** Ends: by a failure, or as it was told to. */
    void end(@Nullable IOException why) {
        connected = false;
        if (why != null) {
            failure = why;
            life.fail(why);
        }
        life.end();
    }

    /** A broker has answered, or something has succeeded after a failure. */
    void works() {
        if (!connected && !stopping) {
            connected = true;
        }
    }

    boolean connected() {
        return connected;
    }

    /** Records a failure after which it goes on, or ends by itself. */
    void failing(IOException with) {
        failure = with;
    }

    Optional<IOException> failure() {
        return Optional.ofNullable(failure);
    }

    /** Logs a failure, and waits for the pause after which it begins again; it counts as not connected until something succeeds. */
    void pause(IOException told, Throwable cause, Duration pause, BooleanSupplier goesOn) throws InterruptedException {
        failing(told);
        connected = false;
        KafkaLog.retrying(this, cause, pause);
        changed().waitFor(() -> !goesOn.getAsBoolean(), Moments.in(time(), pause));
    }

    @Override
    public String toString() {
        return name;
    }
}
