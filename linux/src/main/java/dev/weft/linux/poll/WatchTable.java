package dev.weft.linux.poll;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

import dev.weft.linux.sys.ShortLock;
import org.jspecify.annotations.Nullable;

/**
 * Who watches which descriptor: how an event finds its channel.
 *
 * <p>A descriptor's number is used again at once after its close, while an event of the former owner may still be on its way. So every
 * registration has a generation, which travels in the event's data, and an event of another generation meets nobody.
 */
public final class WatchTable {
    private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(Watched[].class);

    private final ShortLock changing = new ShortLock();
    private volatile @Nullable Watched[] slots = new Watched[1024];
    private int generations;

    /** Enters a channel under its descriptor's number; the data that its events are to carry. */
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

    /** The descriptor is about to be closed. */
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

    /** Hands an event to whom it is meant for, if that one is still there. */
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

    /** Who watches this descriptor in this generation; null when that one is gone. */
    @Nullable
    public Watched find(int fd, int generation) {
        var all = slots;
        var watched = fd < all.length ? (Watched) SLOT.getAcquire(all, fd) : null;
        return watched != null && watched.generation() == generation ? watched : null;
    }
}
