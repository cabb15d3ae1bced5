package dev.weft.message;

import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import dev.weft.net.Connection;
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
    private final CountDownLatch over = new CountDownLatch(1);
    private volatile HookTable hooks;
    private volatile @Nullable Conversation conversation;
    private volatile @Nullable Replies replies;
    private volatile @Nullable Beside beside;
    private volatile @Nullable Values values;
    /** Why no reply can come. */
    private volatile @Nullable IOException unanswerable;
    private volatile @Nullable Throwable failure;
    /** No connection any more; its values are being closed. */
    private volatile boolean ended;

    Peer(Messages messages, String localName, boolean dialled, Connection connection) {
        this.messages = messages;
        this.localName = localName;
        this.dialled = dialled;
        wire = new Wire(connection, messages.framing());
        hooks = messages.hooks();
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
        var frames = connected().frames();
        try {
            frames.write(m);
        } catch (IOException e) {
            throw noted(e);
        }
        messages.counters().sent.increment();
    }

    private Wire.Connected connected() throws IOException {
        if (wire.isAway() && isReadingThread()) {
            throw new SocketException("the connection with " + connection().remote() + " is lost; this hook must return before there is another");
        }
        return wire.get();
    }

    private boolean isReadingThread() {
        var c = conversation;
        return c != null && c.isOnThisThread();
    }

    /** Sends now what the reading thread's hooks have gathered: for a hook that goes on to wait for something else. */
    public void flush() throws IOException {
        var frames = connected().frames();
        try {
            frames.flush();
        } catch (IOException e) {
            throw noted(e);
        }
    }

    /** A write that finds the connection lost is a disconnect, and no hook's failure; not so a deadline, an interrupt, or TLS. */
    private IOException noted(IOException e) {
        var c = conversation;
        if (c != null && (e instanceof SocketException || e.getClass() == IOException.class)) {
            c.lost(e);
        }
        return e;
    }

    /**
     * Sends under a fresh id and waits for the message that bears it, which then is no hook's. Many may be under way. A hook may do it too:
     * on the reading thread, messages that come meanwhile are kept and handled after that hook; 1,024 of them, or 4 MiB, at most.
     *
     * @param timeout until the reply's first byte, from when the message has been sent; zero waits as long as the connection stands
     * @throws SocketTimeoutException when no reply came in time; one that comes later is dropped and counted
     * @throws IOException when the connection ended before
     */
    public Message request(Message m, Duration timeout) throws IOException {
        var id = replies().freshId();
        var reply = new CompletableFuture<Message>();
        replies().await(id, new Replies.One(reply));
        try {
            send(m.id(id));
            return await(reply, timeout);
        } catch (TimeoutException e) {
            throw new SocketTimeoutException(
                    "%s: no reply to %s in %d ms".formatted(connection().remote(), TypeNames.of(m.type()), timeout.toMillis()));
        } catch (InterruptedException e) {
            throw new InterruptedIOException("interrupted before the reply to " + TypeNames.of(m.type()) + " from " + connection().remote());
        } catch (ExecutionException e) {
            var cause = Objects.requireNonNullElse(e.getCause(), e);
            throw new IOException("no reply to " + TypeNames.of(m.type()) + ": " + cause.getMessage(), cause);
        } finally {
            replies().giveUp(id);
        }
    }

    private Message await(CompletableFuture<Message> reply, Duration timeout)
            throws IOException, InterruptedException, ExecutionException, TimeoutException {
        var c = conversation;
        if (c != null && c.isOnThisThread()) {
            c.readUntil(reply, timeout);
        }
        return timeout.isZero() ? reply.get() : reply.get(Waits.nanos(timeout), TimeUnit.NANOSECONDS);
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
     * Sends under a fresh id and reads the stream that answers it; one plain message is a stream of one. Close it when leaving early.
     *
     * @throws IllegalStateException on the connection's reading thread, which can't wait for itself
     */
    public IncomingStream requestStream(Message m) throws IOException {
        if (isReadingThread()) {
            throw new IllegalStateException("a hook on the reading thread can't read a stream: let it run beside (onParallel)");
        }
        var id = replies().freshId();
        var stream = new IncomingStream(id, m.type(), () -> replies().giveUp(id));
        replies().await(id, new Replies.Many(stream));
        var sent = false;
        try {
            send(m.id(id));
            sent = true;
            return stream;
        } finally {
            if (!sent) {
                stream.close();
            }
        }
    }

    /** Begins a stream of messages under a fresh id (SPEC PR-W6); nothing is sent yet. */
    public OutgoingStream stream(String type) {
        return new OutgoingStream(this, new Message(replies().freshId(), Message.type(type), new byte[0], 0));
    }

    /** Begins a stream that answers a request: it bears the same id. */
    public OutgoingStream stream(Message request, String type) {
        return new OutgoingStream(this, new Message(request.id(), Message.type(type), new byte[0], 0));
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
        connection().close();
        failRequests(new SocketException("the connection with " + connection().remote() + " was closed"));
        var c = conversation;
        if (c != null) {
            c.breakStreams();
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
        if (!wire.isOver()) {
            unanswerable = null;
            var there = replies;
            if (there != null) {
                there.open();
            }
        }
    }

    /** Whether another connection is to take the place of a lost one. */
    boolean reconnects() {
        return dialled && !wire.isOver() && messages.reconnect().pause(1).isPresent();
    }

    /** Who waits for replies; null as long as nobody has. */
    @Nullable
    Replies waiting() {
        return replies;
    }

    private Replies replies() {
        var there = replies;
        return there == null ? madeReplies() : there;
    }

    private synchronized Replies madeReplies() {
        var there = replies;
        if (there == null) {
            there = new Replies(dialled);
            replies = there;
            var reason = unanswerable;
            if (reason != null) {
                there.fail(reason);
            }
        }
        return there;
    }

    /** The connection is lost: no reply comes any more, and what is sent waits for the next one, if there will be one. */
    void lost(IOException reason) {
        if (reconnects()) {
            wire.lost();
        }
        failRequests(reason);
    }

    /** Those that wait, and those that are made from now on. */
    private void failRequests(IOException reason) {
        unanswerable = reason;
        var there = replies;
        if (there != null) {
            there.fail(reason);
        }
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
        lost(new SocketException("the connection with " + connection().remote() + " has ended"));
        Values own;
        synchronized (this) {
            ended = true;
            own = values;
        }
        if (own != null) {
            own.close().run();
        }
        over.countDown();
    }
}
