package dev.weft.net;

import java.io.IOException;
import java.net.SocketOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;

import dev.weft.net.spi.ListenerChannel;
import dev.weft.net.spi.PacketChannel;
import dev.weft.net.spi.SocketSettings;
import dev.weft.net.spi.Transport;
import org.jspecify.annotations.Nullable;

/**
 * A bound server: one type and one lifecycle for TCP, UDP, Unix stream, Unix datagram and in-memory servers (SPEC SS-1 to SS-35).
 *
 * <pre>{@code
 * Server.tcp(9999).serve(c -> c.send(c.readLine().toUpperCase()));   // a whole program
 * }</pre>
 *
 * <p>{@code open} gives a server that is {@link State#OPEN}: bound, its queue filling, nothing served. {@link #serveForever} on a thread of
 * yours, or {@link #start} on one of its own, makes it {@link State#SERVING} until {@link #shutdown} makes it OPEN again. {@link #drain} and
 * {@link #close} lead from either through {@link State#DRAINING} to {@link State#CLOSED}, once. A call that the state forbids throws an
 * {@link IllegalStateException} that names the state; no call waits without a bound for a server that is idle.
 *
 * <p>All methods are for any thread. Inside a handler, and inside an action, a verify or an observer that the serving thread calls,
 * {@code shutdown}, {@code drain} and {@code close} never wait for their own caller.
 */
public final class Server implements AutoCloseable {
    /** Where a server is in its life; before {@code open} it is a builder. */
    public enum State {
        /** Bound; not serving. */
        OPEN,
        /** Its loop, or one handleRequest, is running. */
        SERVING,
        /** Ending: what was begun may finish. */
        DRAINING,
        /** Ended; the address is free. */
        CLOSED
    }

    private final String name;
    private final String transport;
    private final Object handler;
    private final Intake intake;
    private final Requests requests;
    private final Reporter reporter;
    private final Runner runner;
    private final Duration grace;
    private final Lifecycle life;

    private Server(Settings settings, Transport transport, HandlerSource<?> handlers, Runner runner, Function<Server, Intake> intake) {
        name = settings.name;
        this.transport = transport.name();
        handler = handlers.given();
        grace = settings.grace;
        requests = new Requests(settings.time);
        reporter = new Reporter(name, settings.observer);
        this.runner = runner;
        this.intake = intake.apply(this);
        life = new Lifecycle(this, this.intake, requests, runner, reporter, new Actions(settings.actions, settings.time));
    }

    /** A stream server on every interface (socketserver's TCPServer); port 0 picks one. */
    public static Builder tcp(int port) {
        return at(Address.any(port));
    }

    /** A stream server on one interface; "localhost" is 127.0.0.1. */
    public static Builder tcp(String host, int port) {
        return at(Address.of(host, port));
    }

    /** A stream server on a Unix socket (UnixStreamServer). Its file is not removed unless {@link WeftSocketOptions#UNIX_UNLINK} says so. */
    public static Builder unix(Path socket) {
        return at(Address.unix(socket));
    }

    /** A stream server at any address, so that a program or a test can take the transport as a value. */
    public static Builder at(Address address) {
        return new Builder(address);
    }

    /** A datagram server on every interface (UDPServer); port 0 picks one. */
    public static DatagramBuilder udp(int port) {
        return new DatagramBuilder(Address.any(port));
    }

    /** A datagram server on one interface; "localhost" is 127.0.0.1. */
    public static DatagramBuilder udp(String host, int port) {
        return new DatagramBuilder(Address.of(host, port));
    }

    /** A datagram server on a Unix socket (UnixDatagramServer); needs the native transport, without which open refuses (SPEC SS-50). */
    public static DatagramBuilder unixDatagrams(Path socket) {
        return new DatagramBuilder(Address.unix(socket));
    }

    /** A datagram server at any address; the counterpart of {@link #at}. */
    public static DatagramBuilder datagrams(Address address) {
        return new DatagramBuilder(address);
    }

