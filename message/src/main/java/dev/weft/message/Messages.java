package dev.weft.message;

import java.io.IOException;
import java.time.Duration;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;

import dev.weft.net.Backoff;
import dev.weft.net.Connection;
import dev.weft.net.ConnectionBuilder;
import dev.weft.net.Handler;
import dev.weft.net.Server;
import dev.weft.net.StreamBuilder;
import dev.weft.net.TimeSource;

/**
 * What one end does with the messages it gets: hooks by name, and the values they share. The same for servers and clients.
 *
 * <pre>{@code
 * var messages = new Messages().on("hello", (m, peer) -> peer.send("hello yourself", m.data()));
 * try (var server = messages.open(Server.tcp(Messages.PORT))) {
 *     server.run();
 * }
 * }</pre>
 *
 * <p>May be opened any number of times, on servers and on connections, which then share its values. What is set here holds for connections
 * that begin later; the hooks of an open connection change only by {@link Peer#on} (SPEC PR-H5). For any thread.
 */
public final class Messages {
    /** The port of the original (SPEC PR-S1, PR-C1). */
    public static final int PORT = 50_003;

    private final SharedValues values = new SharedValues();
    private final AllCounters counters = new AllCounters();
    private final MessageLog log = new MessageLog();
    private volatile MessageSettings settings;

    /** Without hooks or values. */
    public Messages() {
        settings = MessageSettings.with(HookTable.EMPTY);
    }

    /** Starts with a copy of another's hooks; what is added to either later is not seen by the other (SPEC PR-H5). */
    public Messages(Messages parent) {
        settings = MessageSettings.with(parent.settings.hooks());
    }

    /** What this end is called; default the server's name, "server" unless set, and "client" on a connection (SPEC PR-S1, PR-C1). */
    public Messages name(String name) {
        Objects.requireNonNull(name, "name");
        return set(s -> s.name(name));
    }

    /**
     * Calls the hook for every message of this type, on the reading thread, in order of arrival. A hook that the type had is replaced.
     *
     * @throws IllegalArgumentException when another name has the same hash (SPEC PR-H7)
     */
    public Messages on(String type, Hook hook) {
        return with(HookTable.named(type, new HookTable.Inline(hook)));
    }

    /** As {@link #on(String, Hook)}, for a type that is a number; it may be negative. */
    public Messages on(int type, Hook hook) {
        return with(new HookTable.Entry(type, null, new HookTable.Inline(hook)));
    }

    /**
     * As {@link #on(String, Hook)}, but beside the reading thread, on a virtual thread for each message: at most {@link #parallelism} at once
     * for each connection, in no order. Before and after run there too (SPEC PR-H3).
     */
    public Messages onParallel(String type, Hook hook) {
        return with(HookTable.named(type, new HookTable.Parallel(hook)));
    }

    /** As {@link #onParallel(String, Hook)}, for a type that is a number. */
    public Messages onParallel(int type, Hook hook) {
        return with(new HookTable.Entry(type, null, new HookTable.Parallel(hook)));
    }

    /**
     * Calls the hook once for every stream of this type, on a virtual thread beside the reader. A stream is known by its id and type.
     * At most {@link #parallelism} streams may be open on a connection; one more closes it. A plain message is a
     * stream of one part. Before and after aren't called.
     */
    public Messages onStream(String type, StreamHook hook) {
        return with(HookTable.named(type, new HookTable.Streaming(hook)));
    }

    /** As {@link #onStream(String, StreamHook)}, for a type that is a number. */
    public Messages onStream(int type, StreamHook hook) {
        return with(new HookTable.Entry(type, null, new HookTable.Streaming(hook)));
    }

    /**
     * How many hooks may run beside each connection's reading thread, before that waits; default 256 (the original's
     * {@code hooks_thread_pool_size} was 2).
     */
    public Messages parallelism(int hooks) {
        return set(s -> s.parallelism(hooks));
    }

