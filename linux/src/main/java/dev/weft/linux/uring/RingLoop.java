package dev.weft.linux.uring;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicBoolean;

import dev.weft.linux.poll.EventLoop;
import dev.weft.linux.poll.Waiter;
import dev.weft.linux.poll.WatchTable;
import dev.weft.linux.sys.Errno;
import dev.weft.linux.sys.Libc;
import dev.weft.linux.sys.SystemException;
import org.jspecify.annotations.Nullable;

/** The loop of one ring: the ring, its buffers, and the streams whose requests it carries. */
final class RingLoop extends EventLoop {
    /** Kinds of requests, above a descriptor in the lower half of their data; the upper half is the generation. */
    private static final int RECEIVE = 0;
    private static final int ROOM = 1 << 30;
    private static final int END = 2 << 30;
    private static final int NOBODY = 3 << 30;
    private static final int KINDS = 3 << 30;
    private static final int COMPLETIONS = 8192;

    private final WatchTable table = new WatchTable();
    private final Ring ring;
    private final RingBuffers buffers;
    private final AtomicBoolean reaping = new AtomicBoolean();
    private final int mostUnread;
    private final int limit;

    /**
     * Opens a ring.
     *
     * @param count how many buffers, a power of two
     * @param size how many bytes in each
     * @param mostUnread how many of them one connection may leave unread before it receives no more
     * @throws SystemException with what the kernel says, EINVAL where it is too old
     */
    RingLoop(int number, Waiter waiter, int count, int size, int mostUnread) throws IOException {
        super("weft-uring-" + number, waiter);
        this.mostUnread = mostUnread;
        ring = new Ring(COMPLETIONS);
        RingBuffers made = null;
        try {
            made = new RingBuffers(count, size);
            buffers = made;
            buffers.register(ring.descriptor());
            limit = knows(mostUnread * size) ? mostUnread * size : 0;
            if (limit == 0 && !knows(0)) {
                throw new SystemException(Errno.EINVAL);
            }
        } catch (IOException | RuntimeException e) {
            ring.close();
            if (made != null) {
                made.free();
            }
            throw e;
        }
    }

    /** Whether the kernel knows such a request: if so, it complains only about the descriptor. */
    private boolean knows(int most) throws IOException {
        try (var arena = Arena.ofConfined()) {
            var answer = new int[1];
            ring.receive(-1, of(0, NOBODY), most);
            ring.reap((data, result, flags) -> answer[0] = result, Libc.errnoRoom(arena));
            return answer[0] == -Errno.EBADF;
        }
    }

    /** To be called before it has started. */
    void close() {
        ring.close();
        buffers.free();
    }

    @Override
    public int descriptor() {
        return ring.descriptor();
    }

    RingBuffers buffers() {
        return buffers;
    }

    int mostUnread() {
        return mostUnread;
    }

    /** The data that identifies the stream's requests. */
    long enter(int fd, UringStream stream) {
        return table.enter(fd, stream);
    }

    void remove(int fd, UringStream stream) {
        table.remove(fd, stream);
    }

    private static long of(long data, int kind) {
        return data | Integer.toUnsignedLong(kind);
    }

    void receive(int fd, long data) throws IOException {
        ring.receive(fd, of(data, RECEIVE), limit);
    }

    void pollRoom(int fd, long data) throws IOException {
        ring.poll(fd, of(data, ROOM), Libc.EPOLLOUT);
    }

    void pollEnd(int fd, long data) throws IOException {
        ring.poll(fd, of(data, END), Libc.EPOLLRDHUP);
    }

    void cancelReceive(long data) throws IOException {
        ring.cancel(of(0, NOBODY), of(data, RECEIVE));
    }

    void cancelAll(long data) throws IOException {
        ring.cancel(of(0, NOBODY), of(data, RECEIVE), of(data, ROOM), of(data, END));
    }

    /** When another thread is looking already, does nothing: an event that it misses is still there for the next look. */
    @Override
    public int dispatch(MemorySegment events, MemorySegment errno) {
        if (!reaping.compareAndSet(false, true)) {
            return 0;
        }
        try {
            return ring.reap(this::completed, errno);
        } finally {
            reaping.set(false);
        }
    }

    /** The kernel posts each completion once. So when one cannot be handled, for want of memory, the others must be handled all the same. */
    private void completed(long data, int result, int flags) {
        try {
            dispatch(data, result, flags);
        } catch (Throwable t) {
            Waiter.report(t);
        }
    }

    private void dispatch(long data, int result, int flags) {
        var kind = (int) data & KINDS;
        if (kind == NOBODY) {
            return;
        }
        var stream = (UringStream) table.find((int) data & ~KINDS, (int) (data >>> 32));
        if (kind == RECEIVE) {
            received(stream, result, flags);
        } else if (stream != null && kind == ROOM) {
            stream.ready(Libc.EPOLLOUT);
        } else if (stream != null) {
            stream.ended(result);
        }
    }

    private void received(@Nullable UringStream stream, int result, int flags) {
        if ((flags & Ring.CQE_BUFFER) != 0) {
            var id = flags >>> 16;
            buffers.arrived(id, Math.max(result, 0));
            if (stream == null || result <= 0) {
                buffers.giveBack(id);
            } else {
                stream.arrived(id);
            }
        }
        if (stream != null) {
            stream.received(result, (flags & Ring.CQE_MORE) != 0);
        }
    }
}
