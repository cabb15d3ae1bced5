package dev.weft.queue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketException;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;

import dev.weft.net.Address;
import dev.weft.net.Backoff;
import dev.weft.net.Connection;
import dev.weft.net.support.ExitStages;
import dev.weft.net.support.SafeText;
import dev.weft.queue.LinkStatus.State;
import org.jspecify.annotations.Nullable;

/**
 * The one implementation of all links: a thread that gets connections, one after the other, and lets a {@link LinkProtocol} have each.
 *
 * @param <T> the type of a message
 */
final class QueueLink<T> implements Duplex<T> {
    /** So long it waits for the threads of its own to hear of a shutdown: all their waits end at once, so this is for what can't be foreseen. */
    private static final Duration LONGEST_SHUTDOWN = Duration.ofSeconds(10);
    /** So often a drain looks whether all is done. */
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    /** For a link that does not reconnect, but tries for its first connection (SPEC SL-30). */
    private static final Backoff FIRST_PAUSES = Backoff.exponential(Duration.ofMillis(100), Duration.ofSeconds(30));

    private final Link.Builder<T> settings;
    private final @Nullable Inflow<T> in;
    private final @Nullable Outflow<T> out;
    private final List<AckQueue<T>> own;
    private final LinkEvents news;
    private final boolean reconnects;
    private final CountDownLatch ended = new CountDownLatch(1);
    private final AtomicReference<@Nullable ExitStages> onExit = new AtomicReference<>();
    private volatile LinkStatus status = new LinkStatus(State.NEW, Instant.now(), 0, Optional.empty(), Optional.empty());
    private volatile @Nullable Connector connector;
    private volatile @Nullable LinkProtocol<T> talk;
    private volatile @Nullable Thread thread;
    private volatile @Nullable Throwable failure;
    private volatile boolean over;
    private boolean gaveUp;
    /** When messages began to pass over the connection there is, or was last; 0 for not yet. */
    private long stands;

    /** Without a queue of the caller's for a direction, one of our own. */
    QueueLink(Link.Builder<T> settings, @Nullable BlockingQueue<T> received, @Nullable BlockingQueue<T> toSend, List<AckQueue<T>> own) {
        this.settings = settings;
        this.own = own;
        news = new LinkEvents(this, settings.origin.role() + (received == null ? "Sender" : toSend == null ? "Receiver" : ""), settings.log,
                settings.observer);
        in = received == null ? null : new Inflow<>(received, settings, news);
        out = toSend == null ? null : new Outflow<>(toSend, ours(toSend), settings, news);
        reconnects = settings.reconnect.pause(1).isPresent();
        if (settings.spool != null && (settings.delivery == Delivery.AT_MOST_ONCE || out == null)) {
            throw new IllegalArgumentException("a spool is for what is sent at least once, and this is a " + news.name() + " that delivers "
                    + settings.delivery);
        }
    }

    private boolean ours(BlockingQueue<T> queue) {
        return queue instanceof AckQueue<T> made && own.contains(made);
    }

    @Override
    public QueueLink<T> start() throws IOException {
        synchronized (this) {
            if (status.state() != State.NEW || over) {
                throw new IllegalStateException(this + " was started before, or shut down: a link runs once");
            }
            var pauses = reconnects ? settings.reconnect : FIRST_PAUSES;
            var opened = settings.origin.open(new ConnectionSource.Dialing.Terms(pauses, settings.connectWithin));
            LinkProtocol<T> opening;
            try {
                opening = talk();
            } catch (IOException | RuntimeException e) {
                opened.close();
                throw e;
            }
            talk = opening;
            connector = opened;
            status = new LinkStatus(State.CONNECTING, Instant.now(), 0, Optional.empty(), Optional.empty());
            var worker = news.threads.unstarted("", () -> work(opened, opening));
            thread = worker;
            worker.start();
        }
        return this;
    }

    private LinkProtocol<T> talk() throws IOException {
        if (settings.delivery == Delivery.AT_MOST_ONCE) {
            return new SocklibProtocol<>(in, out, settings, news);
        }
        Store store = settings.spool == null ? new MemoryStore() : Spool.open(settings.spool, settings.log);
        return new ReliableProtocol<>(in, in != null && own.contains(in.queue()), out, store, settings, news);
    }

    @Override
    public void run() throws IOException {
        start();
        if (!awaitEnd()) {
            shutdown();
        }
        rethrow();
    }