    /** Called before each message's hook, also when there is none (SPEC PR-S5). What it throws keeps the hook from being called. */
    public Messages before(Hook hook) {
        Objects.requireNonNull(hook, "hook");
        return set(s -> s.before(hook));
    }

    /** Called after each message's hook, also when there is none, not when the hook threw (SPEC PR-S5). */
    public Messages after(Hook hook) {
        Objects.requireNonNull(hook, "hook");
        return set(s -> s.after(hook));
    }

    /** Is told when connections begin and end, and decides whether a failure closes the connection; replaces an
     * earlier one. Default: each failure does. */
    public Messages observer(MessagesObserver observer) {
        Objects.requireNonNull(observer, "observer");
        return set(s -> s.observer(observer));
    }

    /** The longest body of a message in bytes, in both directions; default 16 MiB (SPEC PR-W12). */
    public Messages limit(int bytes) {
        return set(s -> s.framing(new MessageFraming(bytes)));
    }

    /**
     * How often, and after what pauses, {@link #open(ConnectionBuilder)} tries again; default three times, without a pause (SPEC PR-C2).
     */
    public Messages retries(Backoff backoff) {
        Objects.requireNonNull(backoff, "backoff");
        return set(s -> s.retries(backoff));
    }

    /**
     * A client that loses its connection makes another, with these pauses between its tries; default: it does not. The count of tries begins
     * anew after a connection by which a message came once the observer's opened had returned, or which stood for a minute: a server that accepts and
     * drops is tried more and more seldom. A client that gives up has a {@link RetriesExhaustedException} as its {@link Peer#failure}.
     * Requests under way fail; what was sent and not answered may or may not have arrived.
     */
    public Messages reconnect(Backoff backoff) {
        Objects.requireNonNull(backoff, "backoff");
        return set(s -> s.reconnect(backoff));
    }

    /**
     * Asks a peer that was silent for so long whether it lives, and closes the connection with {@link java.net.SocketTimeoutException} when it
     * is silent for as long again; default zero: off. Weft answers by itself, in turn with its hooks: a hook that blocks the reading thread
     * for longer than the interval has the peer close the connection. Both ends must be Weft's, as the original doesn't answer.
     */
    public Messages heartbeat(Duration interval) {
        return set(s -> s.heartbeat(interval));
    }

    /** How long {@link Peer#close} lets hooks finish; default 5 s, zero means no limit. */
    public Messages grace(Duration limit) {
        return set(s -> s.grace(limit));
    }

    /**
     * The clock of all that waits here: requests, streams, pauses. Servers and connections opened here get it too. Default: the machine's, and
     * servers and connections keep what their builders say.
     */
    public Messages time(TimeSource time) {
        Objects.requireNonNull(time, "time");
        return set(s -> s.time(time));
    }

    /**
     * Sets a value: one that all connections see, or, for a key that is per connection, the prototype of which each gets a copy.
     *
     * @throws IllegalArgumentException when it is per connection, may change, and the key has no copier: nothing is shared by accident
     */
    public <T> Messages set(Key<T> key, T value) {
        values.set(key, Objects.requireNonNull(value, key.name()));
        return this;
    }

    /**
     * The value that all connections see.
     *
     * @throws NoSuchElementException if there is none
     * @throws LoadException if it can't be loaded
     */
    public <T> T get(Key<T> key) {
        return find(key).orElseThrow(() -> new NoSuchElementException("no value is set for " + key.name()));
    }

    /** As {@link #get}, empty if there is none, or if there is one only for each connection. */
    public <T> Optional<T> find(Key<T> key) {
        return values.find(key);
    }

    /** Forgets a value that was set or loaded; it is the caller's to close. A loader runs again at the next get. */
    public <T> Optional<T> remove(Key<T> key) {
        return values.remove(key);
    }

