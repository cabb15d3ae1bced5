package dev.weft.message;

import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import dev.weft.net.Connection;
import dev.weft.net.support.ExitHook;
import org.jspecify.annotations.Nullable;

/**
 * The other end of a message connection, and the values that belong to it. For any thread.
 *
 * <p>Messages of many threads never interleave. What a hook on the reading thread sends is gathered while messages that have come are
 * unread, and leaves at the latest before that thread would wait for more; {@link #flush} sends it at once. All else has left when the call
 * returns. A client that {@linkplain Messages#reconnect reconnects} keeps its peer, whose values and hooks live on; what is sent while there
 * is no connection waits for the next one, as long as a write may wait.
 */
public final class Peer implements Closeable {
    private final Messages messages;
    private final String localName;
    private final boolean dialled;
    private final Wire wire;
    private final Requester requester = new Requester(this);
    private final CountDownLatch over = new CountDownLatch(1);
    private volatile HookTable hooks;
    private volatile @Nullable Conversation conversation;
    private volatile @Nullable Beside beside;
    private volatile @Nullable Values values;
    private volatile @Nullable Throwable failure;
    /** No connection any more; its values are being closed. */
    private volatile boolean ended;
    private long nextId;
    private volatile @Nullable ExitHook exit;

    Peer(Messages messages, String localName, boolean dialled, Connection connection) {
        this.messages = messages;
        this.localName = localName;
        this.dialled = dialled;
        wire = new Wire(connection, messages.framing());
        hooks = messages.hooks();
        nextId = dialled ? 1 : 2;
    }

    /** What our end is called (SPEC PR-D1's server_name, PR-C1's name). */
    public String localName() {
        return localName;
    }

    /** The connection there is, or the last there was. */
    public Connection connection() {
        return wire.last().connection();
    }

    /** What our end does with messages; its shared values can be set there. */
    public Messages messages() {
        return messages;
    }

    /** Sends a message with id 0 (SPEC PR-D4). */
    public void send(String type, byte[] data) throws IOException {
        send(Message.of(type, data));
    }

    /** Sends a message with id 0 and a text in UTF-8. */
    public void send(String type, String text) throws IOException {
        send(Message.of(type, text));
    }

    /** Sends a message with id 0 and a payload. */
    public <T> void send(String type, Codec<T> codec, T payload) throws IOException {
        send(Message.of(type, codec, payload));
    }

    /**
     * Sends a message as it is; blocks while the peer takes nothing, for the connection's write deadline at most.
     *
     * @throws IllegalArgumentException when it is longer than the limit; nothing was sent
     * @throws SocketTimeoutException when the peer took nothing, or when there was no connection, for so long
     */
    public void send(Message m) throws IOException {
        send(m, connected());
    }

    /** Sends on this connection, whether there is another by now or not. */
    void send(Message m, Connected on) throws IOException {
        try {
            on.frames().write(m);
        } catch (IOException e) {
            throw noted(on, e);
        }
        messages.counters().sent.increment();
    }

    /** The connection there is; while there is none, it waits for as long as a write may wait. */
    Connected connected() throws IOException {
        checkMayWait();
        return wire.get();
    }

    /** As {@link #connected()}, but it waits for this long; zero is for ever. */
    Connected connected(Duration limit) throws IOException {
        checkMayWait();
        return wire.get(limit);
    }

    /** The next connection is made when all hooks of the last one have returned: none of them can wait for it. */
    private void checkMayWait() throws SocketException {
        if (wire.isAway() && (isReadingThread() || runsBeside())) {
            throw new SocketException("the connection with " + connection().remote() + " is lost; this hook must return before there is another");
        }
    }

    private boolean runsBeside() {
        var there = beside;
        return there != null && there.isOnThisThread();
    }

    private boolean isReadingThread() {
        var c = conversation;
        return c != null && c.isOnThisThread();
    }

    /** Sends now what the reading thread's hooks have gathered: for a hook that goes on to wait for something else. */
    public void flush() throws IOException {
        var on = connected();
        try {
            on.frames().flush();
        } catch (IOException e) {
            throw noted(on, e);
        }
    }

    /** A write that finds the connection lost is a disconnect, and no hook's failure; not so a deadline, an interrupt, or TLS. */
    private IOException noted(Connected on, IOException e) {
        var c = conversation;
        if (c != null && c.isOn(on) && (e instanceof SocketException || e.getClass() == IOException.class)) {
            c.lost(e);
        }
        return e;
    }

