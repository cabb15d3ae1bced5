package dev.weft.message;

import java.io.Closeable;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.function.Consumer;

import dev.weft.net.Connection;
import dev.weft.net.DrainReport;
import dev.weft.net.LifeState;
import dev.weft.net.support.Life;

/**
 * The other end of a message connection, and the values that belong to it. For any thread.
 *
 * <p>Messages of many threads never interleave. What a hook on the reading thread sends is gathered while messages that have come are
 * unread, and leaves at the latest before that thread would wait for more; {@link #flush} sends it at once. All else has left when the call
 * returns. A client that {@linkplain Messages#reconnect reconnects} keeps its peer, whose values and hooks live on; what is sent while there
 * is no connection waits for the next one, as long as a write may wait.
 *
 * <p>It is {@link LifeState#RUNNING} from the beginning. {@link #drain} and {@link #close}, or the loss of its last connection, make it
 * {@link LifeState#DRAINING} and then {@link LifeState#ENDED}.
 */
public final class Peer implements Closeable {
    private final Messages messages;
    private final String localName;
    private final boolean dialed;
    private final PeerLife life;
    private volatile HookTable hooks;

    Peer(Messages messages, MessageSettings settings, String localName, boolean dialed, Connection connection) {
        this.messages = messages;
        this.localName = localName;
        this.dialed = dialed;
        hooks = settings.hooks();
        var state = new Life(this::toString, settings.time(), failure -> {}); // it has no tasks for its end
        state.begin("open");
        life = new PeerLife(this::toString, dialed, state, new CurrentConnection(connection, settings.framing(), state), settings.grace(),
                () -> messages.settings().reconnect(), messages.counters(), new PeerValues(messages.values()));
    }

    /** What our end is called (SPEC PR-D1's server_name, PR-C1's name). */
    public String localName() {
        return localName;
    }

    /** The connection there is, or the last there was. */
    public Connection connection() {
        return life.current().last().connection();
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
        life.sender().send(m);
    }

    /** Sends now what the reading thread's hooks have gathered: for a hook that goes on to wait for something else. */
    public void flush() throws IOException {
        life.sender().flush();
    }

    /**
     * Sends under a new id and waits for the reply with that id; no hook is called for it. Many may be under way. A hook may do it too:
     * on the reading thread, messages that come meanwhile are kept and handled after that hook; 1,024 of them, or 4 MiB, at most.
     *
     * <p>A request belongs to one connection. While a client has none, its request waits for the next one and is sent there. A failure whose
     * text says that the request "was not sent" happened before that: the other end has not seen the request, and it is safe to try again.
     * After any other failure the other end may have handled it.
     *
     * @param timeout how long to wait for a connection and for the first byte of the reply, together; the time that sending takes is not
     *        included. Zero waits for a connection up to the write deadline, then for the reply as long as the connection is open
     * @throws SocketTimeoutException when no reply came in time; one that comes later is dropped and counted
     * @throws IOException when the connection ended before
     */
    public Message request(Message m, Duration timeout) throws IOException {
        return life.requester().request(m, timeout);
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
        if (life.isReadingThread()) {
            throw new IllegalStateException("a hook on the reading thread can't read a stream: let it run beside (onParallel)");
        }
        return life.requester().requestStream(m);
    }

    /** Begins a stream of messages under a fresh id (SPEC PR-W6); nothing is sent yet. */
    public OutgoingStream stream(String type) {
        return new OutgoingStream(life.sender(), new Message(life.freshId(), Message.type(type), new byte[0], 0), null);
    }

    /** Begins a stream that answers a request: it bears the same id. */
    public OutgoingStream stream(Message request, String type) {
        return new OutgoingStream(life.sender(), new Message(request.id(), Message.type(type), new byte[0], 0), life.current().last());
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
        return find(key).orElseThrow(() -> new NoSuchElementException("no value is set for " + key.name()));
    }

