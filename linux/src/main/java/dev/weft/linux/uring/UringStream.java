package dev.weft.linux.uring;

import java.io.IOException;

import dev.weft.linux.poll.EventLoop;
import dev.weft.linux.poll.Waiter;
import dev.weft.linux.socket.LinuxStream;
import dev.weft.linux.sys.Errno;
import dev.weft.linux.sys.Libc;
import dev.weft.linux.sys.SystemException;
import dev.weft.net.Address;
import org.jspecify.annotations.Nullable;

/**
 * A TCP or Unix stream socket that receives through a ring.
 *
 * <p>A read first asks the socket itself. When that has nothing, it makes one request that receives all that will arrive; from then on reads take
 * what the request received. When the request has ended (no free buffers, too much unread, its thread has ended), reads ask the socket again. So a
 * lack of buffers costs time, and nothing else.
 */
public final class UringStream extends LinuxStream {
    private final RingLoop loop;
    private final RingDescriptor held;

    private UringStream(RingDescriptor descriptor, RingLoop loop, int family, Address remote, @Nullable Address local, boolean connected) {
        super(descriptor, family, remote, local, connected);
        held = descriptor;
        this.loop = loop;
    }

    /** Takes over an accepted descriptor; the local address may be given when it is known. */
    public static UringStream accepted(RingLoop loop, int fd, int family, Address remote, @Nullable Address local) {
        return entered(loop, fd, family, remote, local, true);
    }

    /** Takes over a descriptor that connects, or has connected, and closes it when that fails. */
    public static UringStream connecting(RingLoop loop, int fd, int family, Address remote, boolean connected) throws IOException {
        var stream = entered(loop, fd, family, remote, null, connected);
        if (!connected) {
            try {
                stream.awaitRoom();
            } catch (IOException | Error e) {
                stream.close();
                throw e;
            }
        }
        return stream;
    }

    private static UringStream entered(RingLoop loop, int fd, int family, Address remote, @Nullable Address local, boolean connected) {
        try {
            var stream = new UringStream(new RingDescriptor(fd, loop), loop, family, remote, local, connected);
            stream.held.data(loop.enter(fd, stream));
            return stream;
        } catch (Error e) { // no memory
            Libc.close(fd);
            throw e;
        }
    }

    /** Called when a buffer was filled. */
    void arrived(int id) {
        held.arrived(id);
    }

    /** Called for a completion of the request to receive: tells whether others follow, and if not, why. */
    void received(int result, boolean more) {
        if (more) {
            try {
                held.goesOn();
            } catch (IOException | Error e) {
                Waiter.report(e);
            }
        } else {
            held.ended(isFailure(result) ? -result : 0);
        }
        readable.signal();
    }

    /** All other errors mean that the socket is to be asked again: no free buffer, cancelled, or the thread that made the request has ended. */
    private static boolean isFailure(int result) {
        return result < 0 && result != -Errno.ENOBUFS && result != -Errno.ECANCELED && result != -Errno.EAGAIN && result != -Errno.EINTR;
    }

    /** Called when the request for room to send has completed. */
    @Override
    public void ready(int events) {
        held.roomPolled();
        writable.signal();
    }

    /** Called when the request for the end of the input has completed. */
    void ended(int result) {
        try {
            held.endPolled(result >= 0);
        } catch (IOException e) {
            Waiter.report(e);
        }
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        if (!readable.ready()) {
            return 0;
        }
        var stamp = readable.stamp();
        var fd = held.enter();
        try {
            var receiving = held.isReceiving(); // asked first: a request ends after all that it brought
            var n = held.take(into, offset, length);
            if (receiving && n < length) {
                readable.drained(stamp);
            } else if (n > 0) {
                moved();
            }
            return receiving || n > 0 ? n : receive(fd, into, offset, length, stamp);
        } finally {
            held.leave();
        }
    }

    private int receive(int fd, byte[] into, int offset, int length, int stamp) throws IOException {
        var error = held.takeError();
        if (error != 0) {
            throw new SystemException(error);
        }
        var n = Libc.receive(fd, into, offset, Math.min(length, Libc.MOST_AT_ONCE));
        if (n > 0) {
            moved();
            return n;
        }
        if (n == 0) {
            return ended();
        }
        if (n == -Errno.EAGAIN) {
            held.receive(fd);
            readable.drained(stamp);
            return 0;
        }
        throw new SystemException(-n);
    }

    @Override
    protected void awaitRoom() throws IOException {
        held.pollRoom();
    }

    @Override
    protected EventLoop loop() {
        return loop;
    }

    @Override
    protected void forget() {
        loop.remove(held.number(), this);
    }
}
