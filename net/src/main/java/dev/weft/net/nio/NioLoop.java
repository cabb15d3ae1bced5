package dev.weft.net.nio;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The one thread that waits for all java.nio channels of this process and wakes the handlers parked on them.
 *
 * <p>It runs on a platform thread, so handlers that spin on every carrier don't stop it, and it never moves a byte: it only turns a selected
 * key into a {@link Parked#ready} and takes the interest back until the next wait asks for it.
 */
final class NioLoop {
    /** A channel, as it is attached to its key. */
    interface Parked {
        /** These operations may now be tried. */
        void ready(int operations);
    }

    private static final class Shared {
        static final NioLoop LOOP = new NioLoop();
    }

    private static final long REST_NANOS = 10_000_000;

    private final Selector selector;
    private final ConcurrentLinkedQueue<Runnable> tasks = new ConcurrentLinkedQueue<>();

    private NioLoop() {
        try {
            selector = Selector.open();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot open a selector", e);
        }
        Thread.ofPlatform().daemon().name("weft-nio").start(this::run);
    }

    /** Started when the first channel is made. */
    static NioLoop shared() {
        return Shared.LOOP;
    }

    /** Registers a channel, for no event yet. */
    SelectionKey register(SelectableChannel channel, Parked parked) throws IOException {
        return channel.register(selector, 0, parked);
    }

    /** Asks for one event of these kinds. */
    void ask(SelectionKey key, int operations) {
        key.interestOpsOr(operations);
        selector.wakeup();
    }

    /** To be called after a channel's close: the selector then soon frees the descriptor. */
    void forget() {
        selector.wakeup();
    }

    /** To be called after a channel's close: returns when the descriptor is free. A selector keeps a descriptor until it has processed its key. */
    void forgetNow() {
        var passed = new CountDownLatch(1);
        tasks.add(passed::countDown);
        selector.wakeup();
        var interrupted = false;
        while (true) {
            try {
                passed.await(5, TimeUnit.SECONDS);
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        while (true) {
            try {
                selector.select(this::dispatch);
                if (!tasks.isEmpty()) {
                    runTasks();
                }
            } catch (Throwable t) {
                report(t);
                LockSupport.parkNanos(REST_NANOS); // it may fail again at once
            }
        }
    }

    /** Logs the failure. The loop then goes on: if it ended, every connection would hang. */
    private static void report(Throwable failure) {
        try {
            NioLog.selectorFailed(failure);
        } catch (Throwable t) {
            // There is no memory to log it; the next turn may have some.
        }
    }

    /** Runs the tasks that were queued before the selector processed its cancelled keys. */
    private void runTasks() throws IOException {
        var due = new ArrayList<Runnable>();
        for (var task = tasks.poll(); task != null; task = tasks.poll()) {
            due.add(task);
        }
        selector.selectNow(this::dispatch);
        due.forEach(Runnable::run);
    }

    private void dispatch(SelectionKey key) {
        if (!key.isValid()) {
            return;
        }
        var ready = key.readyOps();
        key.interestOpsAnd(~ready);
        if (key.attachment() instanceof Parked parked) {
            try {
                parked.ready(ready);
            } catch (Error e) { // no memory to make the thread runnable: the event is asked for again, so it is not lost
                key.interestOpsOr(ready);
                throw e;
            }
        }
    }
}