    /**
     * The server whose handler is running on this thread.
     *
     * @throws IllegalStateException outside a handler
     */
    public static Server current() {
        return Request.current().orElseThrow(
                () -> new IllegalStateException("no server's handler is running on thread " + Thread.currentThread().getName())).server();
    }

    /**
     * The same task with {@code Server.current()} and {@link Connection#current} as they are on this thread: for threads that a handler
     * starts. There, as in the handler, closing the server does not wait for its own caller. Outside a handler, the task itself.
     */
    public static Runnable bound(Runnable task) {
        return Request.bound(task);
    }

    /** As the builder named it. */
    public String name() {
        return name;
    }

    /** The address really bound (server_address, SPEC SS-7). */
    public Address address() {
        return intake.address();
    }

    /** Short for {@code address().port()}. */
    public int port() {
        return address().port();
    }

    /** The name of the transport that serves it: {@code epoll}, {@code io_uring}, {@code nio}, {@code memory}, or that of a provider's. */
    public String transport() {
        return transport;
    }

    /** Where it is in its life. */
    public State state() {
        return life.state();
    }

    /** The handler object or class it was opened with (RequestHandlerClass). */
    public Object handler() {
        return handler;
    }

    /** The descriptor of its socket, where the transport has one to show: never on the portable one (SPEC SS-8). */
    public OptionalInt fileno() {
        return state() == State.CLOSED ? OptionalInt.empty() : intake.fileno();
    }

    /** A socket option of the listening or datagram socket. */
    public <T> T option(SocketOption<T> option) throws IOException {
        return intake.option(option);
    }

    /** The connections being served now; empty on a datagram server. */
    public List<Connection> connections() {
        return requests.streams().map(StreamRequest::connection).toList();
    }

    /** The threads it runs now: its loop's, and one for each request being served; a snapshot. The JVM lists no virtual threads itself. */
    public List<Thread> threads() {
        return Stream.concat(life.thread().stream(), requests.threads().stream()).distinct().toList();
    }

    /** Its counters, now. */
    public ServerStats stats() {
        return reporter.tally.snapshot(requests);
    }

    /** The admission in force. */
    public Admission admission() {
        return streams().admission();
    }

    /**
     * Replaces the admission while running; nobody that is in is put out.
     *
     * @throws IllegalStateException on a datagram server and under {@link Concurrency#sequential}; under {@link Concurrency#processes} when it
     *     evicts
     */
    public void admission(Admission admission) {
        if (runner.inline()) {
            throw new IllegalStateException(Settings.SEQUENTIAL_ADMISSION);
        }
        if (admission.past() == Admission.Past.EVICT_IDLEST && runner.elsewhere()) {
            throw new IllegalStateException(Settings.EVICTING_WORKERS);
        }
        streams().admission(admission);
    }

    private StreamIntake streams() {
        if (intake instanceof StreamIntake streams) {
            return streams;
        }
        throw new IllegalStateException("a datagram server admits no connections; its bound is inFlight");
    }

    /**
     * Serves on this thread until {@link #shutdown} or {@link #close}; after a {@link #drain} it returns when that has ended. It returns at
     * once when a shutdown has come since it last served, so that a shutdown racing with it always wins (SPEC SS-12). An interrupt of this
     * thread ends it like a shutdown, and stays set.
     *
     * @throws IllegalStateException unless OPEN
     */
    public void serveForever() {
        life.serveForever();
    }

    /**
     * Serves at most one request (socketserver's handle_request and handle_timeout, SPEC SS-16); unless sequential it returns once the
     * request is handed over, and a close right after it drains: to serve a whole conversation so, be sequential, or wait for its end. A
     * connection that is turned away counts.
     *
     * @param timeout how long to wait for it; zero waits without end
     * @return false when none came in time, or a shutdown came
     * @throws IllegalStateException unless OPEN
     */
    public boolean handleRequest(Duration timeout) {
        return life.handleRequest(timeout);
    }

    /** Serves at most one request, waiting as long as it takes. */
    public void handleRequest() {
        handleRequest(Duration.ZERO);
    }

