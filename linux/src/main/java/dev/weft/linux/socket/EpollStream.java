package dev.weft.linux.socket;

import java.io.IOException;

import dev.weft.linux.poll.EventLoop;
import dev.weft.linux.poll.Waiter;
import dev.weft.linux.sys.Descriptor;
import dev.weft.linux.sys.Errno;
import dev.weft.linux.sys.Libc;
import dev.weft.linux.sys.SystemException;
import dev.weft.net.Address;
import org.jspecify.annotations.Nullable;

/** A TCP or Unix stream socket that one of the pollers watches. */
public final class EpollStream extends LinuxStream {
    private static final int ENDING = Libc.EPOLLRDHUP | Libc.EPOLLHUP | Libc.EPOLLERR | Libc.EPOLLPRI;
    private static final int F_DUPFD_CLOEXEC = 1030; // fcntl(2)

    /** Whether a short read proves that nothing is left, which saves the next read. */
    private volatile boolean shortIsDrained;

    private EpollStream(Descriptor descriptor, int family, Address remote, @Nullable Address local, boolean connected) {
        super(descriptor, family, remote, local, connected);
        // A Unix socket's read also ends where a descriptor was passed along: unix(7), SCM_RIGHTS.
        shortIsDrained = family != Libc.AF_UNIX;
    }

    /** Takes over an accepted descriptor, and closes it when that fails. The local address may be given when it is known. */
    public static EpollStream accepted(int fd, int family, Address remote, @Nullable Address local) throws IOException {
        return watched(made(fd, family, remote, local, true), fd);
    }

    /** Takes over a descriptor that connects, or has connected, and closes it when that fails. */
    public static EpollStream connecting(int fd, int family, Address remote, boolean connected) throws IOException {
        return watched(made(fd, family, remote, null, connected), fd);
    }

    private static EpollStream made(int fd, int family, Address remote, @Nullable Address local, boolean connected) {
        try {
            return new EpollStream(new Descriptor(fd), family, remote, local, connected);
        } catch (Error e) { // no memory
            Libc.close(fd);
            throw e;
        }
    }

    private static EpollStream watched(EpollStream stream, int fd) throws IOException {
        try {
            Waiter.open().watchStream(fd, stream);
            return stream;
        } catch (IOException | RuntimeException | Error e) {
            stream.descriptor.close();
            throw e;
        }
    }

    /**
     * Data and the end of the stream may be reported by one event, with no other after it. So after an event that reports the end, a short read
     * proves nothing. The same holds for urgent data, at which a read stops (tcp(7)).
     */
    @Override
    public void ready(int events) {
        if ((events & ENDING) != 0) {
            shortIsDrained = false;
        }
        if ((events & (Libc.EPOLLIN | ENDING)) != 0) {
            readable.signal();
        }
        if ((events & (Libc.EPOLLOUT | Libc.EPOLLHUP | Libc.EPOLLERR)) != 0) {
            writable.signal();
        }
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        if (!readable.ready()) {
            return 0;
        }
        var stamp = readable.stamp();
        var n = descriptor.receive(into, offset, length);
        if (n > 0) {
            if (n < Math.min(length, Libc.MOST_AT_ONCE) && shortIsDrained) {
                readable.drained(stamp);
            } else {
                moved();
            }
            return n;
        }
        if (n == 0) {
            return ended();
        }
        if (n == -Errno.EAGAIN) {
            readable.drained(stamp);
            return 0;
        }
        throw new SystemException(-n);
    }

    /** Does nothing: an edge-triggered event reports room in any case. */
    @Override
    protected void awaitRoom() {}

    @Override
    protected EventLoop loop() {
        return Waiter.shared().poller(descriptor.number());
    }

    @Override
    protected void forget() {
        Waiter.shared().forget(descriptor.number(), this);
    }

    /** Ends the watch, as another process uses the connection from now on. Returns a duplicate of the descriptor, which the caller must close. */
    public int handOver() throws IOException {
        var fd = descriptor.enter();
        try {
            Waiter.shared().unwatchStream(fd, this);
            return Libc.control(fd, F_DUPFD_CLOEXEC, 0);
        } finally {
            descriptor.leave();
        }
    }
}
