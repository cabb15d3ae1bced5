package dev.weft.rpc;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.Consumer;

import dev.weft.net.Address;
import dev.weft.net.DrainReport;
import dev.weft.net.LifeState;
import dev.weft.net.TimeSource;
import dev.weft.net.Tls;
import dev.weft.net.support.Life;
import org.jspecify.annotations.Nullable;

/**
 * A gRPC server for any gRPC client in any language; each call runs on a virtual thread of its own. The verbs are those of
 * {@link dev.weft.net.Server} (SPEC RPC-3, RPC-10 to RPC-12).
 *
 * {@snippet :
 * RpcServer.tcp(50051).serve(new Routes());     // a whole program; Routes implements the generated interface RouteGuide
 * }
 *
 * <p>It is bound when it is opened, and serves once, from {@link #start} or {@link #run} until it is closed; until then connections wait. Safe
 * limits are on unless set otherwise: 1,000 calls at once and 100 a connection, 10,000 connections (then they wait), messages of 4 MiB, headers of
 * 8 KiB, 200 streams in 30 s a connection that are reset as soon as they began, 10 s for a handshake. All methods are for any thread.
 */
public final class RpcServer implements AutoCloseable {
    private final Listening listening;
    private final Serving serving;
    private final Duration grace;
    private final Duration requestTimeout;
    private final @Nullable Health health;
    private final Life life;
    private final Ending ending;

    private RpcServer(Listening listening, Serving serving, Duration grace, Duration requestTimeout, @Nullable Health health) {
        this.listening = listening;
        this.serving = serving;
        this.grace = grace;
        this.requestTimeout = requestTimeout;
        this.health = health;
        life = new Life(() -> "rpc server at " + listening.address(), serving.time(), e -> RpcLog.closeFailed("the server", e));
        ending = new Ending(life, listening, serving, health);
    }

    /** A server on every interface (the document's {@code add_insecure_port("[::]:50051")}); port 0 picks one. gRPC's own port is 50051. */
    public static Builder tcp(int port) {
        return at(Address.any(port));
    }

    /** A server on one interface; "localhost" is 127.0.0.1. */
    public static Builder tcp(String host, int port) {
        return at(Address.of(host, port));
    }

    /**
     * A server on a Unix socket. A file that a killed server has left, and at which nobody listens, is replaced; any other is an error. The server
     * removes its own file when it ends, unless another one has taken its place.
     */
    public static Builder unix(Path socket) {
        return at(Address.unix(socket));
    }

    /** A server at any address; {@link Address#memory} is one within this JVM, for tests: all as ever, but no socket. */
    public static Builder at(Address address) {
        return new Builder(address);
    }

    /** The address really bound. */
    public Address address() {
        return listening.address();
    }

    /** Short for {@code address().port()}. */
    public int port() {
        return address().port();
    }

    /** Its counters, now. */
    public RpcStats stats() {
        return serving.stats(listening.connections());
    }

    /** The calls being served now. */
    public List<Call> calls() {
        return serving.calls().stream().<Call>map(ServedCall::call).toList();
    }

    /** The threads that run services' methods now; a snapshot. The JVM lists no virtual threads itself. */
    public List<Thread> threads() {
        var threads = new ArrayList<Thread>();
        for (var call : serving.calls()) {
            var thread = call.thread();
            if (thread != null) {
                threads.add(thread);
            }
        }
        return threads;
    }

    /**
     * What the health service tells.
     *
     * @throws IllegalStateException unless the builder was told to have one
     */
    public Health health() {
        if (health == null) {
            throw new IllegalStateException("the server at " + address() + " has no health service; call health() on its builder");
        }
        return health;
    }

    /** Where it is in its life. */
    public LifeState state() {
        return life.state();
    }

    /**
     * Serves in the background, and returns this server; the JVM lives until it has ended.
     *
     * @throws IllegalStateException unless NEW: a second start does not exist
     */
    public RpcServer start() {
        begin("start");
        return this;
    }

    /**
     * Serves until it has ended. Meanwhile it drains for the builder's grace when the process is asked to exit (SIGTERM, Ctrl-C), unless
     * {@link #drainOnExit} says otherwise. An interrupt of this thread closes it, and stays set.
     *
     * @throws IllegalStateException unless NEW
     */
    public void run() {
        begin("run");
        awaitEnd();
    }

