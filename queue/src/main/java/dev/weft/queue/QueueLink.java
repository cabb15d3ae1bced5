package dev.weft.queue;

import java.io.IOException;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.function.Consumer;

import dev.weft.net.Address;
import dev.weft.net.DrainReport;
import dev.weft.net.LifeState;
import dev.weft.net.TimeSource;
import dev.weft.net.support.Life;
import dev.weft.net.support.Moments;
import org.jspecify.annotations.Nullable;

/**
 * The one implementation of all links: its life. {@link LinkLoop} does the work.
 *
 * @param <T> the type of a message
 */
final class QueueLink<T> implements Duplex<T>, LinkDrain.Drained<T> {
    private final LinkSettings<T> settings;
    private final TimeSource time;
    private final @Nullable Inflow<T> in;
    private final @Nullable Outflow<T> out;
    private final List<AckQueue<T>> own;
    private final LinkEvents events;
    private final CurrentStatus status;
    private final Life life;
    private final LinkDrain<T> drain;
    private volatile @Nullable LinkLoop<T> loop;

    /** A link that is not started. {@code own} are those of its queues that the caller has not given. */
    QueueLink(LinkSettings<T> settings, Optional<LinkObserver> observer, @Nullable BlockingQueue<T> received, @Nullable BlockingQueue<T> toSend,
            List<AckQueue<T>> own) {
        this.settings = settings;
        this.own = own;
        time = settings.time();
        events = new LinkEvents(settings.source().role() + (received == null ? "Sender" : toSend == null ? "Receiver" : ""), settings.log(), time,
                new ObserverOfLink(this, observer));
        status = new CurrentStatus(time, events);
        life = new Life(this::toString, time, t -> events.log.ended(t));
        in = received == null ? null : new Inflow<>(received, settings, events);
        out = toSend == null ? null : new Outflow<>(toSend, isOwn(toSend), settings, events);
        if (settings.spool() != null && (!settings.acknowledges() || out == null)) {
            throw new IllegalArgumentException("spool(" + settings.spool() + "): a spool keeps what is sent with " + Delivery.AT_LEAST_ONCE
                    + ", and this is a " + events.name() + " with " + settings.delivery());
        }
        drain = new LinkDrain<>(life, this, in, out, settings, events);
    }

    private boolean isOwn(BlockingQueue<T> queue) {
        return queue instanceof AckQueue<T> made && own.contains(made);
    }

    @Override
    public QueueLink<T> start() throws IOException {
        synchronized (this) { // of two that start it at once, one binds
            if (!life.is(LifeState.NEW)) {
                throw new IllegalStateException("start: " + this + " is " + life.state() + ", not NEW: a link runs once");
            }
            var connector = settings.source().open(settings.terms());
            LinkProtocol<T> protocol = null;
            try {
                protocol = protocol();
                var made = new LinkLoop<>(settings, connector, protocol, in != null, out != null, events, status, this::ended);
                life.begin("start", () -> {
                    loop = made;
                    status.starting();
                });
                made.start();
            } catch (IOException | RuntimeException e) {
                connector.close();
                if (protocol != null) {
                    protocol.end();
                }
                throw e;
            }
        }
        return this;
    }

    private LinkProtocol<T> protocol() throws IOException {
        if (!settings.acknowledges()) {
            return new SocklibProtocol<>(in, out, settings, events);
        }
        var store = settings.spool() == null ? new MemoryStore() : Spool.open(settings.spool(), settings.log(), time);
        return new ReliableProtocol<>(in, in != null && isOwn(in.queue()), out, store, settings, events);
    }

    @Override
    public void run() throws IOException {
        if (!settings.grace().equals(SingleDrain.AT_ONCE)) {
            drain.track();
        }
        start();
        var takeBack = drain.onExitUnlessInstalled(settings.grace());
        try {
            life.changed().waitFor(() -> life.is(LifeState.ENDED), Moments.NEVER);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            drain(SingleDrain.AT_ONCE);
        } finally {
            takeBack.run();
        }
        if (life.failure().orElse(null) instanceof IOException e) {
            throw e;
        }
        if (life.is(LifeState.ENDED)) {
            life.join();
        }
    }

    private void ended(@Nullable IOException last, @Nullable Throwable failure) {
        if (failure != null) {
            life.fail(failure);
        }
        own.forEach(AckQueue::end);
        status.ended(last);
        life.end();
        if (in != null) {
            in.end();
        }
        if (out != null) {
            out.end();
        }
    }

    @Override
    public void join() {
        checkStarted();
        life.join();
    }

    @Override
    public boolean join(Duration limit) {
        checkStarted();
        return life.join(Moments.checkLimit("join", limit));
    }

    private void checkStarted() {
        if (life.is(LifeState.NEW)) {
            throw new IllegalStateException(this + " has not been started: there is nothing to wait for");
        }
    }

    @Override
    public DrainReport drain(Duration limit) {
        return drain.drain(limit);
    }

    @Override
    public void close() {
        drain(settings.grace());
    }

    @Override
    public QueueLink<T> drainOnExit(Duration limit) {
        return drainOnExit(limit, report -> {});
    }

    @Override
    public QueueLink<T> drainOnExit(Duration limit, Consumer<? super DrainReport> show) {
        drain.onExit(limit, show);
        return this;
    }

    @Override
    public @Nullable LinkLoop<T> loop() {
        return loop;
    }

    @Override
    public void endUnstarted() {
        ended(null, null);
    }

    @Override
    public void joinReceiving() {
        checkStarted();
        receiving().join();
    }

    @Override
    public void joinSending() {
        checkStarted();
        sending().join();
    }

    @Override
    public Address address() {
        var known = loop;
        return known == null ? settings.source().address() : known.address();
    }

    @Override
    public LifeState state() {
        return life.state();
    }

    @Override
    public boolean connected() {
        return status.connected();
    }

    @Override
    public LinkStatus status() {
        return status.now();
    }

    @Override
    public LinkStats stats() {
        return events.counts.stats();
    }

    private Inflow<T> receiving() {
        return Objects.requireNonNull(in, "a sender receives nothing");
    }

    private Outflow<T> sending() {
        return Objects.requireNonNull(out, "a receiver sends nothing");
    }

    @Override
    public BlockingQueue<T> received() {
        return receiving().queue();
    }

    @Override
    public BlockingQueue<T> toSend() {
        return sending().queue();
    }

    @Override
    public void send(T message) throws InterruptedException {
        var outflow = sending();
        if (settings.acknowledges()) {
            settings.body().check(message);
        } else {
            outflow.check(message);
        }
        if (life.is(LifeState.ENDED)) {
            throw new IllegalStateException(this + " has ended: nothing can be sent");
        }
        if (settings.spool() != null && outflow.queue() instanceof AckQueue<T> queue) {
            if (!outflow.putAndAwait(message, queue)) {
                throw new IllegalStateException(this + " has ended: the message is not in its spool");
            }
        } else {
            outflow.queue().put(message);
        }
    }

    @Override
    public List<T> unsent() {
        sending();
        var known = loop;
        return known == null ? List.of() : known.protocol().unsent();
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
        return events.name() + " at " + address();
    }
}
