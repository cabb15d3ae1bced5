package dev.weft.message;

import java.time.Duration;

import dev.weft.net.Backoff;
import dev.weft.net.ConnectionBuilder;
import dev.weft.net.Framing;
import dev.weft.net.ServerBuilder;
import dev.weft.net.TimeSource;
import dev.weft.net.support.Moments;
import org.jspecify.annotations.Nullable;

/**
 * What is set on {@link Messages}, whose methods of the same names say what each part means. Immutable: a connection takes the settings there are
 * when it begins.
 *
 * @param name null when it was not set
 * @param ownTime null when it was not set
 */
record MessageSettings(HookTable hooks, @Nullable String name, Framing<Message> framing, int parallelism, Hook before, Hook after,
        MessagesObserver observer, Backoff retries, Backoff reconnect, Duration heartbeat, Duration grace, @Nullable TimeSource ownTime) {
    private static final int PARALLELISM = 256;
    private static final int RETRIES = 3;
    private static final Duration GRACE = Duration.ofSeconds(5);

    /** The defaults, with these hooks. */
    static MessageSettings with(HookTable hooks) {
        return new MessageSettings(hooks, null, MessageFraming.DEFAULT, PARALLELISM, (m, peer) -> {}, (m, peer) -> {}, new MessagesObserver() {},
                Backoff.fixed(Duration.ZERO).attempts(RETRIES), Backoff.never(), Duration.ZERO, GRACE, null);
    }

    MessageSettings {
        if (parallelism < 1) {
            throw new IllegalArgumentException("parallelism(" + parallelism + "): at least 1 hook must be able to run");
        }
        if (heartbeat.isNegative()) {
            throw new IllegalArgumentException("heartbeat(" + heartbeat + "): an interval must not be negative; Duration.ZERO switches it off");
        }
        Moments.checkLimit("grace", grace);
    }

    /** The clock of waits. */
    TimeSource time() {
        return ownTime == null ? TimeSource.system() : ownTime;
    }

    /** What our end is called. */
    String nameOr(String otherwise) {
        return name == null ? otherwise : name;
    }

    /** Gives a server what it must have of these. */
    void applyTo(ServerBuilder<?> server) {
        if (name != null) {
            server.name(name);
        }
        if (ownTime != null) {
            server.time(ownTime);
        }
    }

    /** Gives a connection what it must have of these. */
    void applyTo(ConnectionBuilder connection) {
        if (ownTime != null) {
            connection.time(ownTime);
        }
    }

    MessageSettings hooks(HookTable table) {
        return new MessageSettings(table, name, framing, parallelism, before, after, observer, retries, reconnect, heartbeat, grace, ownTime);
    }

    MessageSettings name(String text) {
        return new MessageSettings(hooks, text, framing, parallelism, before, after, observer, retries, reconnect, heartbeat, grace, ownTime);
    }

    MessageSettings framing(Framing<Message> wire) {
        return new MessageSettings(hooks, name, wire, parallelism, before, after, observer, retries, reconnect, heartbeat, grace, ownTime);
    }

    MessageSettings parallelism(int most) {
        return new MessageSettings(hooks, name, framing, most, before, after, observer, retries, reconnect, heartbeat, grace, ownTime);
    }

    MessageSettings before(Hook hook) {
        return new MessageSettings(hooks, name, framing, parallelism, hook, after, observer, retries, reconnect, heartbeat, grace, ownTime);
    }

    MessageSettings after(Hook hook) {
        return new MessageSettings(hooks, name, framing, parallelism, before, hook, observer, retries, reconnect, heartbeat, grace, ownTime);
    }

    MessageSettings observer(MessagesObserver told) {
        return new MessageSettings(hooks, name, framing, parallelism, before, after, told, retries, reconnect, heartbeat, grace, ownTime);
    }

    MessageSettings retries(Backoff backoff) {
        return new MessageSettings(hooks, name, framing, parallelism, before, after, observer, backoff, reconnect, heartbeat, grace, ownTime);
    }

    MessageSettings reconnect(Backoff backoff) {
        return new MessageSettings(hooks, name, framing, parallelism, before, after, observer, retries, backoff, heartbeat, grace, ownTime);
    }

    MessageSettings heartbeat(Duration interval) {
        return new MessageSettings(hooks, name, framing, parallelism, before, after, observer, retries, reconnect, interval, grace, ownTime);
    }

    MessageSettings grace(Duration limit) {
        return new MessageSettings(hooks, name, framing, parallelism, before, after, observer, retries, reconnect, heartbeat, limit, ownTime);
    }

    MessageSettings time(TimeSource clock) {
        return new MessageSettings(hooks, name, framing, parallelism, before, after, observer, retries, reconnect, heartbeat, grace, clock);
    }
}
