package dev.weft.linux.uring;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

import dev.weft.linux.sys.Descriptor;
import dev.weft.linux.sys.Libc;

/**
 * A descriptor with requests in a ring, and what has come of them: the buffers that arrived and were not read yet.
 *
 * <p>The ring's looker puts buffers on a stack, and the reading thread takes the whole stack and turns it round: neither waits for the
 * other. A request holds the socket open beyond close(2), so all are cancelled before the number is freed.
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
    /** The youngest unread buffer's id and one, from which the older ones are linked. */
    private volatile int top;
    /** Whether a request to receive stands. */
    private volatile boolean receiving;
    /** Whether one for room to send stands. */
    private volatile boolean polling;
    /** Whether one for the end of what can be received stands or stood, and whether it has told of the end. */
    private volatile boolean watchesEnd;
    private volatile boolean endCame;
    /** Of the reading thread: the oldest unread buffer's id and one, how much of it is read, and how many were read whole. */
    private int first;
    private int position;
    private int read;
    /** Of the ring's looker: how many came, and whether the request that stands is to end. */
    private int came;
    private boolean cancelled;
    /** Why the last request to receive ended; published by {@link #receiving}. */
    private int error;

    RingDescriptor(int number, RingLoop loop) {
        super(number);
        this.loop = loop;
    }

    /** What its requests are to carry, before there are any. */
    void data(long data) {
        this.data = data;
    }

    /** Takes a buffer in; on one thread at a time. */
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

    /** The request to receive has ended, after all that it brought. */
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

    /** There may be room to send. */
    void roomPolled() {
        polling = false;
    }

    /**
     * The end has come, or an error. A request to receive that was woken once for data and for the end takes the data, and may then wait for
     * an end that has been: seen with Unix sockets on Linux 6.18. So it does not stand on, and the socket is asked.
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

    /** Whether what arrives comes by itself; while it does, nobody else may receive. */
    boolean isReceiving() {
        return receiving;
    }

    /** Why it ended, once: an errno, or 0. */
    int takeError() {
        var e = error;
        error = 0;
        return e;
    }

    /** Asks for what will arrive. Inside {@link #enter}. */
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

    /** Asks to be told of room to send, once. */
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

    /** Reads out of the buffers that arrived, and gives back those it has emptied; 0 when there are none. Inside {@link #enter}. */
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

    /** Where even that fails, the end of both directions completes the requests too. */
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
