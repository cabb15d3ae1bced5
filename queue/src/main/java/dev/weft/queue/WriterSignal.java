package dev.weft.queue;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Wakes the thread that writes frames when there may be something to write. For any thread; outlives connections. */
final class WriterSignal {
    /** Not a monitor: a virtual thread that a monitor wakes is woken by way of another thread. */
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    /** Whether the writer is to look at once; cleared before it looks. */
    private volatile boolean due;
    /** Whether the writer waits for longer than an acknowledgement may. */
    private volatile boolean dozing;

    /** Guards what there is to write. */
    ReentrantLock lock() {
        return lock;
    }

    /** There may be something to write. */
    Condition changed() {
        return changed;
    }

    /** The peer should be told something, or nothing may be left to do. */
    void due() {
        if (!due) {
            due = true;
            wake();
        }
    }

    /** The peer should be told something before long. */
    void owing() {
        if (dozing) {
            wake();
        }
    }

    private void wake() {
        lock.lock();
        try {
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /** A limit of the writer's has passed. Does not block: it runs on the clock's thread, and the lock may be held during a write to a disk. */
    void alarm() {
        if (lock.tryLock()) {
            try {
                changed.signal();
            } finally {
                lock.unlock();
            }
        } else {
            Thread.ofVirtual().name("weft-alarm").start(this::wake);
        }
    }

    /** For the writer: whether it was to look at once; it does so now. */
    boolean takeDue() {
        var was = due;
        due = false;
        return was;
    }

    /** For the writer: how it waits now. To be set before it looks whether there is something to acknowledge. */
    void dozing(boolean dozing) {
        this.dozing = dozing;
    }
}
