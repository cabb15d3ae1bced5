package dev.weft.linux.sys;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A lock for the time of one system call that does not block. Threads wait for it by spinning.
 *
 * <p>A lock with a queue would not do: a virtual thread in the queue may find no carrier while handlers compute, and a platform thread behind it,
 * which must go on, would wait too. For the same reason a waiting virtual thread keeps its carrier, and yields only the processor. A holder
 * never parks, so it always finishes.
 */
public final class ShortLock {
    private static final int SPINS = 64;

    private final AtomicBoolean held = new AtomicBoolean();

    public void lock() {
        while (!held.compareAndSet(false, true)) {
            for (int spins = 0; held.get(); spins++) {
                if (spins < SPINS) {
                    Thread.onSpinWait();
                } else {
                    Libc.yieldProcessor();
                }
            }
        }
    }

    public void unlock() {
        held.set(false);
    }
}
