package dev.weft.queue;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.function.BooleanSupplier;

import dev.weft.net.ConnectionBuilder;
import dev.weft.net.StreamBuilder;
import dev.weft.net.Address;
import dev.weft.net.Backoff;
import dev.weft.net.Connection;
import dev.weft.net.Framing;
import dev.weft.net.Server;
import dev.weft.net.support.SafeLog;
import org.jspecify.annotations.Nullable;

/**
 * One end of a queue that crosses a connection, and outlives it. Two choices make the six classes of pysocklib: how the connection comes about
 * (listen or connect), and which way messages go (receiver, sender or duplex).
 *
 * <p>A link works in the background, on virtual threads of its own, from {@link #start} until it is {@link #shutdown}, a
 * {@link Builder#stopReceiving stop}
 * function says so, or there is no other connection to be had. It serves one connection at a time; a listener keeps its port open between them,
 * and who comes meanwhile waits in its backlog.
 *
 * <p>Safe for any number of threads. Source: pysocklib 0.6.1 (SPEC SL).
 */
public interface Link extends AutoCloseable {
    /** Waits for the other end at this port of all addresses, one at a time: pysocklib's servers. */
    static Builder<byte[]> listen(int port) {
        return listen(Server.tcp(port));
    }

    /** Waits for the other end, one at a time: pysocklib's servers. Of the server's builder count address, options, TLS, deadlines and transport. */
    static Builder<byte[]> listen(StreamBuilder where) {
        return new Builder<>(new ConnectionSource.Listening(where), Builder.BYTES, Body.bytes(Builder.BYTES.limit()));
    }

    /** Goes to the other end: pysocklib's clients. */
    static Builder<byte[]> connect(String host, int port) {
        return connect(Connection.to(host, port));
    }

    /** Goes to the other end: pysocklib's clients. */
    static Builder<byte[]> connect(ConnectionBuilder where) {
        return new Builder<>(new ConnectionSource.Dialing(where), Builder.BYTES, Body.bytes(Builder.BYTES.limit()));
    }

    /**
     * Binds, or begins to connect, and then works in the background.
     *
     * @throws IOException when the address can't be bound; that nobody answers is no failure, as the link goes on trying
     * @throws IllegalStateException when it was started before
     */
    Link start() throws IOException;

    /**
     * Does the work on this thread, until the link has ended; an interrupt ends it.
     *
     * @throws IOException when the address can't be bound
     * @throws IllegalStateException when it was started before
     */
    void run() throws IOException;

    /**
     * Waits until the link has ended; an interrupt, which stays set, ends the waiting.
     *
     * @throws java.io.UncheckedIOException when it ended because it gave up connecting
     * @throws IllegalStateException when it has not been started
     */
    void join();

    /**
     * Ends it in good order: what comes from now on is not taken; waits until what has come is acknowledged (a queue of the caller's with
     * {@link Delivery#AT_MOST_ONCE}: until it is empty), and then until what is to be sent is sent, with {@link Delivery#AT_LEAST_ONCE} until it is
     * acknowledged. At the limit it is shut down.
     *
     * <p>With {@link Delivery#AT_MOST_ONCE} nobody tells that a message which was taken out of the queue is done; a link of which
     * {@link #drainOnExit} was called before its start keeps count of it. What is in a spool need not leave when there is no peer.
     *
     * @param limit how long it waits at most
     * @return whether all of that was done in time; on a thread of the link, which does not wait, false
     */
    boolean drain(Duration limit);

    /**
     * Drains when the process is asked to stop (SIGTERM, Ctrl-C) or exits otherwise: receivers and duplexes first, then services, then senders, as
     * far as these do the same. Call it before {@link #start}: see {@link #drain}. After a signal the process exits with 0 when all was drained,
     * otherwise with 128 and the signal's number; a second signal ends it at once.
     *
     * @param limit see {@link #drain}
     */
    Link drainOnExit(Duration limit);

    /**
     * Ends every wait, in whatever state the link is, and returns when it has ended. What waits in {@link Sender#toSend} stays there. Idempotent.
     */
    void shutdown();

    /** As {@link #shutdown}. */
    @Override
    void close();