    /**
     * Serves in the background and returns this server. Its thread keeps the JVM alive until the server is closed or shut down.
     *
     * @throws IllegalStateException unless OPEN
     */
    public Server start() {
        life.start();
        return this;
    }

    /**
     * Ends the loop and returns when it has ended; the port stays bound, and connections already accepted are served on. From inside it only
     * asks. Where no loop runs it returns at once, and the next {@link #serveForever} does too. It waits for the builder's grace at most (at
     * least 1 s): a sequential loop ends with its request, which is then interrupted, and a second later cut off; a verify or an action that
     * blocks the loop longer is left to itself, and the loop ends when it does.
     */
    public void shutdown() {
        life.shutdown(grace);
    }

    /**
     * Accepts what is already queued, stops accepting, lets go the connections that stand between messages, shows
     * {@link Connection#draining} to the rest, waits; at the deadline interrupts, a second later drops the connections; CLOSED when it
     * returns, at most two seconds after the deadline. The first drain wins: a later one, or a close, waits for it and returns its report;
     * from inside a handler it does not wait. TLS handshakes that were begun are work like any other: their own deadline
     * ends the silent ones. On a closed server it returns the last report.
     */
    public DrainReport drain(Duration deadline) {
        return life.drain(deadline, true);
    }

    /**
     * Drains when the process is asked to stop (SIGTERM, Ctrl-C) or exits otherwise, then shows the report. One at a time: the last call counts.
     *
     * <p>After a signal the process exits when all its servers have drained: with 0 when nothing was interrupted, otherwise with 128 and the signal's
     * number. A second signal ends it at once. A signal that the program handles itself stays its own.
     */
    public Server drainOnExit(Duration deadline, Consumer<? super DrainReport> show) {
        life.drainOnExit(deadline, show, null);
        return this;
    }

    /**
     * Drains for the builder's grace (5 s by default); waits for a drain already running, never shortens it; ends a running loop; the port
     * is free when it returns (SPEC SS-8, SS-15, SS-31). With a grace of zero it waits for no handler and ends none (socketserver's
     * daemon_threads). Idempotent.
     */
    @Override
    public void close() {
        life.drain(grace, !grace.isZero());
    }

    /**
     * Has something done once, when the server has ended and before any {@link #close} or {@link #drain} returns, those within handlers but;
     * for what was opened with it. At once when it has ended. What it throws is logged.
     */
    public void onClose(Runnable task) {
        life.onClose(task);
    }

    @Override
    public String toString() {
        return "%s at %s, %s, %d active".formatted(name, address(), state(), requests.size());
    }

    /** How a stream server will be; nothing is bound until {@code open}, {@code serve} or {@code listen}. Not for several threads at once. */
    public static final class Builder {
        private final Settings settings = new Settings("server");
        private final Address address;
        private @Nullable Admission admission;
        private Deadlines deadlines = Deadlines.defaults();
        private @Nullable Tls tls;
        private int backlog = 4_096;
        private Predicate<? super Connection> verify = c -> true;

        private Builder(Address address) {
            this.address = address;
        }

        /** Where it is to listen; port 0 is still 0. */
        public Address address() {
            return address;
        }

        /** Names the server in logs, events and its threads: {@code name-1}, {@code name-2}, ...; default "server". */
        public Builder name(String name) {
            settings.name = name;
            return this;
        }

        /** Default: virtual threads. */
        public Builder concurrency(Concurrency concurrency) {
            settings.concurrency = concurrency;
            return this;
        }

        /**
         * Default: 10,000 connections, or as many as there are worker processes; then wait. Not together with
         * {@link Concurrency#sequential}, whose waiting room is the backlog.
         */
        public Builder admission(Admission admission) {
            this.admission = admission;
            return this;
        }

        /** What each connection begins with; default {@link Deadlines#defaults}. */
        public Builder deadlines(Deadlines deadlines) {
            this.deadlines = deadlines;
            return this;
        }

        /** Every connection's handshake is done on its own request thread before its handler runs; default: no TLS. */
        public Builder tls(Tls tls) {
            this.tls = tls;
            return this;
        }