    private void work(Connector connector, LinkProtocol<T> talk) {
        IOException lost = null;
        try {
            if (settings.origin instanceof ConnectionSource.Listening) {
                news.log.listening(connector.address());
            }
            news.changed(status);
            talk.begin(this::fail);
            var fruitless = settings.origin instanceof ConnectionSource.Listening ? null : new Fruitless(settings);
            for (var more = true; more && !over;) {
                lost = null;
                var connection = next(connector, talk);
                if (connection == null) {
                    break;
                }
                news.counts.connections.increment();
                var before = news.counts.progress(settings.delivery);
                stands = 0;
                if (peersSpeak()) {
                    connector.contest(connection, news.threads);
                }
                lost = talk.over(connection, () -> connected(connection));
                var winner = connector.winner();
                if (lost != null && winner.isPresent()) {
                    lost = gaveWay(connection, winner.get(), lost);
                }
                more = lost != null && (reconnects || winner.isPresent()) && !settings.stopReconnecting.getAsBoolean();
                if (lost != null && more) {
                    change(State.RECONNECTING, Optional.empty(), Optional.of(lost));
                    if (fruitless != null) {
                        fruitless.pause(before == news.counts.progress(settings.delivery), stands, lost);
                    }
                }
            }
        } catch (InterruptedException e) {
            // Somebody has shut it down, or it has failed.
        } catch (GaveUpException e) {
            failure = e.why;
            gaveUp = true;
        } catch (Throwable t) {
            failure = t;
        } finally {
            connector.close();
            talk.end();
            if (failure != null) {
                logEnd(failure, connector);
            }
            end(failure instanceof IOException e ? e : lost);
        }
    }

    /** Whether a peer has to say something before long: only one that takes messages without acknowledging them may be silent for ever. */
    private boolean peersSpeak() {
        return in != null || settings.delivery != Delivery.AT_MOST_ONCE;
    }

    private IOException gaveWay(Connection silent, Address winner, IOException lost) {
        news.log.gaveWay(silent.remote(), winner);
        return new SocketException(Remote.name(silent) + " had said nothing, and gave way to " + SafeText.oneLine(winner.toString()), lost);
    }

    /** Waits for a connection; null when there is nothing left to do with one, as a stop function says, or the end of a queue. */
    private @Nullable Connection next(Connector connector, LinkProtocol<T> talk) throws GaveUpException, InterruptedException {
        if (settings.stopReceiving == null && out == null) {
            return await(connector);
        }
        var asker = new StopAsker(talk, Thread.currentThread(), news.threads, this::fail);
        Connection connection = null;
        try {
            connection = await(connector);
        } catch (InterruptedException e) {
            if (!asker.hasStopped()) {
                throw e;
            }
        } finally {
            asker.end();
        }
        if (asker.hasStopped()) {
            Thread.interrupted(); // it has served its purpose
            if (connection != null) {
                connection.abort();
            }
            return null;
        }
        return connection;
    }

    private Connection await(Connector connector) throws GaveUpException, InterruptedException {
        try {
            return connector.next(this::attemptFailed);
        } catch (IOException e) {
            throw new GaveUpException(e);
        }
    }

    private void logEnd(Throwable why, Connector connector) {
        if (gaveUp) {
            news.log.gaveUp(connector.address(), why);
        } else {
            news.log.ended(why);
        }
    }

    /** It can't go on, whatever the connection. */
    private void fail(Throwable why) {
        failure = why;
        over = true;
        Objects.requireNonNull(thread).interrupt();
    }

    private void end(@Nullable IOException last) {
        own.forEach(AckQueue::end);
        var exit = onExit.getAndSet(null);
        if (exit != null) {
            exit.remove();
        }
        status = new LinkStatus(State.ENDED, Instant.now(), 0, Optional.empty(), Optional.ofNullable(last).or(status::lastFailure));
        try {
            news.changed(status);
        } finally {
            ended.countDown();
            if (in != null) {
                in.end();
            }
            if (out != null) {
                out.end();
            }
        }
    }

    private void connected(Connection connection) {
        stands = System.nanoTime() | 1;
        news.log.connected(connection.remote());
        change(State.CONNECTED, Optional.of(connection.remote()), Optional.empty());
    }

    private void attemptFailed(IOException why) {
        if (over) {
            return; // that was no attempt any more
        }
        var now = status;
        news.log.attemptFailed(address(), now.attempts() + 1, why);
        status = new LinkStatus(now.state(), now.since(), now.attempts() + 1, now.peer(), Optional.of(why));
        news.changed(status);
    }

    private void change(State state, Optional<Address> peer, Optional<IOException> lastFailure) {
        status = new LinkStatus(state, Instant.now(), 0, peer, lastFailure);
        news.changed(status);
    }

