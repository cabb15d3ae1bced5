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
    /** What is attached to a key. */
    interface Parked {
        /** The operations that may now be tried. */
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

    /** Makes a channel known, asking for nothing yet. */
    SelectionKey register(SelectableChannel channel, Parked parked) throws IOException {
        return channel.register(selector, 0, parked);
    }

    /** Asks for one event of these kinds. */
    void ask(SelectionKey key, int operations) {
        key.interestOpsOr(operations);
        selector.wakeup();
    }

    /** After a channel's close: lets the selector give its descriptor back soon. */
    void forget() {
        selector.wakeup();
    }

    /** After a channel's close: returns when its descriptor is free. A selector keeps descriptors until it has passed over their keys. */
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
                LockSupport.parkNanos(REST_NANOS); // the same may fail again at once
            }
        }
    }

    /** A loop that ended would strand every connection: it says so, and goes on with whatever still works. */
    private static void report(Throwable failure) {
        try {
            NioLog.selectorFailed(failure);
        } catch (Throwable t) {
            // No memory even for that: the next turn may have some.
        }
    }

    /** Only tasks that were there before the selector looked over its cancelled keys may run after it. */
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
            } catch (Error e) { // no memory to make a thread runnable: its event is not lost, as it is asked for again
                key.interestOpsOr(ready);
                throw e;
            }
        }
    }
}