    private void awaitEnd() {
        var takeBack = ending.onExitUnlessInstalled(grace, Thread.currentThread());
        try {
            join();
        } finally {
            takeBack.run();
            close();
        }
    }

    private void begin(String call) {
        life.begin(call);
        ending.endSilent(requestTimeout);
        listening.accept();
        Thread.ofPlatform().name("rpc-server").start(life::join); // keeps the JVM alive, which the transport's threads don't
    }

    /** Waits until the server has ended (the document's {@code wait_for_termination}). An interrupt of this thread ends the wait, and stays set. */
    public void join() {
        life.join();
    }

    /**
     * As {@link #join()}, for so long at most (SPEC RPC-12, where true and false are the other way round).
     *
     * @param limit zero means no limit
     * @return false when it has not ended by then
     */
    public boolean join(Duration limit) {
        return life.join(notNegative("join", limit));
    }

    /**
     * Refuses new calls at once, lets those that run finish until the limit, then tells their clients UNAVAILABLE "Cancelling all calls" and
     * interrupts their threads; a second later it ends without those that have not ended even then, which the report names (the document's
     * {@code stop(grace)}). The report counts calls. The first drain wins: a later one, or a close, waits for it and returns its report; within a
     * service's method it does not wait, and the report is of what was so far. An interrupt does not end the wait, and stays set.
     *
     * @param limit zero means no limit
     */
    public DrainReport drain(Duration limit) {
        return ending.drain(notNegative("drain", limit), Call.isServedBy(serving));
    }

    /** As {@link #drainOnExit(Duration, Consumer)}, and shows the report to nobody. */
    public RpcServer drainOnExit(Duration limit) {
        return drainOnExit(limit, shown -> {});
    }

    /**
     * Drains when the process is asked to stop (SIGTERM, Ctrl-C) or exits otherwise, then shows the report. The last call counts.
     *
     * <p>After a signal the process exits when all that drains has drained: with 0 when nothing was interrupted, otherwise with 128 and the signal's
     * number. A second signal ends it at once. A call that calls {@code System.exit} itself is not waited for.
     */
    public RpcServer drainOnExit(Duration limit, Consumer<? super DrainReport> show) {
        ending.onExit(notNegative("drainOnExit", limit), show, null);
        return this;
    }

    /** Drains for the builder's grace (5 s by default). Idempotent. */
    @Override
    public void close() {
        drain(grace);
    }

    private static Duration notNegative(String method, Duration limit) {
        if (limit.isNegative()) {
            throw new IllegalArgumentException("%s(%s): it must not be negative; zero means no limit".formatted(method, limit));
        }
        return limit;
    }

    @Override
    public String toString() {
        return "rpc server at " + address() + ", " + state() + ", " + serving.active() + " active";
    }

    /** How a server will be; nothing is bound until {@code open}, {@code start} or {@code serve}. Not for several threads at once. */
    public static final class Builder {
        final Address address;
        @Nullable
        Tls tls;
        int maxConnections = 10_000;
        int maxCallsPerConnection = 100;
        int maxResets = 200;
        Duration resetWindow = Duration.ofSeconds(30);
        int maxMessageSize = 4 * 1024 * 1024;
        int maxHeaderSize = 8 * 1024;
        Duration handshake = Duration.ofSeconds(10);
        @Nullable
        Duration keepAlive;
        Duration keepAliveTimeout = Duration.ofSeconds(20);
        Duration leastPing = RpcClient.LEAST_SILENCE;
        boolean pingsWithoutCalls;
        @Nullable
        Duration maxAge;
        Duration maxAgeGrace = Duration.ofSeconds(5);
        Duration maxIdle = Duration.ofMinutes(30);
        @Nullable
        String compression;
        boolean reflection;
        boolean channelz;
        @Nullable
        Telemetry telemetry;
        private int maxCalls = 1_000;
        private int handlerLimit;
        private Duration requestTimeout = Duration.ofSeconds(30);
        private boolean health;
        private boolean showFailures;
        private Duration grace = Duration.ofSeconds(5);
        TimeSource time = TimeSource.system();
        private RpcObserver observer = new RpcObserver() {};
        private final List<ServerInterceptor> interceptors = new ArrayList<>();