    /**
     * As {@link #get}, empty if there is none.
     *
     * @throws LoadException if it can't be loaded, the same each time
     */
    public <T> Optional<T> find(Key<T> key) {
        return life.values().find(key);
    }

    /** Sets a value of this connection; whatever the others have stays. */
    public <T> void set(Key<T> key, T value) {
        life.values().set(key, value);
    }

    /** Forgets this connection's value; it is then as if it had never been set or loaded here, and is the caller's to close. */
    public <T> Optional<T> remove(Key<T> key) {
        return life.values().remove(key);
    }

    /** Where it is in its life; DRAINING also while its server drains. */
    public LifeState state() {
        return life.state();
    }

    /** Whether there is a connection now. False for a client that is about to make another one, and at the end. */
    public boolean connected() {
        return life.isConnected();
    }

    /** What it has seen so far, over all its connections. */
    public MessageStats stats() {
        return life.counters().snapshot();
    }

    /** What ended it, unless that was a plain disconnect, or our own close. */
    public Optional<Throwable> failure() {
        return life.life().failure();
    }

    /**
     * Waits until the last connection has ended and its hooks have finished. An interrupt ends the wait, and stays set.
     *
     * @throws IllegalStateException in a hook, or in the observer, on the connection's reading thread; a hook beside it would wait for itself
     * @throws RuntimeException what has ended it ({@link #failure}): an {@link IOException} as {@link java.io.UncheckedIOException}
     */
    public void join() {
        checkJoin();
        life.life().join();
    }

    /**
     * As {@link #join()}, for so long at most.
     *
     * @param limit zero means no limit
     * @return false when it has not ended by then
     */
    public boolean join(Duration limit) {
        checkJoin();
        return life.life().join(limit);
    }

    private void checkJoin() {
        if (life.isReadingThread()) {
            throw new IllegalStateException("a hook can't wait for the end of its own connection");
        }
    }

    /**
     * Waits for the end as {@link #join()} does, and meanwhile drains for the {@linkplain Messages#grace grace} when the process is asked to exit,
     * unless {@link #drainOnExit} says otherwise. An interrupt of this thread closes it, and stays set.
     */
    public void run() {
        checkJoin();
        life.run();
    }

    /**
     * Ends it: begins no further hook, lets those that run finish and answer, sends what was gathered, closes the connection, and makes no other.
     * Messages that have come and whose hook has not begun are dropped. Requests under way fail, except those of a hook on the reading thread. At
     * the limit it interrupts hooks, a second later it drops the connection; it is ENDED when this returns, at most two seconds after the limit.
     *
     * <p>The first drain wins: a later one, or a close, waits for it and returns its report. In a hook and in the observer it does not wait, and
     * the report is empty.
     *
     * @param limit zero means no limit
     * @return counts hooks: those that ended by themselves, that ended when they were interrupted, and that did not even then
     */
    public DrainReport drain(Duration limit) {
        return life.drain(limit);
    }

    /** Drains for the {@linkplain Messages#grace grace}. Idempotent. */
    @Override
    public void close() {
        life.close();
    }

    /** As {@link #drainOnExit(Duration, Consumer)}, without a look at the report. */
    public Peer drainOnExit(Duration limit) {
        return drainOnExit(limit, report -> {});
    }

    /**
     * Drains when the process is asked to exit (SIGTERM, Ctrl-C) or exits otherwise, then shows the report. After a signal the process exits with 0
     * when no hook had to be interrupted, otherwise with 128 and the signal's number. A second signal ends it at once. The last call counts.
     */
    public Peer drainOnExit(Duration limit, Consumer<? super DrainReport> show) {
        life.drainOnExit(limit, show);
        return this;
    }

    /** {@code client of 127.0.0.1:50003}. */
    @Override
    public String toString() {
        return localName + (dialed ? " of " : " with ") + connection().remote();
    }

    PeerLife life() {
        return life;
    }

    HookTable hooks() {
        return hooks;
    }
}
