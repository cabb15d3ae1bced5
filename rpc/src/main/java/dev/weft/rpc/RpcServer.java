package dev.weft.rpc;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

import dev.weft.net.Address;
import dev.weft.net.DrainReport;
import dev.weft.net.LifeState;
import dev.weft.net.support.Life;
import dev.weft.net.support.Moments;
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

    RpcServer(Listening listening, Serving serving, Duration grace, Duration requestTimeout, @Nullable Health health) {
        this.listening = listening;
        this.serving = serving;
        this.grace = grace;
        this.requestTimeout = requestTimeout;
        this.health = health;
        life = new Life(() -> "rpc server at " + listening.address(), serving.time(), e -> RpcLog.closeFailed("the server", e));
        ending = new Ending(life, listening, serving, health);
    }

    /** A server on every interface (the document's {@code add_insecure_port("[::]:50051")}); port 0 picks one. gRPC's own port is 50051. */
    public static RpcServerBuilder tcp(int port) {
        return at(Address.any(port));
    }

    /** A server on one interface; "localhost" is 127.0.0.1. */
    public static RpcServerBuilder tcp(String host, int port) {
        return at(Address.of(host, port));
    }

    /**
     * A server on a Unix socket. A file that a killed server has left, and at which nobody listens, is replaced; any other is an error. The server
     * removes its own file when it ends, unless another one has taken its place.
     */
    public static RpcServerBuilder unix(Path socket) {
        return at(Address.unix(socket));
    }

    /** A server at any address; {@link Address#memory} is one within this JVM, for tests: all as ever, but no socket. */
    public static RpcServerBuilder at(Address address) {
        return new RpcServerBuilder(address);
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

    void awaitEnd() {
        var takeBack = ending.onExitUnlessInstalled(grace, Thread.currentThread());
        try {
            join();
        } finally {
            takeBack.run();
            close();
        }
    }

    void begin(String call) {
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
        return life.join(Moments.checkLimit("join", limit));
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
        return ending.drain(Moments.checkLimit("drain", limit), Call.isServedBy(serving));
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
        ending.onExit(Moments.checkLimit("drainOnExit", limit), show, null);
        return this;
    }

    /** Drains for the builder's grace (5 s by default). Idempotent. */
    @Override
    public void close() {
        drain(grace);
    }

    @Override
    public String toString() {
        return "rpc server at " + address() + ", " + state() + ", " + serving.active() + " active";
    }
}
