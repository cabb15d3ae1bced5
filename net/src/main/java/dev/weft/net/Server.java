package dev.weft.net;

import java.io.IOException;
import java.net.SocketOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.stream.Stream;

import dev.weft.net.serve.Intake;
import dev.weft.net.serve.Lifecycle;
import dev.weft.net.serve.PeriodicActions;
import dev.weft.net.serve.Request;
import dev.weft.net.serve.Runner;
import dev.weft.net.serve.RunningRequests;
import dev.weft.net.spi.Transport;
import dev.weft.net.support.Moments;

/**
 * A bound server: one type and one lifecycle for TCP, UDP, Unix stream, Unix datagram and in-memory servers (SPEC SS-1 to SS-35).
 *
 * <pre>{@code
 * Server.tcp(9999).serve(c -> c.send(c.readLine().toUpperCase()));   // a whole program
 * }</pre>
 *
 * <p>{@code open} gives a server that is {@link LifeState#NEW}: bound; clients are queued, and none is accepted yet. {@link #run} on the caller's
 * thread, or {@link #start} on one of its own, makes it {@link LifeState#RUNNING} until {@link #shutdown} makes it NEW again. {@link #drain} and
 * {@link #close} lead from either state through {@link LifeState#DRAINING} to {@link LifeState#ENDED}, which is final. A call that the state forbids
 * throws an {@link IllegalStateException} that names the state.
 *
 * <p>All methods are for any thread. Inside a handler, and inside an action, a verify or an observer that the serving thread calls,
 * {@code shutdown}, {@code drain} and {@code close} never wait for their own caller.
 */
public final class Server implements AutoCloseable {
    private final String name;
    private final String transport;
    private final Object handler;
    private final Intake intake;
    private final RunningRequests requests;
    private final Reporter reporter;
    private final Runner runner;
    private final Duration grace;
    private final Lifecycle life;

    Server(ServerBuilder<?> settings, Transport transport, HandlerSource<?> handlers, Runner runner, RunningRequests requests, Reporter reporter,
            Intake intake) {
        name = settings.name;
        this.transport = transport.name();
        handler = handlers.given();
        grace = settings.grace;
        this.requests = requests;
        this.reporter = reporter;
        this.runner = runner;
        this.intake = intake;
        life = new Lifecycle(name, intake, requests, runner, reporter, new PeriodicActions(settings.actions, settings.time), grace,
                settings.daemonThreads);
    }

    /** It is complete: its requests know it from now on, and its observer is told. */
    void opened() {
        requests.owner(this);
        reporter.opened(this);
    }

    /** A stream server on every interface (socketserver's TCPServer); port 0 picks one. */
    public static StreamBuilder tcp(int port) {
        return at(Address.any(port));
    }

    /** A stream server on one interface; "localhost" is 127.0.0.1. */
    public static StreamBuilder tcp(String host, int port) {
        return at(Address.of(host, port));
    }

    /** A stream server on a Unix socket (UnixStreamServer). Its file is not removed unless {@link WeftSocketOptions#UNIX_UNLINK} says so. */
    public static StreamBuilder unix(Path socket) {
        return at(Address.unix(socket));
    }

