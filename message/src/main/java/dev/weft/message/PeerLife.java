package dev.weft.message;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;

import dev.weft.net.Backoff;
import dev.weft.net.DrainReport;
import dev.weft.net.LifeState;
import dev.weft.net.support.ExitHook;
import dev.weft.net.support.Life;
import org.jspecify.annotations.Nullable;

/**
 * A peer from its first connection to its end: which connection there is, which threads run its hooks, and how all of it is ended. For any thread.
 */
final class PeerLife {
    private final Supplier<String> name;
    private final boolean dialed;
    private final Duration grace;
    private final Supplier<Backoff> reconnect;
    private final Life life;
    private final CurrentConnection current;
    private final MessageSender sender;
    private final Requester requester;
    private final PeerDrain drain;
    private final PeerValues values;
    private final AllCounters all;
    private final Counters counters;
    private final AtomicLong nextId;
    private volatile @Nullable ReadingThread reading;
    private volatile @Nullable ParallelHooks parallel;

    /**
     * Of one peer.
     *
     * @param name for people
     * @param dialed whether it is a client's
     * @param grace how long close lets hooks finish
     * @param reconnect when a client makes another connection, asked at each loss
     */
    PeerLife(Supplier<String> name, boolean dialed, Life life, CurrentConnection current, Duration grace, Supplier<Backoff> reconnect,
            AllCounters all, PeerValues values) {
        this.name = name;
        this.dialed = dialed;
        this.life = life;
        this.current = current;
        this.grace = grace;
        this.reconnect = reconnect;
        this.values = values;
        this.all = all;
        counters = all.begin();
        nextId = new AtomicLong(dialed ? 1 : 2);
        drain = new PeerDrain(life, current, () -> reading, () -> parallel, () -> end(null));
        sender = new MessageSender(current, counters, drain::isOnHookThread);
        requester = new Requester(sender, this::freshId, () -> reading, life.changed().time());
    }

    LifeState state() {
        var state = life.state();
        return state == LifeState.RUNNING && current.last().connection().draining() ? LifeState.DRAINING : state;
    }

    boolean isConnected() {
        return !current.isAway() && !life.is(LifeState.ENDED) && current.last().connection().isOpen();
    }

    /** Whether it was told to end, or has ended. */
    boolean isEnding() {
        return life.isEnding();
    }

    /** Whether a failure says that our own drain wants the reading thread to end. */
    boolean isOurInterrupt(Throwable failure) {
        return life.isEnding() && Interrupts.isInterrupt(failure);
    }

    Life life() {
        return life;
    }

    CurrentConnection current() {
        return current;
    }

    MessageSender sender() {
        return sender;
    }

    Requester requester() {
        return requester;
    }

    Counters counters() {
        return counters;
    }

    PeerValues values() {
        return values;
    }

    /** An id that this end has not used before: the client's are odd and the server's even, so the two ends' never meet. */
    long freshId() {
        return nextId.getAndAdd(2);
    }

    /** A connection begins, read by this thread. */
    void reading(ReadingThread reader) {
        reading = reader;
    }

    /** Whether the reading thread has nothing else to do than this peer: a client's. */
    boolean hasThreadOfItsOwn() {
        return dialed;
    }

    boolean isReadingThread() {
        var reader = reading;
        return reader != null && reader.isThisThread();
    }

    /** Whether another connection is to take the place of a lost one. */
    boolean reconnects() {
        return dialed && !life.isEnding() && reconnect.get().pause(1).isPresent();
    }

    /** A connection is lost: no reply comes by it any more, and what is sent waits for the next one, if there will be one. */
    void lost(Connected on, IOException reason) {
        if (reconnects()) {
            current.lost(); // first: a request that finds the connection ended looks for the next
        }
        on.end(reason);
    }

    /** The hooks beside the reading thread; the first call says how many may run at once. Only for the reading thread. */
    ParallelHooks parallelHooks(int most) {
        var there = parallel;
        if (there == null) {
            there = new ParallelHooks(most, life.changed().time());
            parallel = there;
        }
        return there;
    }

    /** Waits for the hooks beside the reading thread, or interrupts them. */
    void endParallelHooks(boolean interrupt) throws InterruptedIOException {
        var there = parallel;
        if (there != null && interrupt) {
            there.interrupt();
        } else if (there != null) {
            there.join();
        }
    }

    /** See {@link Peer#run}. */
    void run() {
        var takeBack = life.drainOnExitUnlessInstalled(() -> exitHook(grace, report -> {}, Thread.currentThread()));
        try {
            life.join();
            if (!life.is(LifeState.ENDED)) {
                close();
            }
        } finally {
            takeBack.run();
        }
    }

    DrainReport drain(Duration limit) {
        return drain.drain(limit);
    }

    void close() {
        drain.drain(grace);
    }

    void drainOnExit(Duration limit, Consumer<? super DrainReport> show) {
        life.drainOnExit(() -> exitHook(limit, show, null));
    }

    private Runnable exitHook(Duration limit, Consumer<? super DrainReport> show, @Nullable Thread caller) {
        return ExitHook.draining("weft-" + name.get() + "-exit", () -> drain.drain(limit), show, caller);
    }

    /** It is over: its values are closed, and threads that wait for that go on. An interrupt by our own drain is no failure. */
    void end(@Nullable Throwable why) {
        if (why != null && !isOurInterrupt(why)) {
            life.fail(why);
        }
        life.beginDrain();
        var last = current.last();
        last.end(last.ended());
        values.close();
        all.end(counters);
        life.end();
    }
}
