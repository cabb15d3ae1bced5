package dev.weft.message;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.BiPredicate;
import java.util.function.Consumer;

import dev.weft.net.ConnectionBuilder;
import dev.weft.net.StreamBuilder;
import dev.weft.net.Backoff;
import dev.weft.net.Connection;
import dev.weft.net.Framing;
import dev.weft.net.Handler;
import dev.weft.net.Server;
import org.jspecify.annotations.Nullable;

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
 * that begin later; hooks of one that stands never change but by {@link Peer#on} (SPEC PR-H5). For any thread.
 */
public final class Messages {
    /** The port of the original (SPEC PR-S1, PR-C1). */
    public static final int PORT = 50_003;

    private static final int DEFAULT_PARALLELISM = 256;
    private static final int DEFAULT_RETRIES = 3;

    private final Values values = new Values();
    private final Counters counters = new Counters();
    private final Log log = new Log();
    private final Set<Key<?>> eager = new LinkedHashSet<>();
    private int open;
    private volatile boolean startAnyway;

    private volatile HookTable hooks;
    private volatile @Nullable String name;
    private volatile Framing<Message> framing = MessageFraming.DEFAULT;
    private volatile int parallelism = DEFAULT_PARALLELISM;
    private volatile Hook before = (m, peer) -> {};
    private volatile Hook after = (m, peer) -> {};
    private volatile PeerHook opened = peer -> {};
    private volatile PeerHook closed = peer -> {};
    private volatile BiPredicate<? super Exception, ? super Peer> goOn = (failure, peer) -> false;
    private volatile Backoff retries = Backoff.fixed(Duration.ZERO).attempts(DEFAULT_RETRIES);
    private volatile Backoff reconnect = Backoff.never();
    private volatile Duration heartbeat = Duration.ZERO;

    /** Without hooks or values. */
    public Messages() {
        hooks = HookTable.EMPTY;
    }

    /** Starts with a copy of another's hooks; what is added to either later is not seen by the other (SPEC PR-H5). */
    public Messages(Messages parent) {
        hooks = parent.hooks;
    }

    /** What this end is called; default the server's name, "server" unless set, and "client" on a connection (SPEC PR-S1, PR-C1). */
    public Messages name(String name) {
        this.name = Objects.requireNonNull(name, "name");
        return this;
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
     * Calls the hook once for every stream of this type, on a virtual thread beside the reader. Streams are told apart by their id and type;
     * as many may be open as hooks may run beside the reader ({@link #parallelism}), and one more ends the connection. A plain message is a
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
        if (hooks < 1) {
            throw new IllegalArgumentException("parallelism " + hooks + ": at least one hook must be able to run");
        }
        parallelism = hooks;
        return this;
    }

    /** Called before each message's hook, also when there is none (SPEC PR-S5). What it throws keeps the hook from being called. */
    public Messages before(Hook hook) {
        before = Objects.requireNonNull(hook, "hook");
        return this;
    }

    /** Called after each message's hook, also when there is none, not when the hook threw (SPEC PR-S5). */
    public Messages after(Hook hook) {
        after = Objects.requireNonNull(hook, "hook");
        return this;
    }

    /** Called when a connection has begun, before its first message is read; on a client again for each new connection. */
    public Messages onOpen(PeerHook hook) {
        opened = Objects.requireNonNull(hook, "hook");
        return this;
    }

    /** Called when a connection has ended, after its last hook has returned. */
    public Messages onClose(PeerHook hook) {
        closed = Objects.requireNonNull(hook, "hook");
        return this;
    }

    /**
     * Decides what a failure costs: true to go on, false to close the connection (SPEC PR-D6). Default: the connection is closed, and the
     * failure is told to the server's observer, or logged by a client.
     *
     * <p>Asked for what hooks throw, on whatever thread, and for bodies that are no message. It is also told of the protocol errors and
     * deadlines that end a connection whatever it returns; not of a plain disconnect, and not of Errors.
     */
    public Messages onFailure(BiPredicate<? super Exception, ? super Peer> goOn) {
        this.goOn = Objects.requireNonNull(goOn, "goOn");
        return this;
    }

    /** The longest body of a message in bytes, in both directions; default 16 MiB (SPEC PR-W12). */
    public Messages limit(int bytes) {
        framing = new MessageFraming(bytes);
        return this;
    }

    /**
     * How often, and after what pauses, {@link #open(ConnectionBuilder)} tries again; default three times, without a pause (SPEC PR-C2).
     */
    public Messages retries(Backoff backoff) {
        retries = Objects.requireNonNull(backoff, "backoff");
        return this;
    }

    /**
     * A client that loses its connection makes another, with these pauses between its tries; default: it does not. The count of tries begins
     * anew after a connection by which a message came once {@link #onOpen} had returned, or which stood for a minute: a server that accepts and
     * drops is tried more and more seldom. A client that gives up has a {@link RetriesExhaustedException} as its {@link Peer#failure}.
     * Requests under way fail; what was sent and not answered may or may not have arrived.
     */
    public Messages reconnect(Backoff backoff) {
        reconnect = Objects.requireNonNull(backoff, "backoff");
        return this;
    }

    /**
     * Asks a peer that was silent for so long whether it lives, and closes the connection with {@link java.net.SocketTimeoutException} when it
     * is silent for as long again; default zero: off. Weft answers by itself, in turn with its hooks: one that blocks its reading thread for
     * longer than the interval makes its end look dead. The original doesn't answer, so this is between Weft and Weft.
     */
    public Messages heartbeat(Duration interval) {
        if (interval.isNegative()) {
            throw new IllegalArgumentException("a heartbeat every " + interval);
        }
        heartbeat = interval;
        return this;
    }

    /**
     * Sets a value: one that all connections see, or, for a key that is per connection, the prototype of which each gets a copy.
     *
     * @throws IllegalArgumentException when it is per connection, may change, and the key has no copier: nothing is shared by accident
     */
    public <T> Messages set(Key<T> key, T value) {
        values.set(key, key.checked(Objects.requireNonNull(value, key.name())));
        return this;
    }

    /**
     * The value that all connections see.
     *
     * @throws NoSuchElementException if there is none
     * @throws LoadException if it can't be loaded
     */
    public <T> T get(Key<T> key) {
        return find(key).orElseThrow(() -> new NoSuchElementException("nobody has set " + key.name()));
    }

    /** As {@link #get}, empty if there is none, or if there is one only for each connection. */
    public <T> Optional<T> find(Key<T> key) {
        if (key.isPerConnection()) {
            return Optional.empty();
        }
        var present = values.present(key);
        return present.isPresent() ? present : key.loader().map(loader -> values.load(key, loader));
    }

    /** Forgets a value that was set or loaded; it is the caller's to close. A loader runs again at the next get. */
    public <T> Optional<T> remove(Key<T> key) {
        return values.remove(key);
    }

    /** Loads these when opened (per-connection ones when a connection begins); all others at their first get (SPEC PR-R1). */
    public synchronized Messages eager(Key<?>... keys) {
        for (var key : keys) {
            if (key.loader().isEmpty()) {
                throw new IllegalArgumentException(key.name() + " has no loader");
            }
            eager.add(key);
        }
        return this;
    }

    /**
     * An eager value that can't be loaded is logged, and the server, the client or the connection begins without it, as the original's does
     * (SPEC PR-R2).
     */
    public Messages startAnyway() {
        startAnyway = true;
        return this;
    }

    /** What its connections have seen so far. */
    public MessageStats stats() {
        return counters.snapshot();
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
        begin();
        var bound = false;
        try {
            loadShared();
            var called = name;
            if (called != null) {
                where.name(called);
            }
            var server = where.open((Handler) this::serve);
            bound = true;
            server.onClose(this::end);
            return server;
        } finally {
            if (!bound) {
                end();
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
        begin();
        try {
            loadShared();
            var called = name;
            if (called != null) {
                where.name(called);
            }
            where.serve((Handler) this::serve);
        } finally {
            end();
        }
    }

    private void serve(Connection c) throws Exception {
        var called = name;
        var peer = new Peer(this, called == null ? Server.current().name() : called, false, c);
        Throwable failure = null;
        begin(); // a hook may run on when its server has closed, and what it uses with it
        try {
            new Conversation(peer, peer.wire().last()).run(() -> {});
        } catch (Throwable t) {
            failure = t;
            throw t;
        } finally {
            peer.end(failure);
            end();
        }
    }

    /**
     * A connection that speaks these messages, read in the background by a daemon thread. Loads the eager values first, tries as often as
     * {@link #retries} say, and returns when {@link #onOpen} has run.
     *
     * @throws LoadException when an eager value can't be loaded
     * @throws RetriesExhaustedException when no try succeeded; it may be opened again
     */
    public Peer open(ConnectionBuilder where) throws IOException {
        begin();
        var loaded = false;
        try {
            loadShared();
            loaded = true;
        } finally {
            if (!loaded) {
                end();
            }
        }
        var called = name;
        return Client.open(this, called == null ? "client" : called, where, retries, this::end);
    }

    private synchronized void begin() {
        open++;
        values.open();
    }

    private void end() {
        Runnable closing;
        synchronized (this) {
            if (--open > 0) {
                return;
            }
            closing = values.close();
        }
        closing.run();
    }

    private void loadShared() {
        var keys = eagerly(false);
        Loading.each(keys, key -> load(key, this::find));
    }

    private void load(Key<?> key, Consumer<Key<?>> find) {
        try {
            find.accept(key);
        } catch (LoadException e) {
            if (!startAnyway) {
                throw e;
            }
            Log.loadFailed(e);
        }
    }

    /** Loads what each connection has of its own. */
    void loadEager(Peer peer) {
        eagerly(true).forEach(key -> load(key, peer::find));
    }

    private synchronized List<Key<?>> eagerly(boolean perConnection) {
        var keys = new ArrayList<Key<?>>();
        for (var key : eager) {
            if (key.isPerConnection() == perConnection) {
                keys.add(key);
            }
        }
        return keys;
    }

    /** How one connection gets its own value; empty when nobody has said. */
    <T> Optional<Callable<? extends T>> maker(Key<T> key) {
        var prototype = values.present(key);
        return prototype.isPresent() ? Optional.of(() -> key.copy(prototype.get())) : key.loader();
    }

    /** Whether a failure is forgiven. */
    boolean tolerates(Exception failure, Peer peer) {
        try {
            return goOn.test(failure, peer);
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
            return false;
        }
    }

    private synchronized Messages with(HookTable.Entry entry) {
        hooks = hooks.with(entry);
        return this;
    }

    HookTable hooks() {
        return hooks;
    }

    Framing<Message> framing() {
        return framing;
    }

    int parallelism() {
        return parallelism;
    }

    Hook before() {
        return before;
    }

    Hook after() {
        return after;
    }

    PeerHook opened() {
        return opened;
    }

    PeerHook closed() {
        return closed;
    }

    Duration heartbeat() {
        return heartbeat;
    }

    Backoff reconnect() {
        return reconnect;
    }

    Log log() {
        return log;
    }

    Counters counters() {
        return counters;
    }
}
