package dev.weft.workers;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.net.SocketOption;
import java.nio.channels.ClosedChannelException;
import java.util.OptionalInt;
import java.util.Set;

import dev.weft.linux.poll.VirtualWatch;
import dev.weft.linux.poll.Waiter;
import dev.weft.linux.sys.Descriptor;
import dev.weft.linux.sys.Errno;
import dev.weft.linux.sys.Layouts;
import dev.weft.linux.sys.Leaving;
import dev.weft.linux.sys.Libc;
import dev.weft.linux.sys.Options;
import dev.weft.linux.sys.Sockets;
import dev.weft.linux.sys.SystemException;
import dev.weft.net.Address;
import dev.weft.net.spi.StreamChannel;
import org.jspecify.annotations.Nullable;

/** A connection that was handed to this worker. The server has a descriptor of it too, so a close here ends it with shutdown(2). */
final class HandedStream implements StreamChannel {
    private final Descriptor descriptor;
    private final Address local;
    private final Address remote;
    private final Doorbell reading;
    private final Doorbell writing;
    private final WorkerRequests requests;
    private volatile @Nullable VirtualWatch watch;
    private volatile boolean broken;
    private volatile boolean closing;

    /** The doorbells are those of the process, which has one connection at a time. */
    HandedStream(int fd, Address local, Address remote, Doorbell reading, Doorbell writing, WorkerRequests requests) {
        descriptor = new Descriptor(fd);
        this.local = local;
        this.remote = remote;
        this.reading = reading;
        this.writing = writing;
        this.requests = requests;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        var watched = watch;
        var stamp = watched == null ? 0 : watched.readable().stamp();
        var n = descriptor.receive(into, offset, length);
        if (n == -Errno.EAGAIN) {
            if (watched != null) {
                watched.readable().drained(stamp);
            }
            return 0;
        }
        if (n < 0) {
            throw new SystemException(-n);
        }
        if (n == 0 && broken) {
            throw new SystemException(Errno.ECONNRESET);
        }
        if (n == 0 && closing) {
            throw new ClosedChannelException();
        }
        return n == 0 ? -1 : n;
    }

    @Override
    public int write(byte[] from, int offset, int length) throws IOException {
        var watched = watch;
        var stamp = watched == null ? 0 : watched.writable().stamp();
        var n = descriptor.send(from, offset, length);
        if (n == -Errno.EAGAIN) {
            if (watched != null) {
                watched.writable().drained(stamp);
            }
            return 0;
        }
        if (n < 0) {
            throw new SystemException(-n);
        }
        return n;
    }

    @Override
    public long unacknowledged() {
        return descriptor.unacknowledged();
    }

    @Override
    public void awaitReadable() throws IOException {
        if (Thread.currentThread().isVirtual()) {
            watch().readable().await();
        } else {
            await(reading, Doorbell.POLLIN);
        }
    }

    @Override
    public void awaitWritable() throws IOException {
        if (Thread.currentThread().isVirtual()) {
            watch().writable().await();
        } else {
            await(writing, Doorbell.POLLOUT);
        }
    }

    /** A close rings, so that no thread stays inside the descriptor. */
    private void await(Doorbell bell, int events) throws IOException {
        int fd;
        try {
            fd = descriptor.enter();
        } catch (ClosedChannelException e) {
            return; // the next read or write will say so
        }
        try {
            bell.await(fd, events);
        } finally {
            descriptor.leave();
        }
    }

    /** For waits on virtual threads of the handler, which must not block their carriers: starts the pollers when the first one waits. */
    private synchronized VirtualWatch watch() throws IOException {
        var watched = watch;
        if (watched == null) {
            var fd = descriptor.enter();
            try {
                watched = new VirtualWatch();
                Waiter.open().watchStream(fd, watched);
                watch = watched;
            } finally {
                descriptor.leave();
            }
        }
        return watched;
    }

    @Override
    public void wake() {
        reading.ring();
        writing.ring();
        var watched = watch;
        if (watched != null) {
            watched.readable().wake();
            watched.writable().wake();
        }
    }

    @Override
    public boolean finishConnect() {
        return true;
    }

    @Override
    public boolean draining() {
        return requests.draining();
    }

    @Override
    public void shutdownOutput() throws IOException {
        shutdown(Libc.SHUT_WR);
    }

    private void shutdown(int how) throws IOException {
        var fd = descriptor.enter();
        try {
            Libc.shutdown(fd, how);
        } finally {
            descriptor.leave();
        }
    }

    /** The peer of a bridged connection has broken it off: reads fail with a reset from now on, and do not see an end. */
    void breakOff() {
        broken = true;
        try {
            shutdown(Libc.SHUT_RDWR);
        } catch (IOException e) {
            // It has ended already.
        }
    }

    /** A Unix socket has no reset, so the server is asked to reset the peer of a bridged connection, before it sees this socket's end. */
    @Override
    public void abort() {
        try {
            var fd = descriptor.enter();
            if (Sockets.familyOf(fd) == Libc.AF_UNIX) {
                requests.drop(descriptor);
            } else {
                try {
                    reset(fd);
                } finally {
                    descriptor.leave();
                }
            }
        } catch (IOException e) {
            // Closed or broken already.
        }
        end();
    }

    /**
     * Resets a connection for every process that holds it. A TCP socket sends a reset when it is connected to AF_UNSPEC (connect(2)); a Unix socket
     * is shut down.
     */
    static void reset(int fd) throws IOException {
        if (Sockets.familyOf(fd) == Libc.AF_UNIX) {
            Libc.shutdown(fd, Libc.SHUT_RDWR);
            return;
        }
        try (var arena = Arena.ofConfined()) {
            Libc.connect(fd, arena.allocate(Layouts.SOCKADDR_IN)); // AF_UNSPEC is 0
        }
    }

    /** Ends the connection in both directions, though the server holds it still. */
    @Override
    public void close() {
        closing = true;
        try {
            var fd = descriptor.enter();
            try {
                Leaving.before(fd, Sockets.familyOf(fd));
                Libc.shutdown(fd, Libc.SHUT_RDWR);
            } finally {
                descriptor.leave();
            }
        } catch (IOException e) {
            // It has ended already.
        } finally {
            end();
        }
    }

    private void end() {
        var watched = watch;
        if (watched != null) {
            Waiter.shared().forget(descriptor.number(), watched);
        }
        if (descriptor.close()) {
            wake();
            if (watched != null) {
                watched.readable().signal();
                watched.writable().signal();
            }
        }
    }

    @Override
    public OptionalInt fileno() {
        return descriptor.isOpen() ? OptionalInt.of(descriptor.number()) : OptionalInt.empty();
    }

    @Override
    public Address local() {
        return local;
    }

    @Override
    public Address remote() {
        return remote;
    }

    private int family() {
        try {
            var fd = descriptor.enter();
            try {
                return Sockets.familyOf(fd);
            } finally {
                descriptor.leave();
            }
        } catch (IOException e) {
            return Libc.AF_UNIX; // closed: the next call says so
        }
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return Options.ofStreams(family());
    }

    @Override
    public <T> void option(SocketOption<T> option, T value) throws IOException {
        Options.set(descriptor, family(), true, option, value);
    }

    @Override
    public <T> T option(SocketOption<T> option) throws IOException {
        return Options.get(descriptor, family(), true, option);
    }
}
