package dev.weft.chat;

import java.io.IOException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.weft.net.Address;
import dev.weft.net.Admission;
import dev.weft.net.Deadlines;
import dev.weft.net.DrainReport;
import dev.weft.net.LifeState;
import dev.weft.net.Outbox;
import dev.weft.net.Server;
import dev.weft.net.ServerStats;
import dev.weft.net.TimeSource;
import dev.weft.net.support.Life;
import dev.weft.net.support.Moments;
import org.jspecify.annotations.Nullable;

/**
 * A chat room for all that connect: what one client says, all clients get, the sender too (SPEC CH-2 to CH-10, CH-13).
 *
 * <pre>{@code
 * try (var chat = new ChatServer()) {     // localhost:9999, GBK, one read is one message
 *     chat.run();
 * }
 * }</pre>
 *
 * <p>A text arrives as {@code [YYYY-MM-DD HH:MM:SS] ip:port text}: local time, the sender's address. Exactly {@code quit}, or the end of
 * its stream, ends a client; {@code ('ip', port) bye bye} is logged, and the other clients are not told. A read that fails is logged in one line
 * and ends the client too. Control characters and forged stamps in a text are made harmless (docs/chat.md says how).
 *
 * <p>Each client has an {@link Outbox} of its own, so a slow or dead one delays no other, except under {@link Outbox#blocking}. It logs to the
 * system logger {@code dev.weft.chat}; {@link ChatLog#configure} gives that the original's format.
 *
 * <p>It lives once: started, then drained or closed. All methods are for any thread.
 */
public final class ChatServer implements AutoCloseable {
    /** The original's port. */
    public static final int DEFAULT_PORT = 9999;

    private static final DrainReport NOTHING = new DrainReport(Duration.ZERO, 0, 0, 0, List.of());

