package dev.weft.linux;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;

import org.jspecify.annotations.Nullable;

/**
 * Who watches which descriptor: how an event finds its channel.
 *
 * <p>A descriptor's number is used again at once after its close, while an event of the former owner may still be on its way. So every
 * registration has a generation, which travels in the event's data, and an event of another generation meets nobody.
 */
final class WatchTable {
    private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(Watched[].class);

    private final ReentrantLock changing = new ReentrantLock();
    private volatile @Nullable Watched[] slots = new Watched[1024];
    private int generations;

    /** Enters a channel under its descriptor's number; the data that its events are to carry. */
    long enter(int fd, Watched watched) {
        changing.lock();
        try {
            if (fd >= slots.length) {
                slots = Arrays.copyOf(slots, Math.max(fd + 1, slots.length * 2));
            }
            var generation = ++generations;
            watched.generation(generation);
            SLOT.setRelease(slots, fd, watched);
            return (long) generation << 32 | fd;
        } finally {
            changing.unlock();
        }
    }

    /** The descriptor is about to be closed. */
    void remove(int fd, Watched watched) {
        changing.lock();
        try {
            if (fd < slots.length && slots[fd] == watched) {
                SLOT.setRelease(slots, fd, null);
            }
        } finally {
            changing.unlock();
        }
    }

    /** Hands an event to whom it is meant for, if that one is still there. */
    void dispatch(long data, int events) {
        var fd = (int) data;
        var all = slots;
        var watched = fd < all.length ? (Watched) SLOT.getAcquire(all, fd) : null;
        if (watched != null && watched.generation() == (int) (data >>> 32)) {
            watched.ready(events);
        }
    }
}
