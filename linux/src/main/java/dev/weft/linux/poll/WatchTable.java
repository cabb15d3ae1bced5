package dev.weft.linux.poll;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

import dev.weft.linux.sys.ShortLock;
import org.jspecify.annotations.Nullable;

/**
 * Finds the channel that an event is for.
 *
 * <p>The kernel reuses a descriptor's number at once after its close, while an event for the former owner may still be unread. So every
 * registration has a generation, which is part of the event's data, and an event of an older generation is dropped.
 */
public final class WatchTable {
    private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(Watched[].class);

    private final ShortLock changing = new ShortLock();
    private volatile @Nullable Watched[] slots = new Watched[1024];
    private int generations;

    /** Registers a channel under its descriptor's number. Returns the data for its events. */
    public long enter(int fd, Watched watched) {
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

    /** Removes a channel. To be called before its descriptor is closed. */
    public void remove(int fd, Watched watched) {
        changing.lock();
        try {
            if (fd < slots.length && slots[fd] == watched) {
                SLOT.setRelease(slots, fd, null);
            }
        } finally {
            changing.unlock();
        }
    }

    /** Hands an event to its channel, if that is still registered. */
    void dispatch(long data, int events) {
        var watched = find((int) data, (int) (data >>> 32));
        if (watched != null) {
            try {
                watched.ready(events);
            } catch (Throwable t) { // no memory to make a thread runnable, say: the other events of the batch come once only
                Waiter.report(t);
            }
        }
    }

    /** The channel with this descriptor and generation; null when it is no longer registered. */
    @Nullable
    public Watched find(int fd, int generation) {
        var all = slots;
        var watched = fd < all.length ? (Watched) SLOT.getAcquire(all, fd) : null;
        return watched != null && watched.generation() == generation ? watched : null;
    }
}