    /**
     * Sends under a fresh id and waits for the message that bears it, which then is no hook's. Many may be under way. A hook may do it too:
     * on the reading thread, messages that come meanwhile are kept and handled after that hook; 1,024 of them, or 4 MiB, at most.
     *
     * <p>A request belongs to one connection. While a client has none, its request waits for the next one and is sent there. A failure whose
     * text says that the request "was not sent" happened before that: the other end has not seen the request, and it is safe to try again.
     * After any other failure the other end may have handled it.
     *
     * @param timeout until the reply's first byte: the wait for a connection and the wait for the reply together, without the time that the
     *        sending itself takes; zero waits for a connection as long as a write may wait, then as long as the connection stands
     * @throws SocketTimeoutException when no reply came in time; one that comes later is dropped and counted
     * @throws IOException when the connection ended before
     */
    public Message request(Message m, Duration timeout) throws IOException {
        return requester.request(m, timeout);
    }

    /** As {@link #request(Message, Duration)}. */
    public Message request(String type, byte[] data, Duration timeout) throws IOException {
        return request(Message.of(type, data), timeout);
    }

    /** As {@link #request(Message, Duration)}, with a text in UTF-8. */
    public Message request(String type, String text, Duration timeout) throws IOException {
        return request(Message.of(type, text), timeout);
    }

    /**
     * Sends under a fresh id and reads the stream that answers it; one plain message is a stream of one. Close it when leaving early. As a
     * {@linkplain #request(Message, Duration) request}, it waits for a connection where there is none, and belongs to one: the stream breaks
     * off when that ends.
     *
     * @throws IllegalStateException on the connection's reading thread, which can't wait for itself
     */
    public IncomingStream requestStream(Message m) throws IOException {
        if (isReadingThread()) {
            throw new IllegalStateException("a hook on the reading thread can't read a stream: let it run beside (onParallel)");
        }
        return requester.requestStream(m);
    }

    /** Begins a stream of messages under a fresh id (SPEC PR-W6); nothing is sent yet. */
    public OutgoingStream stream(String type) {
        return new OutgoingStream(this, new Message(freshId(), Message.type(type), new byte[0], 0), null);
    }

    /** Begins a stream that answers a request: it bears the same id. */
    public OutgoingStream stream(Message request, String type) {
        return new OutgoingStream(this, new Message(request.id(), Message.type(type), new byte[0], 0), wire.last());
    }

    /**
     * A hook for this connection only (SPEC PR-H5), from the next message on.
     *
     * @throws IllegalArgumentException when another name has the same hash
     */
    public Peer on(String type, Hook hook) {
        return with(HookTable.named(type, new HookTable.Inline(hook)));
    }

    /** As {@link #on(String, Hook)}, for a type that is a number. */
    public Peer on(int type, Hook hook) {
        return with(new HookTable.Entry(type, null, new HookTable.Inline(hook)));
    }

    /** As {@link #on(String, Hook)}, on a thread beside the reader. */
    public Peer onParallel(String type, Hook hook) {
        return with(HookTable.named(type, new HookTable.Parallel(hook)));
    }

    /** As {@link #on(String, Hook)}, for whole streams. */
    public Peer onStream(String type, StreamHook hook) {
        return with(HookTable.named(type, new HookTable.Streaming(hook)));
    }

    private synchronized Peer with(HookTable.Entry entry) {
        hooks = hooks.with(entry);
        return this;
    }

    /**
     * This connection's value, or the one all share, or the loaded one.
     *
     * @throws NoSuchElementException if there is none
     * @throws LoadException if it can't be loaded, the same each time
     */
    public <T> T get(Key<T> key) {
        return find(key).orElseThrow(() -> new NoSuchElementException("nobody has set " + key.name()));
    }

    /**
     * As {@link #get}, empty if there is none.
     *
     * @throws LoadException if it can't be loaded, the same each time
     */
    public <T> Optional<T> find(Key<T> key) {
        var own = values;
        var mine = own == null ? Optional.<T>empty() : own.present(key);
        if (mine.isPresent()) {
            return mine;
        }
        if (!key.isPerConnection()) {
            return messages.find(key);
        }
        return messages.maker(key).map(maker -> values().load(key, maker));
    }

    /** Sets a value of this connection; whatever the others have stays. */
    public <T> void set(Key<T> key, T value) {
        values().set(key, value);
    }