    /** A stream server at any address, so that a program or a test can take the transport as a value. */
    public static StreamBuilder at(Address address) {
        return new StreamBuilder(address);
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
        return Request.current().map(request -> (Server) request.owner()).orElseThrow(
                () -> new IllegalStateException("no server's handler is running on thread " + Thread.currentThread().getName()));
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
    public LifeState state() {
        return life.state();
    }

    /** The handler object or class it was opened with (RequestHandlerClass). */
    public Object handler() {
        return handler;
    }

    /** The descriptor of its socket, if the transport has one: never on the portable one (SPEC SS-8). */
    public OptionalInt fileno() {
        return state() == LifeState.ENDED ? OptionalInt.empty() : intake.fileno();
    }

    /** A socket option of the listening or datagram socket. */
    public <T> T option(SocketOption<T> option) throws IOException {
        return intake.option(option);
    }

    /** The connections being served now; empty on a datagram server. */
    public List<Connection> connections() {
        return streamRequests().map(StreamRequest::connection).toList();
    }

    /** The threads it runs now: its loop's, and one for each request being served; a snapshot. The JVM lists no virtual threads itself. */
    public List<Thread> threads() {
        return Stream.concat(life.thread().stream(), requests.threads().stream()).distinct().toList();
    }

    /** Its counters, now. */
    public ServerStats stats() {
        return reporter.counters().snapshot(requests.size(), streamRequests());
    }

    /** The admission in force. */
    public Admission admission() {
        return streams().admission();
    }

    /**
     * Replaces the admission while running; it never closes a connection that was admitted before.
     *
     * @throws IllegalStateException on a datagram server and under {@link Concurrency#sequential}; under {@link Concurrency#processes} when it
     *     evicts
     */
    public void admission(Admission admission) {
        if (runner.inline()) {
            throw new IllegalStateException(ServerBuilder.SEQUENTIAL_ADMISSION);
        }
        if (admission.past() == Admission.Past.EVICT_IDLEST && runner.elsewhere()) {
            throw new IllegalStateException(ServerBuilder.EVICTING_WORKERS);
        }
        streams().admission(admission);
    }

    private Stream<StreamRequest> streamRequests() {
        return intake instanceof StreamIntake streams ? streams.streams() : Stream.empty();
    }

    private StreamIntake streams() {
        if (intake instanceof StreamIntake streams) {
            return streams;
        }
        throw new IllegalStateException("a datagram server admits no connections: limit it with DatagramBuilder.inFlight");
    }

    /**
     * Serves on this thread until {@link #shutdown} or {@link #close} (socketserver's serve_forever); after a {@link #drain} it returns when
     * that has ended. It returns at once when a shutdown has come since it last served, so that a shutdown racing with it always wins (SPEC
     * SS-12). An interrupt of this thread ends it like a shutdown, and stays set.
     *
     * <p>Meanwhile it drains for the builder's grace when the process is asked to exit, unless {@link #drainOnExit} says otherwise.
     *
     * @throws IllegalStateException unless NEW
     */
    public void run() {
        life.run();
    }

    /**
     * Waits until it is ENDED. An interrupt of this thread ends the wait, and stays set. Not to be called by its own handlers, which it waits
     * for.
     *
     * @throws RuntimeException what has ended it, when its loop failed: as it was, errors too
     */
    public void join() {
        life.join();
    }

    /**
     * As {@link #join()}, for so long at most.
     *
     * @param limit zero means no limit
     * @return false when it has not ended by then
     */
    public boolean join(Duration limit) {
        return life.join(limit);
    }

    /**
     * Serves at most one request (socketserver's handle_request and handle_timeout, SPEC SS-16); unless the server is
     * sequential, it returns when the request was handed to its thread, and a close right after that drains. To serve a whole conversation, use
     * a sequential server, or wait until the connection has ended. A connection that is refused counts.
     *
     * @param timeout how long to wait for it; zero waits without end
     * @return false when none came in time, or a shutdown came
     * @throws IllegalStateException unless NEW
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
     * @throws IllegalStateException unless NEW
     */
    public Server start() {
        life.start();
        return this;
    }

    /**
     * Ends the loop and returns when it has ended; the port stays bound, and connections already accepted are served on. Called from
     * the server's own threads, it only requests the end and does not wait. Where no loop runs it returns at once, and the next {@link #run}
     * does too. It waits for the builder's grace at most (at least 1 s). A sequential handler is interrupted then, and its connection is dropped
     * a second later. If verify or an action blocks longer, {@code shutdown} returns, and the loop ends when that call returns.
     */
    public void shutdown() {
        life.shutdown();
    }

    /**
     * Ends the server in order:
     *
     * <ol>
     * <li>it accepts the connections that are queued, then stops accepting;
     * <li>it closes connections that are between two messages; the others see {@link Connection#draining};
     * <li>it waits for the handlers, TLS handshakes included;
     * <li>at the deadline it interrupts them, and a second later it drops their connections.
     * </ol>
     *
     * <p>It is ENDED when this returns, at most two seconds after the deadline. Only the first call drains: a later one, or a close, waits for it
     * and returns its report. A call from inside a handler does not wait.
     *
     * @param deadline from now; zero means no limit
     * @throws IllegalArgumentException when it is negative
     */
    public DrainReport drain(Duration deadline) {
        return life.drain(Moments.checkLimit("drain", deadline), true);
    }

    /**
     * Drains when the process is asked to stop (SIGTERM, Ctrl-C) or exits otherwise, then shows the report. A later call replaces an earlier
     * one.
     *
     * <p>After a signal the process exits when all its servers have drained: with 0 when nothing was interrupted, otherwise with 128 and the signal's
     * number. A second signal ends it at once. A signal that the program handles itself is left to it.
     */
    public Server drainOnExit(Duration deadline, Consumer<? super DrainReport> show) {
        life.drainOnExit(deadline, show, null);
        return this;
    }

    /**
     * Drains for the builder's grace (5 s by default); waits for a drain already running, never shortens it; ends a running loop; the port
     * is free when it returns (SPEC SS-8, SS-15, SS-31). With {@link ServerBuilder#daemonThreads} it waits for no handler and ends
     * none. Idempotent.
     */
    @Override
    public void close() {
        life.close();
    }

    /**
     * Runs a task once, after the server has ended and before {@link #close} or {@link #drain} returns (a call from inside a handler does not
     * wait); at once when it has ended. For closing what was opened together with the server. What the task throws is logged.
     */
    public void onClose(Runnable task) {
        life.onClose(task);
    }

    /** A whole program: what {@link StreamBuilder#serve(Handler)} says. */
    void runAndClose() {
        try (this) {
            life.drainOnExit(grace, r -> {}, Thread.currentThread());
            run();
        } catch (IllegalStateException e) {
            if (state().compareTo(LifeState.DRAINING) < 0) {
                throw e;
            }
            // Asked to exit before run: it has drained, and all is done.
        }
    }

    @Override
    public String toString() {
        return "%s at %s, %s, %d active".formatted(name, address(), state(), requests.size());
    }
}
