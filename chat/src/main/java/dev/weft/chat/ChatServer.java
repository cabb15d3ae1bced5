package dev.weft.chat;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

import dev.weft.net.LifeState;
import dev.weft.net.Address;
import dev.weft.net.Admission;
import dev.weft.net.Deadlines;
import dev.weft.net.DrainReport;
import dev.weft.net.Outbox;
import dev.weft.net.Server;
import dev.weft.net.ServerStats;
import org.jspecify.annotations.Nullable;

/**
 * A chat room for everybody who connects: what one client says, all clients get, the sender too (SPEC CH-2 to CH-10, CH-13).
 *
 * <pre>{@code
 * try (var chat = new ChatServer()) {     // localhost:9999, GBK, one read is one message
 *     chat.start();
 *     chat.awaitStop();
 * }
 * }</pre>
 *
 * <p>A text arrives as {@code [YYYY-MM-DD HH:MM:SS] ip:port text}: local time, the sender's address. Exactly {@code quit}, or the end of
 * its stream, ends a client; {@code ('ip', port) bye bye} is logged, and nobody is told. A read that fails is logged in one line and ends the
 * client too. Control characters and forged stamps in a text are made harmless (docs/chat.md says how).
 *
 * <p>Each client has an {@link Outbox} of its own, so a slow or dead one delays nobody but under {@link Outbox#blocking}. It logs to the
 * system logger {@code dev.weft.chat}; {@link ChatLog#configure} gives that the original's format.
 *
 * <p>It lives once: started, then stopped. All methods are for any thread.
 */
public final class ChatServer implements AutoCloseable {
    /** The original's port. */
    public static final int DEFAULT_PORT = 9999;

    private final Address asked;
    private final Options options;
    private final ChatNews news = new ChatNews();
    private final ChatRoom room;
    private final Object transition = new Object();
    private @Nullable Server server;
    private @Nullable Thread accept;
    private boolean stopped;

    /** At localhost (127.0.0.1), port 9999, as the original. */
    public ChatServer() {
        this("localhost", DEFAULT_PORT);
    }

    /** At an address, as the original otherwise; port 0 picks one. */
    public ChatServer(String ip, int port) {
        this(Address.of(ip, port), Options.defaults());
    }

    /** At any address, memory and Unix sockets included. */
    public ChatServer(Address address, Options options) {
        asked = address;
        this.options = options;
        room = new ChatRoom(options, news);
    }

    /**
     * Binds, listens, starts the thread "Accept" and returns this server (SPEC CH-2). That thread keeps the JVM alive until the server is
     * stopped.
     *
     * @throws java.net.BindException when the address can't be had, saying which and why; it may then be tried again
     * @throws IllegalStateException when it was started or stopped before
     */
    public ChatServer start() throws IOException {
        synchronized (transition) {
            if (stopped || server != null) {
                throw new IllegalStateException("start on a chat server that was " + (stopped ? "stopped" : "started") + " before: " + address());
            }
            var opened = Server.at(asked).name("chat").admission(options.admission()).deadlines(options.effectiveDeadlines())
                    .grace(options.grace()).observer(news).open(room);
            server = opened;
            accept = Thread.ofPlatform().name("Accept").start(() -> accept(opened));
        }
        return this;
    }

    private static void accept(Server server) {
        try {
            server.run();
        } catch (IllegalStateException e) {
            if (server.state() == LifeState.NEW || server.state() == LifeState.RUNNING) {
                throw e;
            }
            // Stopped before this thread began to serve.
        }
    }

    /** Stops with the grace of its options, 5 s by default; see {@link #stop(Duration)}. */
    public DrainReport stop() {
        return stop(options.grace());
    }

    /**
     * Ends everything and returns when it has ended: takes no more clients, wakes and ends every client's thread once what waits for that
     * client is sent, closes their sockets and the listener, ends "Accept" (SPEC CH-9, CH-BUG-1). Clients are told nothing: they see the end
     * of the stream. What is not done at the deadline is interrupted, a second later cut off; it returns at most three seconds after the
     * deadline. The first stop wins, a later one waits for it and returns its report. On a server that was never started it does nothing but
     * forbid that.
     */
    public DrainReport stop(Duration deadline) {
        @Nullable Server toStop;
        @Nullable Thread toJoin;
        synchronized (transition) {
            stopped = true;
            toStop = server;
            toJoin = accept;
        }
        if (toStop == null || toJoin == null) {
            return new DrainReport(Duration.ZERO, 0, 0, 0, List.of());
        }
        var report = toStop.drain(deadline);
        join(toJoin);
        return report;
    }