        private Builder(Address address) {
            this.address = address;
        }

        /** Speaks TLS with this certificate; default: none. */
        public Builder tls(Path chain, Path key) {
            return tls(Tls.server(chain, key));
        }

        /** Speaks TLS; {@code Tls.server(chain, key).requireClients(authorities)} asks clients for certificates, too. */
        public Builder tls(Tls tls) {
            this.tls = tls;
            return this;
        }

        /** Calls at once; the next is told RESOURCE_EXHAUSTED (SPEC RPC-10). Default 1,000. */
        public Builder maxCalls(int calls) {
            maxCalls = atLeastOne(calls, "calls");
            return this;
        }

        /** Calls at once on one connection; HTTP/2 tells the client, which waits with the next. Default 100. */
        public Builder maxCallsPerConnection(int calls) {
            maxCallsPerConnection = atLeastOne(calls, "calls a connection");
            return this;
        }

        /** Connections at once; the next wait until one ends. Default 10,000. */
        public Builder maxConnections(int connections) {
            maxConnections = atLeastOne(connections, "connections");
            return this;
        }

        /**
         * Streams that a client may reset, or cause to be reset, as soon as they began: within 10 ms, and before the server has answered anything.
         * So many are allowed within a window, beside as many as ended well in it; past that the connection is dropped (CVE-2023-44487,
         * CVE-2025-8671). Calls that are given up later, as when their deadline passes, are not counted. Default 200 in 30 s.
         */
        public Builder maxResets(int streams, Duration window) {
            maxResets = atLeastOne(streams, "reset streams");
            resetWindow = positive(window, "window");
            return this;
        }

        /**
         * So many methods run at once, the document's {@code ThreadPoolExecutor(max_workers=10)}; further calls wait for their turn, in order
         * (SPEC RPC-10). Default: all that {@link #maxCalls} lets in.
         */
        public Builder handlerLimit(int methods) {
            handlerLimit = atLeastOne(methods, "methods at once");
            return this;
        }

        /** The longest message that is received, in bytes; a longer one ends its call with RESOURCE_EXHAUSTED (SPEC RPC-14). Default 4 MiB. */
        public Builder maxMessageSize(int bytes) {
            maxMessageSize = atLeastOne(bytes, "bytes a message");
            return this;
        }

        /** The most that a call's headers may have together, in bytes as HTTP/2 counts. Default 8 KiB. */
        public Builder maxHeaderSize(int bytes) {
            maxHeaderSize = atLeastOne(bytes, "bytes of headers");
            return this;
        }

        /** How long a client may take for TLS and its first HTTP/2 settings. Default 10 s. */
        public Builder handshakeTimeout(Duration timeout) {
            handshake = positive(timeout, "handshake timeout");
            return this;
        }

        /**
         * How long the request of a method that takes one may take to come; past it the call ends with DEADLINE_EXCEEDED, so that nobody holds a
         * place for nothing. Default 30 s; it is looked at four times in that time.
         */
        public Builder requestTimeout(Duration timeout) {
            requestTimeout = positive(timeout, "request timeout");
            return this;
        }

        /** Pings a client that has been silent so long, and drops the connection unless it answers in time. Default: no pings (gRPC's: 2 hours). */
        public Builder keepAlive(Duration silence, Duration timeout) {
            keepAlive = positive(silence, "silence");
            keepAliveTimeout = positive(timeout, "keepalive timeout");
            return this;
        }

        /**
         * Clients may ping this often, give or take a tenth, without calls too if so; one that does more often is told GOAWAY. Default every 10 s,
         * as often as clients of gRPC can, with calls only.
         */
        public Builder permitKeepAlive(Duration interval, boolean withoutCalls) {
            leastPing = interval;
            pingsWithoutCalls = withoutCalls;
            return this;
        }

        /** A connection is told to end after so long, give or take a tenth, and its calls may finish for the grace. Default: as old as it gets. */
        public Builder maxConnectionAge(Duration age, Duration grace) {
            maxAge = positive(age, "age");
            maxAgeGrace = grace;
            return this;
        }