    @Override
    public void join() {
        if (status.state() == State.NEW) {
            throw new IllegalStateException(this + " has not been started");
        }
        if (awaitEnd()) {
            try {
                rethrow();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** False when interrupted, which stays set. */
    private boolean awaitEnd() {
        try {
            ended.await();
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void rethrow() throws IOException {
        switch (failure) {
            case IOException e -> throw e;
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            case null, default -> {
                // It ended as it should.
            }
        }
    }

    @Override
    public void shutdown() {
        Thread worker;
        boolean first;
        synchronized (this) {
            first = !over;
            over = true;
            worker = thread;
        }
        if (worker == null) {
            if (first) {
                end(null);
            }
            return;
        }
        Objects.requireNonNull(connector).close(); // first, or the peer that is dropped comes back at once and is dropped again
        worker.interrupt();
        if (!news.threads.areWe()) {
            awaitShutdown();
        }
    }

    /** As long as it takes, within bounds, and whether or not this thread is interrupted. */
    private void awaitShutdown() {
        var interrupted = false;
        var until = System.nanoTime() + LONGEST_SHUTDOWN.toNanos();
        while (true) {
            try {
                if (!ended.await(until - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                    news.log.slowToEnd(LONGEST_SHUTDOWN.toMillis());
                }
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public boolean drain(Duration limit) {
        if (status.state() == State.NEW || news.threads.areWe()) {
            shutdown();
            return !news.threads.areWe();
        }
        var until = System.nanoTime() + Waits.nanos(limit);
        if (in != null) {
            in.close();
            awaitUntil(until, () -> known().isSettled());
        }
        if (out != null) {
            out.drain();
            awaitUntil(until, () -> !connected() && nothingIsLeft(out));
        }
        var settled = in == null || known().isSettled();
        shutdown();
        return settled && failure == null && (out == null || isAllSent(out));
    }

    /** Whether a drain needs no further connection: without acknowledgements, messages are taken out of the queue only while there is one. */
    private boolean nothingIsLeft(Outflow<T> out) {
        return out.hasEnded() || (settings.spool != null && out.isOver()) || (settings.delivery == Delivery.AT_MOST_ONCE && isAllSent(out));
    }

    private boolean isAllSent(Outflow<T> out) {
        return out.queue().isEmpty() && unsent().isEmpty();
    }

    private LinkProtocol<T> known() {
        return Objects.requireNonNull(talk);
    }

    /** Waits until the link has ended or this is so; until then an interrupt, which stays set, is the end of all waiting. */
    private void awaitUntil(long until, BooleanSupplier so) {
        try {
            for (var left = until - System.nanoTime(); left > 0 && !so.getAsBoolean(); left = until - System.nanoTime()) {
                if (ended.await(Math.min(left, LOOK_NANOS), TimeUnit.NANOSECONDS)) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public QueueLink<T> drainOnExit(Duration limit) {
        var stage = in == null ? ExitStages.Stage.OUTLET : ExitStages.Stage.INTAKE;
        if (in != null) {
            in.track();
        }
        var exit = ExitStages.install(stage, news.name() + "-exit", () -> drain(limit));
        var before = onExit.getAndSet(exit);
        if (before != null) {
            before.remove();
        }
        if (ended.getCount() == 0) {
            exit.remove();
        }
        return this;
    }

    @Override
    public void joinReceiving() {
        join(Objects.requireNonNull(in, "a sender receives nothing")::join);
    }

    @Override
    public void joinSending() {
        join(Objects.requireNonNull(out, "a receiver sends nothing")::join);
    }

    private interface Waiting {
        void join() throws InterruptedException;
    }

    private void join(Waiting direction) {
        if (status.state() == State.NEW) {
            throw new IllegalStateException(this + " has not been started");
        }
        try {
            direction.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        shutdown();
    }

    @Override
    public Address address() {
        var known = connector;
        return known == null ? settings.origin.address() : known.address();
    }

    @Override
    public boolean connected() {
        return status.state() == State.CONNECTED;
    }

    @Override
    public LinkStatus status() {
        return status;
    }

    @Override
    public LinkStats stats() {
        return news.counts.stats();
    }

    @Override
    public BlockingQueue<T> received() {
        return Objects.requireNonNull(in, "a sender receives nothing").queue();
    }

    @Override
    public BlockingQueue<T> toSend() {
        return Objects.requireNonNull(out, "a receiver sends nothing").queue();
    }

    @Override
    public void send(T message) throws InterruptedException {
        var outflow = Objects.requireNonNull(out, "a receiver sends nothing");
        if (settings.delivery == Delivery.AT_MOST_ONCE) {
            outflow.check(message);
        } else {
            settings.body.check(message);
        }
        if (status.state() == State.ENDED) {
            throw new IllegalStateException(this + " has ended: nothing can be sent");
        }
        if (settings.spool != null && outflow.queue() instanceof AckQueue<T> queue) {
            putIntoSpool(message, queue);
        } else {
            outflow.queue().put(message);
        }
    }

    private void putIntoSpool(T message, AckQueue<T> queue) throws InterruptedException {
        var kept = new CountDownLatch(1);
        queue.put(message, kept::countDown);
        while (!kept.await(Outflow.STOP_POLL_MILLIS, TimeUnit.MILLISECONDS)) {
            if (status.state() == State.ENDED) {
                throw new IllegalStateException(this + " has ended: the message is not in its spool");
            }
        }
    }

    @Override
    public List<T> unsent() {
        Objects.requireNonNull(out, "a receiver sends nothing");
        var known = talk;
        return known == null ? List.of() : known.unsent();
    }

    @Override
    public Iterator<T> iterator() {
        if (!(received() instanceof AckQueue<T> queue) || !own.contains(queue)) {
            throw new IllegalStateException(this + " was given a queue: take from that");
        }
        return queue.acknowledging();
    }

    @Override
    public String toString() {
        return news.name() + " at " + address();
    }
}
