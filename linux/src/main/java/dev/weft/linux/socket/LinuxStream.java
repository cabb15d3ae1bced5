package dev.weft.linux.socket;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;

import dev.weft.linux.poll.EventLoop;
import dev.weft.linux.poll.Waiter;
import dev.weft.linux.sys.Descriptor;
import dev.weft.linux.sys.Errno;
import dev.weft.linux.sys.Layouts;
import dev.weft.linux.sys.Leaving;
import dev.weft.linux.sys.Libc;
import dev.weft.linux.sys.SocketErrors;
import dev.weft.linux.sys.Sockets;
import dev.weft.linux.sys.SystemException;
import dev.weft.net.Address;
import dev.weft.net.spi.Readiness;
import dev.weft.net.spi.SocketFailure;
import dev.weft.net.spi.StreamChannel;
import org.jspecify.annotations.Nullable;

/** A TCP or Unix stream socket: what epoll's and io_uring's streams have in common. They differ in how they learn that data has arrived. */
public abstract class LinuxStream extends LinuxSocket implements StreamChannel {
    private static final int MOST_UNBROKEN = 16;

    protected final Readiness readable = new Readiness(true);
    protected final Readiness writable;
    private final Address remote;
    private volatile @Nullable Address local;
    private volatile boolean connected;
    private volatile boolean closing;
    /** Whether the peer has ended its output, and all of it was read. */
    private volatile boolean ended;
    /** Calls that found something to do since one last had to wait. Reader and writer both count, so it is not exact. */
    private int unbroken;

    protected LinuxStream(Descriptor descriptor, int family, Address remote, @Nullable Address local, boolean connected) {
        super(descriptor, family);
        this.remote = remote;
        this.local = local;
        this.connected = connected;
        writable = new Readiness(connected);
    }

    /** Called when a write or a connect has to wait: asks for the event that makes {@link #writable} ready, where it must be asked for. */
    protected abstract void awaitRoom() throws IOException;

    /** The loop of this connection, whose other connections wait for their turn. */
    protected abstract EventLoop loop();

    /** Called before the close: no event may reach this stream from now on. */
    protected abstract void forget();

    /** Called when a call found something to do. A virtual thread that never waits keeps its carrier from all others; this makes it yield. */
    protected final void moved() {
        if (++unbroken % MOST_UNBROKEN == 0 && Thread.currentThread().isVirtual()) {
            Waiter.shared().giveWay(loop(), unbroken % (2 * MOST_UNBROKEN) == 0);
        }
    }

    /** Called when a read has found the end of the stream: the peer's, unless this side was closed. */
    protected final int ended() throws ClosedChannelException {
        if (closing) {
            throw new ClosedChannelException();
        }
        ended = true;
        return -1;
    }

    @Override
    public int write(byte[] from, int offset, int length) throws IOException {
        if (!writable.ready()) {
            return 0;
        }
        var stamp = writable.stamp();
        var n = descriptor.send(from, offset, length);
        if (n >= 0) {
            moved();
            return n;
        }
        if (n == -Errno.EAGAIN) {
            writable.drained(stamp);
            awaitRoom();
            return 0;
        }
        throw new SystemException(-n);
    }

    @Override
    public void retryWrite() {
        writable.signal();
    }

    @Override
    public long unacknowledged() {
        return descriptor.unacknowledged();
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
                var failure = new SystemException(error);
                throw SocketFailure.cannotConnect(remote, SocketErrors.of(failure), failure);
            }
            if (!Sockets.hasPeer(fd)) {
                writable.drained(stamp);
                awaitRoom();
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
        unbroken = 0;
        readable.await();
    }

    @Override
    public void awaitWritable() throws IOException {
        unbroken = 0;
        writable.await();
    }

    @Override
    public void wake() {
        readable.wake();
        writable.wake();
        event();
    }

    /** Called when something has happened that threads that wait were woken for. */
    protected void event() {}

    @Override
    public void shutdownOutput() throws IOException {
        var fd = descriptor.enter();
        try {
            Libc.shutdown(fd, Libc.SHUT_WR);
        } finally {
            descriptor.leave();
        }
    }

    /** Makes the close reset the connection (SO_LINGER of 0, socket(7)). Unix sockets have no reset. */
    @Override
    public void abort() {
        closing = true;
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
        end();
    }

    /** Lets the peer read what was sent, even though not all of its own data was read. */
    @Override
    public void close() {
        closing = true;
        try {
            if (!ended && descriptor.isOpen()) {
                leave();
            }
        } catch (ClosedChannelException e) {
            // By another thread.
        } finally { // whatever fails there, the descriptor is free
            end();
        }
    }

    private void leave() throws ClosedChannelException {
        var fd = descriptor.enter();
        try {
            Leaving.before(fd, family);
        } finally {
            descriptor.leave();
        }
    }

    private void end() {
        forget();
        if (descriptor.close()) {
            readable.signal();
            writable.signal();
            event();
        }
    }

    /** Looked up at the first call, as most connections never need it. */
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
}