    private final Address asked;
    private final Options options;
    private final ChatNews news;
    private final ChatRoom room;
    private final Life life;
    private final Object transition = new Object();
    @GuardedBy("transition")
    private @Nullable Server server;
    @GuardedBy("transition")
    private @Nullable Thread accept;

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
        news = new ChatNews(options.time());
        room = new ChatRoom(options, news);
        life = new Life(() -> "chat at " + address(), options.time(), failure -> {}); // it has no tasks for its end
    }

    /**
     * Binds, listens, starts the thread "Accept" and returns this server (SPEC CH-2). That thread keeps the JVM alive until the server has
     * ended; it drains for the grace when the process is asked to exit, unless {@link #drainOnExit} says otherwise.
     *
     * @throws java.net.BindException when the address can't be had, saying which and why; it may then be tried again
     * @throws IllegalStateException when it was started or ended before
     */
    public ChatServer start() throws IOException {
        synchronized (transition) {
            var opened = open("start");
            accept = Thread.ofPlatform().name("Accept").start(() -> serve(opened));
        }
        return this;
    }

    /**
     * As {@link #start}, but serves on this thread until the server has ended. An interrupt of this thread ends the server, and stays set.
     *
     * @throws IOException as start
     */
    public void run() throws IOException {
        Server opened;
        synchronized (transition) {
            opened = open("run");
            accept = Thread.currentThread();
        }
        serve(opened);
    }

    @GuardedBy("transition")
    private Server open(String call) throws IOException {
        life.begin(call);
        Server opened = null;
        try {
            opened = Server.at(asked).name("chat").admission(options.admission()).deadlines(options.effectiveDeadlines())
                    .grace(options.grace()).time(options.time()).observer(news).open(room);
        } finally {
            if (opened == null) {
                life.rest(() -> {});
            }
        }
        server = opened;
        return opened;
    }

    private void serve(Server opened) {
        try {
            opened.run();
        } catch (RuntimeException | Error e) {
            var drainedBefore = e instanceof IllegalStateException && opened.state().compareTo(LifeState.DRAINING) >= 0;
            if (!drainedBefore) {
                life.fail(e);
                throw e;
            }
        } finally {
            opened.close();
            life.beginDrain();
            life.end();
        }
    }

    /**
     * Ends everything and returns when it has ended: takes no more clients, wakes and ends every client's thread once what waits for that
     * client is sent, closes their sockets and the listener, ends "Accept" (SPEC CH-9, CH-BUG-1). Clients are told nothing: they see the end
     * of the stream. At the limit clients' threads are interrupted, a second later their connections are dropped; it returns at most three seconds
     * after the limit. The first drain wins: a later one, or a close, waits for it and returns its report. A server that was never started
     * only can't be started any more.
     *
     * @param limit zero means no limit
     * @return counts the clients that were in
     */
    public DrainReport drain(Duration limit) {
        Moments.checkLimit("drain", limit);
        @Nullable Server toDrain;
        @Nullable Thread toJoin;
        synchronized (transition) {
            life.beginDrain();
            toDrain = server;
            toJoin = accept;
        }
        if (toDrain == null || toJoin == null) {
            life.end();
            return NOTHING;
        }
        var report = toDrain.drain(limit);
        var here = Thread.currentThread();
        if (toJoin != here && !room.threads().contains(here)) {
            life.awaitEnd(Moments.NEVER);
        }
        return report;
    }

    /** Drains for the grace of its options, 5 s by default. Idempotent. */
    @Override
    public void close() {
        drain(options.grace());
    }

    /** As {@link #drainOnExit(Duration, Consumer)}, without a look at the report. */
    public ChatServer drainOnExit(Duration limit) {
        return drainOnExit(limit, report -> {});
    }

    /**
     * Drains when the process is asked to exit (SIGTERM, Ctrl-C) or exits otherwise, then shows the report. The last call counts.
     *
     * @throws IllegalStateException before start
     */
    public ChatServer drainOnExit(Duration limit, Consumer<? super DrainReport> show) {
        started("drainOnExit").drainOnExit(limit, show);
        return this;
    }

    /**
     * Waits until it has ended. An interrupt of this thread ends the wait, and stays set.
     *
     * @throws RuntimeException what has ended it, when it failed: as it was, errors too
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

    /** Where it is in its life. */
    public LifeState state() {
        var state = life.state();
        synchronized (transition) {
            return state == LifeState.RUNNING && server != null && server.state() == LifeState.DRAINING ? LifeState.DRAINING : state;
        }
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
        return started("transport").transport();
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
        return Stream.concat(Stream.ofNullable(first).filter(thread -> state() != LifeState.ENDED), room.threads().stream()).toList();
    }

    /**
     * Its counters, now.
     *
     * @throws IllegalStateException before start
     */
    public ServerStats stats() {
        return started("stats").stats();
    }

    @Override
    public String toString() {
        return "chat at " + address() + ", " + room.clients().size() + " clients";
    }

    private Server started(String call) {
        synchronized (transition) {
            if (server == null) {
                throw new IllegalStateException(call + ": the chat server at " + asked + " was not started");
            }
            return server;
        }
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
     * @param grace how long {@link ChatServer#close} lets clients finish; default 5 s
     * @param time the clock of stamps, deadlines and limits; default the machine's
     * @param zone the time zone of stamps, asked for at each; default the system's
     */
    public record Options(ChatWire wire, Outbox outbox, Admission admission, Deadlines deadlines, Duration grace, TimeSource time,
            Supplier<ZoneId> zone) {
        /** The original's behaviour. */
        public static Options defaults() {
            return new Options(ChatWire.classic(), Outbox.disconnecting(1_024), Admission.waiting(10_000), Deadlines.defaults(),
                    Duration.ofSeconds(5), TimeSource.system(), ZoneId::systemDefault);
        }

        /** Charset and unit. */
        public Options wire(ChatWire wire) {
            return new Options(wire, outbox, admission, deadlines, grace, time, zone);
        }

        /** What may wait in front of a slow client. */
        public Options outbox(Outbox outbox) {
            return new Options(wire, outbox, admission, deadlines, grace, time, zone);
        }

        /** How many clients are let in, and what happens to the next. */
        public Options admission(Admission admission) {
            return new Options(wire, outbox, admission, deadlines, grace, time, zone);
        }

        /** What each connection begins with. */
        public Options deadlines(Deadlines deadlines) {
            return new Options(wire, outbox, admission, deadlines, grace, time, zone);
        }

        /** How long close lets clients finish. */
        public Options grace(Duration grace) {
            return new Options(wire, outbox, admission, deadlines, grace, time, zone);
        }

        /** The clock of stamps, deadlines and limits. */
        public Options time(TimeSource time) {
            return new Options(wire, outbox, admission, deadlines, grace, time, zone);
        }

        /** Short for {@code admission(Admission.rejecting(clients))}: the next is closed at once. */
        public Options maxClients(int clients) {
            return admission(Admission.rejecting(clients));
        }

        /** The time zone of stamps. */
        public Options zone(ZoneId zone) {
            return new Options(wire, outbox, admission, deadlines, grace, time, () -> zone);
        }

        Deadlines effectiveDeadlines() {
            return wire.effective(deadlines);
        }
    }
}
