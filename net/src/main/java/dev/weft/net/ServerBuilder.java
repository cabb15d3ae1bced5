package dev.weft.net;

import java.io.IOException;
import java.net.SocketOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import dev.weft.net.serve.PeriodicActions;
import dev.weft.net.spi.Transport;
import dev.weft.net.support.Moments;
import org.jspecify.annotations.Nullable;

/**
 * The settings that stream servers and datagram servers have in common. Setters change the builder and return it; nothing is bound until {@code
 * open}, {@code serve} or {@code listen}. Not for several threads at once.
 *
 * @param <B> the builder's own type
 */
public abstract sealed class ServerBuilder<B extends ServerBuilder<B>> permits StreamBuilder, DatagramBuilder {
    static final String SEQUENTIAL_ADMISSION = "a sequential server admits one at a time, the rest wait in the backlog: give it no admission";
    static final String EVICTING_WORKERS = "the server does not see what its worker processes read and write, so it can't tell which connection"
            + " is idle longest: let the next wait, or reject it";

    final Address address;
    final List<PeriodicActions.Planned> actions = new ArrayList<>();
    final Map<SocketOption<?>, Object> options = new LinkedHashMap<>();
    String name = "server";
    Concurrency concurrency = Concurrency.virtualThreads();
    Deadlines deadlines = Deadlines.defaults();
    Duration grace = Duration.ofSeconds(5);
    boolean daemonThreads;
    ServerObserver observer = new ServerObserver() {};
    TimeSource time = TimeSource.system();
    @Nullable
    Transport transport;

    ServerBuilder(Address address) {
        this.address = address;
    }

    /** This builder, as its own type. */
    abstract B self();

    /** Where it is to listen; port 0 is still 0. */
    public final Address address() {
        return address;
    }

    /** Names the server in logs, events and its threads: {@code name-1}, {@code name-2}, ...; default "server". */
    public final B name(String name) {
        this.name = name;
        return self();
    }

    /** Where handlers run. Default: a virtual thread for each request. */
    public final B concurrency(Concurrency concurrency) {
        this.concurrency = concurrency;
        return self();
    }

    /**
     * The time limits that each connection begins with. Datagram servers use {@link Deadlines#write} only: how long an answer waits
     * while a Unix peer's queue is full, before it is dropped with a {@link java.net.SocketTimeoutException}. Default:
     * {@link Deadlines#defaults}.
     */
    public final B deadlines(Deadlines deadlines) {
        this.deadlines = deadlines;
        return self();
    }

    /**
     * Any of {@link java.net.StandardSocketOptions} and {@link WeftSocketOptions} that its kind of socket knows: SO_REUSEADDR (on for stream
     * servers unless set), TCP_NODELAY (on unless set), SO_REUSEPORT, SO_RCVBUF, SO_BROADCAST, ... Options of connections are set on each
     * connection. {@code open} refuses one that the transport does not know.
     */
    public final <T> B option(SocketOption<T> option, T value) {
        options.put(option, value);
        return self();
    }

    /** Default: the best transport found for the address. */
    public final B transport(Transport transport) {
        this.transport = transport;
        return self();
    }

    /**
     * Adds an action that the serving thread runs at least this often (socketserver's service_actions). What it throws is logged.
     *
     * @throws IllegalArgumentException unless the interval is positive
     */
    public final B every(Duration interval, Runnable action) {
        actions.add(new PeriodicActions.Planned(interval, action));
        return self();
    }

    /**
     * How long {@link Server#close}, and the end of the process, let handlers finish before they are interrupted. Default 5 s; zero means no
     * limit.
     *
     * @throws IllegalArgumentException when it is negative
     */
    public final B grace(Duration grace) {
        this.grace = Moments.checkLimit("grace", grace);
        return self();
    }

    /** {@link Server#close} waits for no handler and ends none (socketserver's daemon_threads). Default: it waits for the grace. */
    public final B daemonThreads() {
        daemonThreads = true;
        return self();
    }

    /** Is told what happens. Default: failures are logged. */
    public final B observer(ServerObserver observer) {
        this.observer = observer;
        return self();
    }

    /** The clock of all its time limits. Default: {@link TimeSource#system}. */
    public final B time(TimeSource time) {
        this.time = time;
        return self();
    }

    /** Makes a server of a socket that is open. */
    interface Making {
        Server server() throws IOException;
    }

    /** To be called before anything is bound. */
    final void checkConcurrency(HandlerSource<?> handlers) {
        if (concurrency instanceof Concurrency.Processes) {
            ProcessConcurrency.check(handlers);
        }
    }

    /** The server made from an open socket; when that fails, the socket is closed. */
    static Server opened(Runnable close, Making make) throws IOException {
        try {
            var server = make.server();
            server.opened();
            return server;
        } catch (IOException | RuntimeException | Error e) {
            close.run();
            throw e;
        }
    }

    static int atLeastOne(int n, String what) {
        if (n < 1) {
            throw new IllegalArgumentException("%s: at least 1 is needed, not %d".formatted(what, n));
        }
        return n;
    }
}