    /** The loop has ended; its thread needs a moment to be gone, which an interrupt of ours must not make an eternity. */
    private static void join(Thread thread) {
        if (thread != Thread.currentThread()) {
            try {
                thread.join(Duration.ofSeconds(1));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /**
     * Stops when the process is asked to exit (SIGTERM, Ctrl-C), then shows the report.
     *
     * @throws IllegalStateException before start
     */
    public ChatServer stopOnExit(Duration deadline, Consumer<? super DrainReport> show) {
        started().drainOnExit(deadline, show);
        return this;
    }

    /**
     * Waits until it was stopped, by whomever.
     *
     * @throws IllegalStateException before start
     */
    public void awaitStop() throws InterruptedException {
        @Nullable Thread thread;
        synchronized (transition) {
            thread = accept;
        }
        if (thread == null) {
            throw notStarted();
        }
        thread.join();
    }

    /** Short for {@link #stop()}. */
    @Override
    public void close() {
        stop();
    }

    /** The address really bound; before start, the one that was asked for. */
    public Address address() {
        synchronized (transition) {
            return server == null ? asked : server.address();
        }
    }

    /** Short for {@code address().port()}. */
    public int port() {
        return address().port();
    }

    /**
     * The name of the transport that serves it: see {@link Server#transport}.
     *
     * @throws IllegalStateException before start
     */
    public String transport() {
        return started().transport();
    }

    /** As it was made. */
    public Options options() {
        return options;
    }

    /** The addresses of the clients that are in, in the order of their coming: a snapshot. */
    public List<Address> clients() {
        return room.clients();
    }

    /**
     * The threads this server runs now: "Accept", then one for each client. A snapshot; the JVM can't list virtual threads, so this is what
     * the server itself knows.
     */
    public List<Thread> threads() {
        @Nullable Thread first;
        synchronized (transition) {
            first = accept;
        }
        return Stream.concat(Stream.ofNullable(first).filter(Thread::isAlive), room.threads().stream()).toList();
    }

    /**
     * Its counters, now.
     *
     * @throws IllegalStateException before start
     */
    public ServerStats stats() {
        return started().stats();
    }

    @Override
    public String toString() {
        return "chat at " + address() + ", " + room.clients().size() + " clients";
    }

    private Server started() {
        synchronized (transition) {
            if (server == null) {
                throw notStarted();
            }
            return server;
        }
    }

    private IllegalStateException notStarted() {
        return new IllegalStateException("the chat server was not started: " + asked);
    }

    /**
     * How a chat server behaves. Immutable.
     *
     * @param wire charset and unit; default {@link ChatWire#classic()}
     * @param outbox what may wait in front of a slow client, and what happens past it; default {@code Outbox.disconnecting(1_024)}, at most
     *        1 MiB
     * @param admission how many clients are let in; default 10,000, the next waits
     * @param deadlines what each connection begins with; default {@link Deadlines#defaults}. Its {@code message} holds for lines only: half a
     *        character in classic mode may wait as long as a silent client may
     * @param grace how long {@link ChatServer#stop()} lets clients finish; default 5 s
     * @param clock whose time and zone the stamps show; default the system's
     */
    public record Options(ChatWire wire, Outbox outbox, Admission admission, Deadlines deadlines, Duration grace, Clock clock) {
        /** The original's behaviour. */
        public static Options defaults() {
            return new Options(ChatWire.classic(), Outbox.disconnecting(1_024), Admission.waiting(10_000), Deadlines.defaults(),
                    Duration.ofSeconds(5), Stamp.LocalClock.INSTANCE);
        }

        /** Charset and unit. */
        public Options wire(ChatWire wire) {
            return new Options(wire, outbox, admission, deadlines, grace, clock);
        }

        /** What may wait in front of a slow client. */
        public Options outbox(Outbox outbox) {
            return new Options(wire, outbox, admission, deadlines, grace, clock);
        }

        /** How many clients are let in, and what happens to the next. */
        public Options admission(Admission admission) {
            return new Options(wire, outbox, admission, deadlines, grace, clock);
        }

        /** Short for {@code admission(Admission.rejecting(clients))}: the next is closed at once. */
        public Options maxClients(int clients) {
            return admission(Admission.rejecting(clients));
        }

        /** What each connection begins with. */
        public Options deadlines(Deadlines deadlines) {
            return new Options(wire, outbox, admission, deadlines, grace, clock);
        }

        /** How long stop lets clients finish. */
        public Options grace(Duration grace) {
            return new Options(wire, outbox, admission, deadlines, grace, clock);
        }

        /** Whose time the stamps show. */
        public Options clock(Clock clock) {
            return new Options(wire, outbox, admission, deadlines, grace, clock);
        }

        Deadlines effectiveDeadlines() {
            return wire.effective(deadlines);
        }
    }
}