        /**
         * Any of java.net.StandardSocketOptions and {@link WeftSocketOptions}: SO_REUSEADDR (on unless set), TCP_NODELAY (on unless set),
         * SO_REUSEPORT, SO_RCVBUF, ...; those that belong to a connection are set on each. One that the transport does not know is refused
         * when the server is opened.
         */
        public <T> Builder option(SocketOption<T> option, T value) {
            settings.options.put(option, value);
            return this;
        }

        /** listen(2)'s queue (request_queue_size); default 4,096, as far as the system allows. */
        public Builder backlog(int connections) {
            backlog = connections;
            return this;
        }

        /** Default: the best transport found for the address. */
        public Builder transport(Transport transport) {
            settings.transport = transport;
            return this;
        }

        /**
         * socketserver's verify_request: false closes the connection before any handler runs; so does an exception, which is reported. Called
         * on the serving thread: it must be quick.
         */
        public Builder verify(Predicate<? super Connection> verify) {
            this.verify = verify;
            return this;
        }

        /** socketserver's service_actions: runs on the serving thread, at least this often. What it throws is logged. May be called again. */
        public Builder every(Duration interval, Runnable action) {
            settings.actions.add(new Actions.Planned(interval, action));
            return this;
        }

        /** How long {@link Server#close} lets handlers finish; default 5 s, zero is socketserver's daemon_threads. */
        public Builder grace(Duration grace) {
            settings.grace = grace;
            return this;
        }

        /** Default: failures are logged. */
        public Builder observer(ServerObserver observer) {
            settings.observer = observer;
            return this;
        }

        /** Default: {@link TimeSource#system}. */
        public Builder time(TimeSource time) {
            settings.time = time;
            return this;
        }

        /**
         * Binds; one handler object serves every connection.
         *
         * @throws java.net.BindException when the address can't be had, saying which and why; nothing is left open (SPEC SS-4)
         * @throws UnsupportedOperationException when the address, an option or the concurrency needs a transport that is not there
         * @throws IllegalArgumentException when the parts don't fit: a {@link RequestHandler} object, any object for worker processes,
         *     sequential with an admission, worker processes with one that evicts
         */
        public Server open(Handler handler) throws IOException {
            return open(HandlerSource.of(handler));
        }

        /**
         * As {@link #open(Handler)}; each connection gets its own object of this class (SPEC SS-40): static or top-level, with a constructor
         * without arguments; needed for worker processes.
         */
        public Server open(Class<? extends Handler> handler) throws IOException {
            return open(HandlerSource.<Handler>of(handler));
        }

        /**
         * A whole program: opens, serves on this thread, and drains for the grace when shut down or asked to exit (SIGTERM, Ctrl-C), with the
         * exit codes of {@link Server#drainOnExit}. What the caller does after it has a second before the process exits.
         */
        public void serve(Handler handler) throws IOException {
            settings.serve(open(handler));
        }

        /** As {@link #serve(Handler)}, with an object of this class each. */
        public void serve(Class<? extends Handler> handler) throws IOException {
            settings.serve(open(handler));
        }

        /** Binds, without a handler: the caller accepts. Admission, verify, concurrency and actions have no part in it. */
        public Acceptor listen() throws IOException {
            if (tls != null) {
                tls.check();
            }
            return new Acceptor(transport().listen(address, socketSettings()), deadlines, Optional.ofNullable(tls), settings.time);
        }

        private Server open(HandlerSource<Handler> handlers) throws IOException {
            if (admission != null && settings.concurrency instanceof Concurrency.Sequential) {
                throw new IllegalArgumentException(Settings.SEQUENTIAL_ADMISSION);
            }
            if (tls != null) {
                tls.check();
            }
            settings.checkConcurrency(handlers);
            if (admission != null && admission.past() == Admission.Past.EVICT_IDLEST && settings.concurrency instanceof Concurrency.Processes) {
                throw new IllegalArgumentException(Settings.EVICTING_WORKERS);
            }
            var by = transport();
            var listener = by.listen(address, socketSettings());
            return settings.opened(listener::close, () -> {
                if (settings.concurrency instanceof Concurrency.Processes processes) {
                    var workers = Workers.ofStreams(settings.name, listener.local(), handlers, processes, deadlines, settings.time);
                    return server(by, listener, workers.connections(), workers.runner(settings.name), processes.workers());
                }
                return server(by, listener, handlers, Runner.of(settings.concurrency, settings.name), 10_000);
            });
        }