    /** Loads these when opened (per-connection ones when a connection begins); all others at their first get (SPEC PR-R1). */
    public Messages eager(Key<?>... keys) {
        values.eager(keys);
        return this;
    }

    /**
     * An eager value that can't be loaded is logged, and the server, the client or the connection begins without it, as the original's does
     * (SPEC PR-R2).
     */
    public Messages startAnyway() {
        values.startAnyway();
        return this;
    }

    /** What its connections have seen so far, those that have ended and those that live. */
    public MessageStats stats() {
        return counters.sum();
    }

    /** A server that speaks these messages on port {@value #PORT} of every interface; bound, not yet serving (SPEC PR-S2). */
    public Server listen() throws IOException {
        return open(Server.tcp(PORT));
    }

    /** A connection with port {@value #PORT} of a host. */
    public Peer connect(String host) throws IOException {
        return open(Connection.to(host, PORT));
    }

    /**
     * A server that speaks these messages. Loads the eager values first. Values that were loaded and are AutoCloseable are closed, the last one
     * first, when the last server and connection opened here has ended.
     *
     * @throws LoadException when an eager value can't be loaded
     * @throws IOException as the builder's open
     */
    public Server open(StreamBuilder where) throws IOException {
        values.beginLoaded();
        var bound = false;
        try {
            settings.applyTo(where);
            var server = where.open((Handler) this::serve);
            bound = true;
            server.onClose(values::end);
            return server;
        } finally {
            if (!bound) {
                values.end();
            }
        }
    }

    /**
     * A whole program, as {@link StreamBuilder#serve(Handler)} is: opens a server, serves on this thread, and drains for the builder's grace when
     * it is shut down or the process is asked to exit (SIGTERM, Ctrl-C). Hooks that have begun finish then; the process exits with 0 when none had
     * to be interrupted.
     *
     * @throws LoadException when an eager value can't be loaded
     * @throws IOException as the builder's open
     */
    public void serve(StreamBuilder where) throws IOException {
        values.beginLoaded();
        try {
            settings.applyTo(where);
            where.serve((Handler) this::serve);
        } finally {
            values.end();
        }
    }

    /** A client that is a whole program: opens a connection, runs it ({@link Peer#run}), and closes it. */
    public void serve(ConnectionBuilder where) throws IOException {
        try (var peer = open(where)) {
            peer.run();
        }
    }

    private void serve(Connection c) throws Exception {
        var now = settings;
        var peer = new Peer(this, now, now.nameOr(Server.current().name()), false, c);
        Throwable failure = null;
        values.begin(); // a hook may run on when its server has closed, and what it uses with it
        try {
            new MessageReader(peer, now).run(() -> {});
        } catch (Throwable t) {
            if (peer.life().isOurInterrupt(t)) {
                return;
            }
            failure = t;
            throw t;
        } finally {
            c.close(); // a drain of the peer returns when it has ended, and its connection with it
            peer.life().end(failure);
            values.end();
        }
    }

    /**
     * A connection that speaks these messages, read in the background by a daemon thread. Loads the eager values first, tries as often as
     * {@link #retries} say, and returns when the observer's opened has returned. It is read in the background from then on.
     *
     * @throws LoadException when an eager value can't be loaded
     * @throws RetriesExhaustedException when no try succeeded; it may be opened again
     */
    public Peer open(ConnectionBuilder where) throws IOException {
        values.beginLoaded();
        return ClientLoop.open(this, settings, where);
    }

    private synchronized Messages set(UnaryOperator<MessageSettings> change) {
        settings = change.apply(settings);
        return this;
    }

    private Messages with(HookTable.Entry entry) {
        return set(s -> s.hooks(s.hooks().with(entry)));
    }

    /** What is set now. */
    MessageSettings settings() {
        return settings;
    }

    SharedValues values() {
        return values;
    }

    MessageLog log() {
        return log;
    }

    AllCounters counters() {
        return counters;
    }
}
