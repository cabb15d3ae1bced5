package dev.weft.linux.uring;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

import dev.weft.linux.sys.Descriptor;
import dev.weft.linux.sys.Libc;

/**
 * A descriptor with requests in a ring, and the buffers that they filled and that were not read yet.
 *
 * <p>The thread that takes completions pushes buffers on a stack; the reading thread takes the whole stack and reverses it. Neither waits for the
 * other. A request keeps the socket open after close(2), so all requests are cancelled before the descriptor is closed.
 */
final class RingDescriptor extends Descriptor {
    private static final int NONE = 0;
    private static final int CLOSED = -1;
    private static final VarHandle TOP;

    static {
        try {
            TOP = MethodHandles.lookup().findVarHandle(RingDescriptor.class, "top", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final RingLoop loop;
    private long data;
    /** The id of the newest unread buffer, plus one; it links to the older ones. */
    private volatile int top;
    /** Whether a request to receive is pending. */
    private volatile boolean receiving;
    /** Whether a request for room to send is pending. */
    private volatile boolean polling;
    /** Whether a request for the end of the input is or was pending, and whether it has reported the end. */
    private volatile boolean watchesEnd;
    private volatile boolean endCame;
    /** Used by the reading thread: the id of the oldest unread buffer plus one, how much of it is read, and how many were read whole. */
    private int first;
    private int position;
    private int read;
    /** Used by the thread that takes completions: how many buffers came, and whether the pending request is to end. */
    private int came;
    private boolean cancelled;
    /** Why the last request to receive ended; published by {@link #receiving}. */
    private int error;

    RingDescriptor(int number, RingLoop loop) {
        super(number);
        this.loop = loop;
    }

    /** Sets the data for its requests. To be called before the first request. */
    void data(long data) {
        this.data = data;
    }

    /** Adds a buffer that was filled. On one thread at a time. */
    void arrived(int id) {
        var buffers = loop.buffers();
        int seen;
        do {
            seen = top;
            if (seen == CLOSED) {
                buffers.giveBack(id);
                return;
            }
            buffers.next(id, seen);
        } while (!TOP.compareAndSet(this, seen, id + 1));
        came++;
    }

    /** The request to receive has ended. All its buffers were added before. */
    void ended(int error) {
        this.error = error;
        cancelled = false;
        receiving = false;
    }

    /** The request to receive stands on; not for long where nobody reads, as the buffers are for all. */
    void goesOn() throws IOException {
        if (came - read > loop.mostUnread() && !cancelled) {
            cancelled = true;
            loop.cancelReceive(data);
        }
    }

    /** Called when there may be room to send. */
    void roomPolled() {
        polling = false;
    }

    /**
     * The end of the input, or an error, was reported. A request to receive that the kernel woke once, for data and the end together, takes the data
     * and may then wait for an end that has passed: seen with Unix sockets on Linux 6.18. So the request is ended, and the socket is asked.
     *
     * @param known false when the request for it was given up, with the thread that had made it
     */
    void endPolled(boolean known) throws IOException {
        if (known) {
            endCame = true;
        } else {
            watchesEnd = false;
        }
        if (receiving && !cancelled) {
            cancelled = true;
            loop.cancelReceive(data);
        }
    }

    /** Whether a request receives all that arrives; while it does, no other call may receive. */
    boolean isReceiving() {
        return receiving;
    }

    /** The errno with which the request ended, or 0; reset by this call. */
    int takeError() {
        var e = error;
        error = 0;
        return e;
    }

    /** Makes the request to receive. Inside {@link #enter}. */
    void receive(int fd) throws IOException {
        if (!watchesEnd) {
            loop.pollEnd(fd, data); // before the other, which is then woken first and mostly has no need of this one
            watchesEnd = true;
        }
        receiving = true;
        try {
            loop.receive(fd, data);
        } catch (IOException e) {
            receiving = false;
            throw e;
        }
        if (endCame) { // perhaps before the request stood
            loop.cancelReceive(data);
        }
    }

    /** Requests one event for room to send. */
    void pollRoom() throws IOException {
        var fd = enter();
        try {
            if (!polling) {
                polling = true;
                loop.pollRoom(fd, data);
            }
        } catch (IOException e) {
            polling = false;
            throw e;
        } finally {
            leave();
        }
    }

    /** Reads from the buffers that were filled, and gives back those that are empty. Returns 0 when there are none. Inside {@link #enter}. */
    int take(byte[] into, int offset, int length) {
        var buffers = loop.buffers();
        var n = 0;
        while (n < length) {
            if (first == NONE) {
                if (top == NONE) {
                    break;
                }
                first = turned(buffers, (int) TOP.getAndSet(this, NONE));
            }
            var id = first - 1;
            var part = Math.min(buffers.length(id) - position, length - n);
            buffers.copy(id, position, into, offset + n, part);
            n += part;
            position += part;
            if (position == buffers.length(id)) {
                first = buffers.next(id);
                position = 0;
                read++;
                buffers.giveBack(id);
            }
        }
        return n;
    }

    private static int turned(RingBuffers buffers, int youngest) {
        var older = youngest;
        var behind = NONE;
        while (older != NONE) {
            var id = older - 1;
            older = buffers.next(id);
            buffers.next(id, behind);
            behind = id + 1;
        }
        return behind;
    }

    @Override
    public void beforeFree() {
        if (receiving || polling || watchesEnd) {
            cancel();
        }
        var buffers = loop.buffers();
        giveBack(buffers, first);
        giveBack(buffers, (int) TOP.getAndSet(this, CLOSED));
    }

    /** When the cancellation fails, shutting down both directions completes the requests too. */
    private void cancel() {
        try {
            loop.cancelAll(data);
        } catch (IOException e) {
            try {
                Libc.shutdown(number(), Libc.SHUT_RDWR);
            } catch (IOException notConnected) {
                // Then the peer has gone, and the requests complete by themselves.
            }
        }
    }

    private static void giveBack(RingBuffers buffers, int chain) {
        var each = chain;
        while (each != NONE) {
            var id = each - 1;
            each = buffers.next(id); // read before it may be another's
            buffers.giveBack(id);
        }
    }
}
