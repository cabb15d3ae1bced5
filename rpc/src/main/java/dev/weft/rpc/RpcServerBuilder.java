package dev.weft.rpc;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;

import dev.weft.net.Address;
import dev.weft.net.TimeSource;
import dev.weft.net.Tls;
import dev.weft.net.support.Moments;
import org.jspecify.annotations.Nullable;

/** The builder of an {@link RpcServer}: nothing is bound until {@code open}, {@code start} or {@code serve}. For one thread. */
public final class RpcServerBuilder {
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

    RpcServerBuilder(Address address) {
        this.address = address;
    }

    /** Speaks TLS with this certificate; default: none. */
    public RpcServerBuilder tls(Path chain, Path key) {
        return tls(Tls.server(chain, key));
    }

    /** Speaks TLS; {@code Tls.server(chain, key).requireClients(authorities)} asks clients for certificates, too. */
    public RpcServerBuilder tls(Tls tls) {
        this.tls = tls;
        return this;
    }

    /** Calls at once; the next is told RESOURCE_EXHAUSTED (SPEC RPC-10). Default 1,000. */
    public RpcServerBuilder maxCalls(int calls) {
        maxCalls = atLeastOne(calls, "calls");
        return this;
    }

    /** Calls at once on one connection; HTTP/2 tells the client, which waits with the next. Default 100. */
    public RpcServerBuilder maxCallsPerConnection(int calls) {
        maxCallsPerConnection = atLeastOne(calls, "calls a connection");
        return this;
    }

    /** Connections at once; the next wait until one ends. Default 10,000. */
    public RpcServerBuilder maxConnections(int connections) {
        maxConnections = atLeastOne(connections, "connections");
        return this;
    }

    /**
     * Streams that a client may reset, or cause to be reset, as soon as they began: within 10 ms, and before the server has answered anything.
     * So many are allowed within a window, beside as many as ended well in it; past that the connection is dropped (CVE-2023-44487,
     * CVE-2025-8671). Calls that are given up later, as when their deadline passes, are not counted. Default 200 in 30 s.
     */
    public RpcServerBuilder maxResets(int streams, Duration window) {
        maxResets = atLeastOne(streams, "reset streams");
        resetWindow = positive(window, "window");
        return this;
    }

    /**
     * So many methods run at once, the document's {@code ThreadPoolExecutor(max_workers=10)}; further calls wait for their turn, in order
     * (SPEC RPC-10). Default: all that {@link #maxCalls} lets in.
     */
    public RpcServerBuilder handlerLimit(int methods) {
        handlerLimit = atLeastOne(methods, "methods at once");
        return this;
    }

    /** The longest message that is received, in bytes; a longer one ends its call with RESOURCE_EXHAUSTED (SPEC RPC-14). Default 4 MiB. */
    public RpcServerBuilder maxMessageSize(int bytes) {
        maxMessageSize = atLeastOne(bytes, "bytes a message");
        return this;
    }

    /** The most that a call's headers may have together, in bytes as HTTP/2 counts. Default 8 KiB. */
    public RpcServerBuilder maxHeaderSize(int bytes) {
        maxHeaderSize = atLeastOne(bytes, "bytes of headers");
        return this;
    }

    /** How long a client may take for TLS and its first HTTP/2 settings. Default 10 s. */
    public RpcServerBuilder handshakeTimeout(Duration timeout) {
        handshake = positive(timeout, "handshake timeout");
        return this;
    }

    /**
     * How long the request of a method that takes one may take to come; past it the call ends with DEADLINE_EXCEEDED, so that nobody holds a
     * place for nothing. Default 30 s; it is looked at four times in that time.
     */
    public RpcServerBuilder requestTimeout(Duration timeout) {
        requestTimeout = positive(timeout, "request timeout");
        return this;
    }

    /** Pings a client that has been silent so long, and drops the connection unless it answers in time. Default: no pings (gRPC's: 2 hours). */
    public RpcServerBuilder keepAlive(Duration silence, Duration timeout) {
        keepAlive = positive(silence, "silence");
        keepAliveTimeout = positive(timeout, "keepalive timeout");
        return this;
    }

    /**
     * Clients may ping this often, give or take a tenth, without calls too if so; one that does more often is told GOAWAY. Default every 10 s,
     * as often as clients of gRPC can, with calls only.
     */
    public RpcServerBuilder permitKeepAlive(Duration interval, boolean withoutCalls) {
        leastPing = interval;
        pingsWithoutCalls = withoutCalls;
        return this;
    }

    /** A connection is told to end after so long, give or take a tenth, and its calls may finish for the grace. Default: as old as it gets. */
    public RpcServerBuilder maxConnectionAge(Duration age, Duration grace) {
        maxAge = positive(age, "age");
        maxAgeGrace = grace;
        return this;
    }

    /** A connection without a call for so long is told to end; clients connect again when they call. Default 30 min. */
    public RpcServerBuilder maxConnectionIdle(Duration time) {
        maxIdle = positive(time, "idle time");
        return this;
    }

    /** Responses are compressed, for clients that understand it: {@code gzip}. Default: not. A call may choose for itself. */
    public RpcServerBuilder compression(String name) {
        compression = name;
        return this;
    }

    /**
     * Clients are told the text of exceptions that choose no status; it shows them how things are built. Default: not (SPEC
     * RPC-7).
     */
    public RpcServerBuilder showFailures() {
        showFailures = true;
        return this;
    }

    /** Serves grpc.health.v1.Health: SERVING until it is {@linkplain RpcServer#health() told otherwise} or the server drains. */
    public RpcServerBuilder health() {
        health = true;
        return this;
    }

    /** Serves grpc.reflection, v1 and v1alpha: clients can ask for the services and their messages. */
    public RpcServerBuilder reflection() {
        reflection = true;
        return this;
    }

    /** Serves grpc.channelz.v1: clients can ask for connections and their counters. Only where you trust all clients. */
    public RpcServerBuilder channelz() {
        channelz = true;
        return this;
    }

    /**
     * Runs around each call of a service that is given to {@code start}; the first is outermost. May be called again. Health, reflection and
     * channelz are the transport's own: neither this nor {@link #maxCalls} is for them, so every client that may connect may ask them.
     */
    public RpcServerBuilder around(ServerInterceptor interceptor) {
        interceptors.add(interceptor);
        return this;
    }

    /** Counts and times calls; needs the optional libraries. */
    public RpcServerBuilder telemetry(Telemetry telemetry) {
        this.telemetry = telemetry;
        return this;
    }

    /** Default: failures are logged. */
    public RpcServerBuilder observer(RpcObserver observer) {
        this.observer = observer;
        return this;
    }

    /** How long {@link RpcServer#close} lets calls finish; default 5 s, zero means no limit. */
    public RpcServerBuilder grace(Duration grace) {
        this.grace = Moments.checkLimit("grace", grace);
        return this;
    }

    /**
     * The clock of drains, {@link #requestTimeout}, {@link #maxResets} and {@link Call#limit}; default {@link TimeSource#system}. The transport
     * keeps its own for handshakes, pings, ages of connections and the deadlines that clients set.
     */
    public RpcServerBuilder time(TimeSource time) {
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
