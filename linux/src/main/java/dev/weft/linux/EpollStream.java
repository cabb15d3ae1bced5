package dev.weft.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.SocketOption;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.Set;

import dev.weft.net.Address;
import dev.weft.net.spi.Readiness;
import dev.weft.net.spi.SocketFailure;
import dev.weft.net.spi.StreamChannel;
import org.jspecify.annotations.Nullable;

/** A TCP or Unix stream socket that one of the pollers watches. */
final class EpollStream extends Watched implements StreamChannel {
    private static final int ENDING = Libc.EPOLLRDHUP | Libc.EPOLLHUP | Libc.EPOLLERR | Libc.EPOLLPRI;

    private final Descriptor descriptor;
    private final int family;
    private final MemorySegment readErrno;
    private final MemorySegment writeErrno;
    private final Readiness readable = new Readiness(true);
    private final Readiness writable;
    private final Address remote;
    private volatile @Nullable Address local;
    private volatile boolean connected;
    /** Whether a short read means that nothing is left, so that the read that would say so can be saved. */
    private volatile boolean shortIsDrained;

    private EpollStream(int fd, int family, Address remote, @Nullable Address local, boolean connected) {
        this.local = local;
        descriptor = new Descriptor(fd);
        this.family = family;
        this.remote = remote;
        this.connected = connected;
        // A Unix socket's read also ends where a descriptor was passed along: unix(7), SCM_RIGHTS.
        shortIsDrained = family != Libc.AF_UNIX;
        readErrno = ErrnoRooms.reader(fd);
        writeErrno = ErrnoRooms.writer(fd);
        writable = new Readiness(connected);
    }

    /** Takes over an accepted descriptor, and closes it when that fails; the local address may be given when it is known. */
    static EpollStream accepted(int fd, int family, Address remote, @Nullable Address local) throws IOException {
        return watched(new EpollStream(fd, family, remote, local, true), fd);
    }

    /** Takes over a descriptor that connects, or has connected, and closes it when that fails. */
    static EpollStream connecting(int fd, int family, Address remote, boolean connected) throws IOException {
        return watched(new EpollStream(fd, family, remote, null, connected), fd);
    }

    private static EpollStream watched(EpollStream stream, int fd) throws IOException {
        try {
            Waiter.shared().watchStream(fd, stream);
            return stream;
        } catch (IOException | RuntimeException e) {
            stream.descriptor.close();
            throw e;
        }
    }

    /**
     * Data and the end of the stream may come as one event, and no other follows: after a sign of the end a short read says nothing any
     * more. Nor does it where urgent data stand in the way, at which a read stops (tcp(7)).
     */
    @Override
    void ready(int events) {
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
        var room = Math.min(length, Libc.MOST_AT_ONCE);
        int n;
        do {
            var fd = descriptor.enter();
            try {
                n = Libc.receive(fd, into, offset, room, readErrno);
            } finally {
                descriptor.leave();
            }
        } while (n == -Errno.EINTR);
        if (n > 0) {
            if (n < room && shortIsDrained) {
                readable.drained(stamp);
            }
            return n;
        }
        if (n == 0) {
            return -1;
        }
        if (n == -Errno.EAGAIN) {
            readable.drained(stamp);
            return 0;
        }
        throw new SystemException(-n);
    }

    @Override
    public int write(byte[] from, int offset, int length) throws IOException {
        if (!writable.ready()) {
            return 0;
        }
        var stamp = writable.stamp();
        int n;
        do {
            var fd = descriptor.enter();
            try {
                n = Libc.send(fd, from, offset, Math.min(length, Libc.MOST_AT_ONCE), writeErrno);
            } finally {
                descriptor.leave();
            }
        } while (n == -Errno.EINTR);
        if (n >= 0) {
            return n;
        }
        if (n == -Errno.EAGAIN) {
            writable.drained(stamp);
            return 0;
        }
        throw new SystemException(-n);
    }

    @Override
    public boolean finishConnect() throws IOException {
        if (connected) {
            return true;
        }
        if (!writable.ready()) {
            if (!descriptor.isOpen()) {
                throw new ClosedChannelException();
            }
            return false;
        }
        var stamp = writable.stamp();
        var fd = descriptor.enter();
        try {
            var error = Libc.option(fd, Sockets.SOL_SOCKET, Sockets.SO_ERROR);
            if (error != 0) {
                throw SocketFailure.explain(new SystemException(error), "cannot connect to " + remote);
            }
            if (!Sockets.hasPeer(fd)) {
                writable.drained(stamp);
                return false;
            }
            connected = true;
            return true;
        } finally {
            descriptor.leave();
        }
    }

    @Override
    public void awaitReadable() throws IOException {
        readable.await();
    }

    @Override
    public void awaitWritable() throws IOException {
        writable.await();
    }

    @Override
    public void wake() {
        readable.wake();
        writable.wake();
    }

    @Override
    public void shutdownOutput() throws IOException {
        var fd = descriptor.enter();
        try {
            Libc.shutdown(fd, Libc.SHUT_WR);
        } finally {
            descriptor.leave();
        }
    }

    /** A connection whose close is not to linger is reset by it: socket(7). A Unix socket knows no reset. */
    @Override
    public void abort() {
        if (family != Libc.AF_UNIX) {
            try (var arena = Arena.ofConfined()) {
                var fd = descriptor.enter();
                try {
                    var linger = arena.allocate(Layouts.LINGER);
                    linger.set(java.lang.foreign.ValueLayout.JAVA_INT, 0, 1);
                    Libc.setOption(fd, Sockets.SOL_SOCKET, Sockets.SO_LINGER, linger);
                } finally {
                    descriptor.leave();
                }
            } catch (IOException e) {
                // Already closed or broken: closing is all that is left to do.
            }
        }
        close();
    }

    @Override
    public void close() {
        Waiter.shared().forget(descriptor.number(), this);
        if (descriptor.close()) {
            readable.signal();
            writable.signal();
        }
    }

    @Override
    public OptionalInt fileno() {
        return descriptor.isOpen() ? OptionalInt.of(descriptor.number()) : OptionalInt.empty();
    }

    /** Asked for when first wanted: most connections never ask. */
    @Override
    public Address local() {
        var known = local;
        if (known != null) {
            return known;
        }
        try {
            var fd = descriptor.enter();
            try {
                var found = Sockets.localName(fd);
                if (connected) {
                    local = found;
                }
                return found;
            } finally {
                descriptor.leave();
            }
        } catch (IOException e) { // closed before anybody asked
            return family == Libc.AF_UNIX ? Address.unix(Path.of("")) : Address.any(0);
        }
    }

    @Override
    public Address remote() {
        return remote;
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return Options.ofStreams(family);
    }

    @Override
    public <T> void option(SocketOption<T> option, T value) throws IOException {
        Options.set(descriptor, family, true, option, value);
    }

    @Override
    public <T> T option(SocketOption<T> option) throws IOException {
        return Options.get(descriptor, family, true, option);
    }
}
