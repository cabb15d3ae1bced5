package dev.weft.linux.sys;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A lock that is held for a system call that does not block, and waited for by spinning.
 *
 * <p>A queue would be the wrong thing here: a virtual thread that stands in it may find no carrier for as long as handlers spin, and a platform
 * thread behind it, which must go on, would wait with it. For the same reason a virtual thread that waits keeps its carrier: only the
 * processor is given away. A holder never parks, so it always goes on to the end.
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
