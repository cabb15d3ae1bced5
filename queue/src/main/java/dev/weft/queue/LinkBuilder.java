package dev.weft.queue;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.function.BooleanSupplier;

import dev.weft.net.Backoff;
import dev.weft.net.Framing;
import dev.weft.net.TimeSource;
import dev.weft.net.support.Moments;
import dev.weft.net.support.SafeLog;
import org.jspecify.annotations.Nullable;

/**
 * How a link will be; the last call ({@code receiver}, {@code sender} or {@code duplex}) says in which direction messages go. Each method changes
 * this builder and returns it; a builder may make many links. Not for several threads at once.
 *
 * @param <T> the type of a message
 */
public final class LinkBuilder<T> {
    static final Framing<byte[]> BYTES = Framing.delimited("\r\n");

    private final ConnectionSource source;
    private Framing<T> framing;
    private Body<T> body;
    private Backoff reconnect = Backoff.exponential(Duration.ofMillis(100), Duration.ofSeconds(30));
    private Duration connectWithin = Duration.ZERO;
    private Duration timeout = Duration.ZERO;
    private Duration pace = Duration.ZERO;
    private Delivery delivery = Delivery.AT_MOST_ONCE;
    private int capacity = AckQueue.DEFAULT_CAPACITY;
    private @Nullable Path spool;
    private @Nullable BooleanSupplier stopReceiving;
    private @Nullable BooleanSupplier stopSending;
    private BooleanSupplier stopReconnecting = () -> false;
    private Optional<LinkObserver> observer = Optional.empty();
    private SafeLog log = QueueLog.SHARED;
    private Duration grace = SingleDrain.AT_ONCE;
    private @Nullable TimeSource time;

    LinkBuilder(ConnectionSource source, Framing<T> framing, Body<T> body) {
        this.source = source;
        this.framing = framing;
        this.body = body;
    }

    /**
     * Messages of another type, by this framing; default bytes between CR LF, the wire of socketlib (SPEC SL-W1). The same builder, seen as one of
     * that type: nothing else changes.
     */
    public <U> LinkBuilder<U> as(Framing<U> framing) {
        return as(framing, Body.framed(framing));
    }

    /** The wire of socketlib, as UTF-8 strings; the same builder. */
    public LinkBuilder<String> asText() {
        return asText(StandardCharsets.UTF_8);
    }

    /** The wire of socketlib, as strings: its {@code encoding}. Bytes that are no text become U+FFFD. The same builder. */
    public LinkBuilder<String> asText(Charset charset) {
        return as(BYTES.map(bytes -> new String(bytes, charset), text -> text.getBytes(charset)), Body.text(charset, BYTES.limit()));
    }

    @SuppressWarnings("unchecked") // the type parameter stands for the two fields alone
    private <U> LinkBuilder<U> as(Framing<U> framing, Body<U> body) {
        var self = (LinkBuilder<U>) this;
        self.framing = framing;
        self.body = body;
        return self;
    }

    /**
     * When to connect again after a connection was lost: at once, and then at these pauses. Default exponential from 100 ms to 30 s, with
     * jitter, for ever; the original's is {@code Backoff.fixed(Duration.ofMillis(500))}. {@link Backoff#never} is its {@code reconnect=False}:
     * the link ends with its first connection. A listener ignores the pauses; with
     * {@code never} it ends after its first connection.
     */
    public LinkBuilder<T> reconnect(Backoff backoff) {
        this.reconnect = backoff;
        return this;
    }

    /**
     * How long it may take to get a connection, the first as any later one, before the link gives up and ends; default zero, for no limit. Not for
     * listeners, which wait.
     */
    public LinkBuilder<T> connectWithin(Duration limit) {
        this.connectWithin = Moments.checkLimit("connectWithin", limit);
        return this;
    }

    /**
     * The original's {@code timeout} (SPEC SL-9): a peer that sends nothing for so long, or takes nothing, counts as lost; and a message for
     * which a full queue has no room for so long is dropped ({@link Delivery#AT_MOST_ONCE} only). Default none: links wait, and a full queue
     * makes the peer wait.
     */
    public LinkBuilder<T> timeout(Duration limit) {
        this.timeout = Moments.checkLimit("timeout", limit);
        return this;
    }

    /** What may be lost when a connection breaks; default {@link Delivery#AT_MOST_ONCE}, the original's wire. */
    public LinkBuilder<T> delivery(Delivery delivery) {
        this.delivery = delivery;
        return this;
    }