    /** Forgets this connection's value; it is then as if it had never been set or loaded here, and is the caller's to close. */
    public <T> Optional<T> remove(Key<T> key) {
        var own = values;
        return own == null ? Optional.empty() : own.remove(key);
    }

    /** What ended it, unless that was a plain disconnect, or our own close. */
    public Optional<Throwable> failure() {
        return Optional.ofNullable(failure);
    }

    /** False when the connection has ended and there will be no other. */
    public boolean isOpen() {
        return !ended;
    }

    /**
     * Waits until the connection has ended and its hooks have finished; an interrupt, which stays set, ends the waiting.
     *
     * @throws IllegalStateException in a hook on the connection's reading thread; in one beside it, it waits for itself
     */
    public void join() {
        if (isReadingThread()) {
            throw new IllegalStateException("a hook can't wait for the end of its own connection");
        }
        try {
            over.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Sends what was gathered, then closes the connection for good. Idempotent. It does not wait for hooks: see {@link #join}. */
    @Override
    public void close() {
        wire.end();
        var last = wire.last();
        last.connection().close();
        last.end(new SocketException("the connection with " + last.connection().remote() + " was closed"));
        var c = conversation;
        if (c != null) {
            c.breakStreams();
        }
    }

    /**
     * Closes it when the process is asked to exit (SIGTERM, Ctrl-C) or exits otherwise, and waits for the hooks that run. After a signal the process
     * exits with 0 when they have returned in time, otherwise with 128 and the signal's number. A second signal ends it at once.
     *
     * @param patience how long it waits for hooks
     */
    public Peer closeOnExit(Duration patience) {
        var hook = ExitHook.install("weft-" + localName + "-exit", () -> {
            close();
            return endsWithin(patience);
        });
        exit = hook;
        if (ended) {
            hook.remove();
        }
        return this;
    }

    private boolean endsWithin(Duration patience) {
        try {
            return over.await(Waits.nanos(patience), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** {@code client of 127.0.0.1:50003}. */
    @Override
    public String toString() {
        return localName + (dialled ? " of " : " with ") + connection().remote();
    }

    Wire wire() {
        return wire;
    }

    HookTable hooks() {
        return hooks;
    }

    /** A connection begins. */
    void converse(Conversation c) {
        conversation = c;
    }

    @Nullable
    Conversation conversation() {
        return conversation;
    }

    /** Whether another connection is to take the place of a lost one. */
    boolean reconnects() {
        return dialled && !wire.isOver() && messages.reconnect().pause(1).isPresent();
    }

    /** An id that this end has not used before: the client's are odd and the server's even, so the two ends' never meet. */
    synchronized long freshId() {
        var id = nextId;
        nextId += 2;
        return id;
    }

    /** Whether another connection has taken the place of this one, or will. */
    boolean isReplaced(Connected on) {
        return wire.isAway() || wire.last() != on;
    }

    /** A connection is lost: no reply comes by it any more, and what is sent waits for the next one, if there will be one. */
    void lost(Connected on, IOException reason) {
        if (reconnects()) {
            wire.lost(); // first: whose request finds the connection ended looks for the next
        }
        on.end(reason);
    }

    /** Only for the reading thread. */
    Beside beside() {
        var there = beside;
        if (there == null) {
            there = new Beside(messages.parallelism());
            beside = there;
        }
        return there;
    }

    /** Waits for what runs beside the reader, or interrupts it. */
    void endBeside(boolean interrupt) throws InterruptedIOException {
        var there = beside;
        if (there == null) {
            return;
        }
        if (interrupt) {
            there.interrupt();
        } else {
            there.join();
        }
    }

    private Values values() {
        var there = values;
        return there == null ? madeValues() : there;
    }

    private synchronized Values madeValues() {
        var there = values;
        if (there == null) {
            there = new Values();
            if (!isOpen()) {
                there.close().run(); // nobody would close what is loaded from now on
            }
            values = there;
        }
        return there;
    }

    /** It is over: its values are closed, and who waits for that goes on. */
    void end(@Nullable Throwable why) {
        failure = why;
        wire.end();
        wire.last().end(new SocketException("the connection with " + connection().remote() + " has ended"));
        Values own;
        synchronized (this) {
            ended = true;
            own = values;
        }
        if (own != null) {
            own.close().run();
        }
        over.countDown();
        var hook = exit;
        if (hook != null) {
            hook.remove();
        }
    }
}