    /** Where it listens, once it does, with the port really bound; or where it connects to. */
    Address address();

    /** Whether there is a connection now. */
    boolean connected();

    /** What it is doing, and since when. */
    LinkStatus status();

    /** What it has done so far. */
    LinkStats stats();

    /**
     * How a link will be; the last word says which way it goes. A builder may make many.
     *
     * @param <T> the type of a message
     */
    final class Builder<T> {
        static final Framing<byte[]> BYTES = Framing.delimited("\r\n");

        final ConnectionSource origin;
        final Framing<T> framing;
        final Body<T> body;
        Backoff reconnect = Backoff.exponential(Duration.ofMillis(100), Duration.ofSeconds(30));
        Duration connectWithin = Duration.ZERO;
        Duration timeout = Duration.ZERO;
        Duration pace = Duration.ZERO;
        Delivery delivery = Delivery.AT_MOST_ONCE;
        int capacity = AckQueue.DEFAULT_CAPACITY;
        @Nullable
        Path spool;
        @Nullable
        BooleanSupplier stopReceiving;
        @Nullable
        BooleanSupplier stopSending;
        BooleanSupplier stopReconnecting = () -> false;
        Optional<LinkObserver> observer = Optional.empty();
        SafeLog log = QueueLog.SHARED;

        Builder(ConnectionSource origin, Framing<T> framing, Body<T> body) {
            this.origin = origin;
            this.framing = framing;
            this.body = body;
        }

        /** How messages lie on the wire; default bytes between CR LF, the wire of socketlib (SPEC SL-W1). Resets nothing else. */
        public <U> Builder<U> framing(Framing<U> framing) {
            return with(framing, Body.framed(framing));
        }

        private <U> Builder<U> with(Framing<U> framing, Body<U> body) {
            var other = new Builder<>(origin, framing, body);
            other.reconnect = reconnect;
            other.connectWithin = connectWithin;
            other.timeout = timeout;
            other.pace = pace;
            other.delivery = delivery;
            other.capacity = capacity;
            other.spool = spool;
            other.stopReceiving = stopReceiving;
            other.stopSending = stopSending;
            other.stopReconnecting = stopReconnecting;
            other.observer = observer;
            other.log = log;
            return other;
        }

        /** The wire of socketlib, as UTF-8 strings. */
        public Builder<String> text() {
            return text(StandardCharsets.UTF_8);
        }

        /** The wire of socketlib, as strings: its {@code encoding}. Bytes that are no text become U+FFFD. */
        public Builder<String> text(Charset charset) {
            return with(BYTES.map(bytes -> new String(bytes, charset), text -> text.getBytes(charset)), Body.text(charset, BYTES.limit()));
        }

        /**
         * When to connect again after a connection was lost: at once, and then at these pauses. Default exponential from 100 ms to 30 s, with
         * jitter, for ever; the original's is {@code Backoff.fixed(Duration.ofMillis(500))}. {@link Backoff#never} is its {@code reconnect=False}:
         * the link ends with its first connection. A listener just waits for the next one, unless this is never.
         */
        public Builder<T> reconnect(Backoff backoff) {
            this.reconnect = backoff;
            return this;
        }

        /**
         * How long it may take to get a connection, the first as any later one, before the link gives up and ends; default for ever. Not for
         * listeners, which wait.
         */
        public Builder<T> connectWithin(Duration limit) {
            this.connectWithin = positive(limit, "connectWithin");
            return this;
        }

        /**
         * The original's {@code timeout} (SPEC SL-9): a peer that sends nothing for so long, or takes nothing, counts as lost; and a message for
         * which a full queue has no room for so long is dropped ({@link Delivery#AT_MOST_ONCE} only). Default none: links wait, and a full queue
         * makes the peer wait.
         */
        public Builder<T> timeout(Duration limit) {
            this.timeout = positive(limit, "timeout");
            return this;
        }

        /** What may be lost when a connection breaks; default {@link Delivery#AT_MOST_ONCE}, the original's wire. */
        public Builder<T> delivery(Delivery delivery) {
            this.delivery = delivery;
            return this;
        }