        private Server server(Transport by, ListenerChannel listener, HandlerSource<Handler> handlers, Runner runner, int most) {
            var admits = admission == null ? Admission.waiting(most) : admission;
            return new Server(settings, by, handlers, runner, server -> new StreamIntake(server, listener, handlers, verify, admits, deadlines,
                    Optional.ofNullable(tls), settings.time, server.requests, server.reporter, server.runner));
        }

        private Transport transport() {
            return Transports.streams(address, Optional.ofNullable(settings.transport));
        }

        private SocketSettings socketSettings() {
            return new SocketSettings(settings.options, backlog, Optional.empty());
        }
    }

    /** How a datagram server will be; nothing is bound until {@code open} or {@code serve}. Not for several threads at once. */
    public static final class DatagramBuilder {
        private final Settings settings = new Settings("server");
        private final Address address;
        private int inFlight = 1_000;
        private int maxPacketSize = 8_192;
        private Deadlines deadlines = Deadlines.defaults();
        private Predicate<? super Datagram> verify = d -> true;

        private DatagramBuilder(Address address) {
            this.address = address;
        }

        /** Names the server in logs, events and its threads: {@code name-1}, {@code name-2}, ...; default "server". */
        public DatagramBuilder name(String name) {
            settings.name = name;
            return this;
        }

        /** Default: virtual threads. */
        public DatagramBuilder concurrency(Concurrency concurrency) {
            settings.concurrency = concurrency;
            return this;
        }

        /** Requests in flight; the rest are dropped and counted. Default 1,000. */
        public DatagramBuilder inFlight(int requests) {
            inFlight = Settings.atLeastOne(requests, "requests in flight");
            return this;
        }

        /** Longer datagrams are cut, and say so. Default 8,192 bytes, as in socketserver; 65,535 at most. */
        public DatagramBuilder maxPacketSize(int bytes) {
            if (bytes > 65_535) {
                throw new IllegalArgumentException("no datagram is longer than 65,535 bytes, so none of " + bytes);
            }
            maxPacketSize = Settings.atLeastOne(bytes, "bytes a packet");
            return this;
        }

        /**
         * A datagram knows one of them only, {@link Deadlines#write}: how long an answer waits for a peer that takes nothing, as a Unix one
         * whose queue is full, before it is dropped with a {@link java.net.SocketTimeoutException}. Default {@link Deadlines#defaults}: 30 s.
         */
        public DatagramBuilder deadlines(Deadlines deadlines) {
            this.deadlines = deadlines;
            return this;
        }

        /** Any of java.net.StandardSocketOptions that datagram sockets know: SO_RCVBUF, SO_BROADCAST, ... */
        public <T> DatagramBuilder option(SocketOption<T> option, T value) {
            settings.options.put(option, value);
            return this;
        }

        /** Default: the best transport found for the address. */
        public DatagramBuilder transport(Transport transport) {
            settings.transport = transport;
            return this;
        }

        /** socketserver's verify_request: false, or an exception, drops the datagram. */
        public DatagramBuilder verify(Predicate<? super Datagram> verify) {
            this.verify = verify;
            return this;
        }

        /** socketserver's service_actions: runs on the serving thread, at least this often. */
        public DatagramBuilder every(Duration interval, Runnable action) {
            settings.actions.add(new Actions.Planned(interval, action));
            return this;
        }

        /** How long {@link Server#close} lets handlers finish; default 5 s, zero is socketserver's daemon_threads. */
        public DatagramBuilder grace(Duration grace) {
            settings.grace = grace;
            return this;
        }