        /** A connection without a call for so long is told to end; clients connect again when they call. Default 30 min. */
        public Builder maxConnectionIdle(Duration time) {
            maxIdle = positive(time, "idle time");
            return this;
        }

        /** Responses are compressed, for clients that understand it: {@code gzip}. Default: not. A call may choose for itself. */
        public Builder compression(String name) {
            compression = name;
            return this;
        }

        /**
         * What clients are told of exceptions that choose no status includes their text; it leaks how things are built. Default: not (SPEC
         * RPC-7).
         */
        public Builder showFailures() {
            showFailures = true;
            return this;
        }

        /** Serves grpc.health.v1.Health: SERVING until it is {@linkplain RpcServer#health() told otherwise} or the server drains. */
        public Builder health() {
            health = true;
            return this;
        }

        /** Serves grpc.reflection, v1 and v1alpha: clients can ask for the services and their messages. */
        public Builder reflection() {
            reflection = true;
            return this;
        }

        /** Serves grpc.channelz.v1: clients can ask for connections and what went over them. For those you trust. */
        public Builder channelz() {
            channelz = true;
            return this;
        }

        /**
         * Runs around each call of a service that is given to {@code start}; the first is outermost. May be called again. Health, reflection and
         * channelz are the transport's own: neither this nor {@link #maxCalls} is for them, so who may connect may ask them.
         */
        public Builder around(ServerInterceptor interceptor) {
            interceptors.add(interceptor);
            return this;
        }

        /** Counts and times calls; needs the optional libraries. */
        public Builder telemetry(Telemetry telemetry) {
            this.telemetry = telemetry;
            return this;
        }

        /** Default: failures are logged. */
        public Builder observer(RpcObserver observer) {
            this.observer = observer;
            return this;
        }

        /** How long {@link RpcServer#close} lets calls finish; default 5 s, zero means no limit. */
        public Builder grace(Duration grace) {
            this.grace = notNegative("grace", grace);
            return this;
        }

        /**
         * The clock of drains, {@link #requestTimeout}, {@link #maxResets} and {@link Call#limit}; default {@link TimeSource#system}. The transport
         * keeps its own for handshakes, pings, ages of connections and the deadlines that clients set.
         */
        public Builder time(TimeSource time) {
            this.time = time;
            return this;
        }

        /**
         * Binds a server of these services; it serves once it is told to {@code start} or {@code run}.
         *
         * @throws java.net.BindException when the address can't be had, saying which and why (SPEC RPC-11)
         * @throws IOException when a file of the TLS settings can't be used
         * @throws IllegalArgumentException when there are two services of one name
         */
        public RpcServer open(RpcService... services) throws IOException {
            var all = new LinkedHashMap<String, RpcService.Definition>();
            for (var service : services) {
                var definition = service.definition();
                if (all.putIfAbsent(definition.name(), definition) != null) {
                    throw new IllegalArgumentException("two services are called " + definition.name() + "; a server has one of a name");
                }
            }
            var serving = new Serving(maxCalls, handlerLimit, maxMessageSize, interceptors, observer, showFailures, time);
            var shown = health ? new Health(all.keySet()) : null;
            return new RpcServer(Listening.open(this, all.values(), serving, shown), serving, grace, requestTimeout, shown);
        }

        /** Short for {@code open(services).start()}: binds, and serves in the background. */
        public RpcServer start(RpcService... services) throws IOException {
            return open(services).start();
        }

        /**
         * A whole program: serves until closed, and drains for the grace when the process is asked to exit (SIGTERM, Ctrl-C), with the exit codes of
         * {@link RpcServer#drainOnExit}. What the caller does after it has a second before the process exits.
         */
        public void serve(RpcService... services) throws IOException {
            try (var server = open(services)) {
                server.begin("serve");
                server.awaitEnd();
            }
        }

        private static int atLeastOne(int n, String what) {
            if (n < 1) {
                throw new IllegalArgumentException(n + " " + what + ": at least 1 is needed");
            }
            return n;
        }

        private static Duration positive(Duration d, String what) {
            if (!d.isPositive()) {
                throw new IllegalArgumentException(what + " of " + d + ": more than zero is needed");
            }
            return d;
        }
    }
}