        /**
         * Keeps messages in this directory until they are acknowledged, so that they survive the death of this process: the next link with the same
         * directory sends them. A message is there when {@link Sender#send} has returned, or when it is acknowledged to whoever put it into an
         * {@link AckQueue}: soon after it has left {@link Sender#toSend}. It outlives the process; a power failure may cost the last moments. One
         * link at a time may use it. Needs {@link Delivery#AT_LEAST_ONCE}; default none.
         */
        public Builder<T> spool(Path directory) {
            this.spool = directory;
            return this;
        }

        /** Pause between two messages sent: the original's {@code send_wait}. Default none. */
        public Builder<T> pace(Duration pause) {
            this.pace = positive(pause, "pace");
            return this;
        }

        /**
         * Messages that wait in a queue of our making, and messages that may be under way without being acknowledged
         * ({@link Delivery#AT_LEAST_ONCE}); default {@value AckQueue#DEFAULT_CAPACITY}.
         */
        public Builder<T> capacity(int messages) {
            if (messages < 1) {
                throw new IllegalArgumentException("a capacity of " + messages + " messages");
            }
            this.capacity = messages;
            return this;
        }

        /**
         * Asked before each message is received, and now and then while none comes; true ends that direction. What was received and is not
         * acknowledged by then can still be taken, and comes again to the next receiver ({@link Delivery#AT_LEAST_ONCE}). Default: never.
         */
        public Builder<T> stopReceiving(BooleanSupplier stop) {
            this.stopReceiving = stop;
            return this;
        }

        /** Asked before each message is taken to be sent, and now and then while there is none; true ends that direction. Default: never. */
        public Builder<T> stopSending(BooleanSupplier stop) {
            this.stopSending = stop;
            return this;
        }

        /** Asked before each connection but the first; true ends the link. Default: never. */
        public Builder<T> stopReconnecting(BooleanSupplier stop) {
            this.stopReconnecting = stop;
            return this;
        }

        /**
         * Where it logs; default the system logger {@code dev.weft.queue}, which links and services share. The original's {@code logger}. What peers
         * do wrong is at INFO, ten lines a minute at most for all links of this builder.
         */
        public Builder<T> logger(System.Logger logger) {
            this.log = SafeLog.of(Objects.requireNonNull(logger));
            return this;
        }

        /** Who hears what happens; default nobody but the log. */
        public Builder<T> observer(LinkObserver observer) {
            this.observer = Optional.of(observer);
            return this;
        }

        /** A receiver with a queue of its own. */
        public Receiver<T> receiver() {
            var received = new AckQueue<T>(capacity);
            return new QueueLink<>(snapshot(), received, null, List.of(received));
        }

        /** A receiver into this queue, which may be an {@link AckQueue}. */
        public Receiver<T> receiver(BlockingQueue<T> received) {
            return new QueueLink<>(snapshot(), Objects.requireNonNull(received), null, List.of());
        }

        /** A sender with a queue of its own. */
        public Sender<T> sender() {
            var toSend = new AckQueue<T>(capacity);
            return new QueueLink<>(snapshot(), null, toSend, List.of(toSend));
        }

        /** A sender from this queue, which may be an {@link AckQueue}: when that ends, so does the link. */
        public Sender<T> sender(BlockingQueue<T> toSend) {
            return new QueueLink<>(snapshot(), null, Objects.requireNonNull(toSend), List.of());
        }

        /** A link with two queues of its own. */
        public Duplex<T> duplex() {
            var received = new AckQueue<T>(capacity);
            var toSend = new AckQueue<T>(capacity);
            return new QueueLink<>(snapshot(), received, toSend, List.of(received, toSend));
        }

        /** A link between these queues. */
        public Duplex<T> duplex(BlockingQueue<T> received, BlockingQueue<T> toSend) {
            return new QueueLink<>(snapshot(), Objects.requireNonNull(received), Objects.requireNonNull(toSend), List.of());
        }

        /** What is set later is for later links. */
        private Builder<T> snapshot() {
            return with(framing, body);
        }

        private static Duration positive(Duration limit, String name) {
            if (limit.isNegative() || limit.isZero()) {
                throw new IllegalArgumentException(name + " of " + limit + ": leave it out to have none");
            }
            return limit;
        }
    }
}