        /** Default: failures are logged. */
        public DatagramBuilder observer(ServerObserver observer) {
            settings.observer = observer;
            return this;
        }

        /** Default: {@link TimeSource#system}. */
        public DatagramBuilder time(TimeSource time) {
            settings.time = time;
            return this;
        }

        /** Binds; one handler object serves every datagram. Throws as {@link Builder#open(Handler)} does. */
        public Server open(DatagramHandler handler) throws IOException {
            return open(HandlerSource.of(handler));
        }

        /** Binds; each datagram gets its own object of this class: static or top-level, with a constructor without arguments. */
        public Server open(Class<? extends DatagramHandler> handler) throws IOException {
            return open(HandlerSource.<DatagramHandler>of(handler));
        }

        /** A whole program: as {@link Builder#serve(Handler)}, for datagrams. */
        public void serve(DatagramHandler handler) throws IOException {
            settings.serve(open(handler));
        }

        /** As {@link #serve(DatagramHandler)}, with an object of this class each. */
        public void serve(Class<? extends DatagramHandler> handler) throws IOException {
            settings.serve(open(handler));
        }

        private Server open(HandlerSource<DatagramHandler> handlers) throws IOException {
            settings.checkConcurrency(handlers);
            var transport = Transports.datagrams(address, Optional.ofNullable(settings.transport));
            var channel = transport.bind(address, new SocketSettings(settings.options, 0, Optional.empty()));
            return settings.opened(channel::close, () -> {
                if (settings.concurrency instanceof Concurrency.Processes processes) {
                    var workers = Workers.ofPackets(settings.name, channel, handlers, processes, deadlines, maxPacketSize, settings.time);
                    return server(transport, channel, workers.datagrams(), workers.runner(settings.name));
                }
                return server(transport, channel, handlers, Runner.of(settings.concurrency, settings.name));
            });
        }

        private Server server(Transport by, PacketChannel channel, HandlerSource<DatagramHandler> handlers, Runner runner) {
            return new Server(settings, by, handlers, runner, server -> new PacketIntake(server, channel, handlers, verify, inFlight, maxPacketSize,
                    deadlines.write(), server.requests, server.reporter, server.runner));
        }
    }

    /** What both builders set. */
    private static final class Settings {
        static final String SEQUENTIAL_ADMISSION = "a sequential server admits one at a time, the rest wait in the backlog: give it no admission";
        static final String EVICTING_WORKERS = "the server does not see what its worker processes read and write, so it can't tell which connection"
                + " is idle longest: let the next wait, or reject it";

        String name;
        Concurrency concurrency = Concurrency.virtualThreads();
        Duration grace = Duration.ofSeconds(5);
        ServerObserver observer = new ServerObserver() {};
        TimeSource time = TimeSource.system();
        @Nullable
        Transport transport;
        final List<Actions.Planned> actions = new ArrayList<>();
        final Map<SocketOption<?>, Object> options = new LinkedHashMap<>();

        Settings(String name) {
            this.name = name;
        }

        interface Making {
            Server server() throws IOException;
        }

        static int atLeastOne(int n, String what) {
            if (n < 1) {
                throw new IllegalArgumentException(n + " " + what);
            }
            return n;
        }

        /** Before anything is bound. */
        void checkConcurrency(HandlerSource<?> handlers) {
            if (concurrency instanceof Concurrency.Processes) {
                Workers.check(handlers);
            }
        }

        /** The server made from a socket that stands; when that fails the socket is closed. */
        Server opened(Runnable close, Making make) throws IOException {
            try {
                var server = make.server();
                server.reporter.opened(server);
                return server;
            } catch (IOException | RuntimeException | Error e) {
                close.run();
                throw e;
            }
        }

        void serve(Server server) {
            try (server) {
                server.life.drainOnExit(grace, r -> {}, Thread.currentThread());
                server.serveForever();
            } catch (IllegalStateException e) {
                if (server.state() == State.OPEN || server.state() == State.SERVING) {
                    throw e;
                }
                // Asked to exit between the two: it is drained, and all is done.
            }
        }
    }
}