    /**
     * Keeps messages in this directory until they are acknowledged, so that they survive the death of this process: the next link with the same
     * directory sends them. A message is there when {@link Sender#send} has returned, or when it is acknowledged to whoever put it into an
     * {@link AckQueue}: soon after it has left {@link Sender#toSend}. It outlives the process; a power failure may cost the last moments. One
     * link at a time may use it. Needs {@link Delivery#AT_LEAST_ONCE}; default none.
     */
    public LinkBuilder<T> spool(Path directory) {
        this.spool = directory;
        return this;
    }

    /** Pause between two messages sent: the original's {@code send_wait}. Default zero: none. */
    public LinkBuilder<T> pace(Duration pause) {
        this.pace = Moments.checkLimit("pace", pause);
        return this;
    }

    /**
     * Messages that wait in a queue of our making, and messages that may be under way without being acknowledged
     * ({@link Delivery#AT_LEAST_ONCE}); default {@value AckQueue#DEFAULT_CAPACITY}.
     */
    public LinkBuilder<T> capacity(int messages) {
        if (messages < 1) {
            throw new IllegalArgumentException("capacity(" + messages + "): a queue needs room for at least 1 message");
        }
        this.capacity = messages;
        return this;
    }

    /**
     * Asked before each message is received, and now and then while none comes; true ends that direction. What was received and is not
     * acknowledged by then can still be taken, and comes again to the next receiver ({@link Delivery#AT_LEAST_ONCE}). Default: never.
     */
    public LinkBuilder<T> stopReceiving(BooleanSupplier stop) {
        this.stopReceiving = stop;
        return this;
    }

    /** Asked before each message is taken to be sent, and now and then while there is none; true ends that direction. Default: never. */
    public LinkBuilder<T> stopSending(BooleanSupplier stop) {
        this.stopSending = stop;
        return this;
    }

    /** Asked before each connection but the first; true ends the link. Default: never. */
    public LinkBuilder<T> stopReconnecting(BooleanSupplier stop) {
        this.stopReconnecting = stop;
        return this;
    }

    /**
     * Where it logs; default the system logger {@code dev.weft.queue}, which links and services share. The original's {@code logger}. What peers
     * do wrong is at INFO, ten lines a minute at most for all links of this builder.
     */
    public LinkBuilder<T> logger(System.Logger logger) {
        this.log = SafeLog.of(Objects.requireNonNull(logger));
        return this;
    }

    /** How long {@link Link#close} drains; zero means no limit. Default: not at all, every wait ends at once. */
    public LinkBuilder<T> grace(Duration grace) {
        this.grace = Moments.checkLimit("grace", grace);
        return this;
    }

    /** Its clock, and that of its connections. Default: {@link TimeSource#system}. */
    public LinkBuilder<T> time(TimeSource time) {
        this.time = Objects.requireNonNull(time);
        return this;
    }

    /** Is told what happens; default: nobody but the log. */
    public LinkBuilder<T> observer(LinkObserver observer) {
        this.observer = Optional.of(observer);
        return this;
    }

    /** A receiver with a queue of its own. */
    public Receiver<T> receiver() {
        var received = queue();
        return link(received, null, List.of(received));
    }

    /** A receiver into this queue, which may be an {@link AckQueue}. */
    public Receiver<T> receiver(BlockingQueue<T> received) {
        return link(Objects.requireNonNull(received), null, List.of());
    }

    /** A sender with a queue of its own. */
    public Sender<T> sender() {
        var toSend = queue();
        return link(null, toSend, List.of(toSend));
    }

    /** A sender from this queue, which may be an {@link AckQueue}: when that ends, so does the link. */
    public Sender<T> sender(BlockingQueue<T> toSend) {
        return link(null, Objects.requireNonNull(toSend), List.of());
    }

    /** A link with two queues of its own. */
    public Duplex<T> duplex() {
        var received = queue();
        var toSend = queue();
        return link(received, toSend, List.of(received, toSend));
    }

    /** A link between these queues. */
    public Duplex<T> duplex(BlockingQueue<T> received, BlockingQueue<T> toSend) {
        return link(Objects.requireNonNull(received), Objects.requireNonNull(toSend), List.of());
    }

    /** What is set later is for later links. */
    private LinkSettings<T> settings() {
        return new LinkSettings<>(source, framing, body, reconnect, connectWithin, timeout, pace, delivery, capacity, spool, stopReceiving,
                stopSending, stopReconnecting, grace, log, time);
    }

    private QueueLink<T> link(@Nullable BlockingQueue<T> received, @Nullable BlockingQueue<T> toSend, List<AckQueue<T>> own) {
        return new QueueLink<>(settings(), observer, received, toSend, own);
    }

    private AckQueue<T> queue() {
        return new AckQueue<>(capacity, time == null ? TimeSource.system() : time);
    }
}
