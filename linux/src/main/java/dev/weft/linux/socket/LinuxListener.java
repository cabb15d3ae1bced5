package dev.weft.linux.socket;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.SocketOption;
import java.nio.channels.ClosedChannelException;
import java.util.Map;
import java.util.Optional;

import dev.weft.linux.poll.Waiter;
import dev.weft.linux.poll.WatchedDescriptor;
import dev.weft.linux.sys.Errno;
import dev.weft.linux.sys.Layouts;
import dev.weft.linux.sys.Libc;
import dev.weft.linux.sys.Options;
import dev.weft.linux.sys.Sockaddr;
import dev.weft.linux.sys.Sockets;
import dev.weft.linux.sys.SystemException;
import dev.weft.net.Address;
import dev.weft.net.spi.ListenerChannel;
import dev.weft.net.spi.Readiness;
import dev.weft.net.spi.SocketFile;
import dev.weft.net.spi.StreamChannel;
import dev.weft.net.support.SafeLog;

/** A listening socket, TCP or Unix. The waiter watches it, so that accepting goes on while every carrier is busy. */
final class LinuxListener extends LinuxSocket implements ListenerChannel {
    private static final SafeLog LOG = SafeLog.of("dev.weft.linux");
    /** Makes a channel of an accepted descriptor; from then on the channel closes it, also when this fails. */
    @FunctionalInterface
    public interface Streams {
        StreamChannel of(int fd, int family, Address remote, Optional<Address> local) throws IOException;
    }

    private final Map<SocketOption<?>, Object> connections;
    private final Optional<SocketFile> file;
    private final Streams streams;
    private final Address local;
    private final boolean inherited;
    private volatile boolean leaving;
    private final Readiness acceptable = new Readiness(true);
    private final MemorySegment peer;
    private final MemorySegment peerLength;
    private final MemorySegment errno;

    /** With each connection's options, and the file that is to be removed with it. When it fails, the descriptor stays the caller's. */
    LinuxListener(int fd, int family, Map<SocketOption<?>, Object> connections, boolean inherited, Optional<SocketFile> file, Streams streams)
            throws IOException {
        super(new WatchedDescriptor(fd), family);
        this.inherited = inherited;
        this.connections = connections;
        this.file = file;
        this.streams = streams;
        var arena = Arena.ofAuto();
        peer = arena.allocate(Layouts.SOCKADDR_STORAGE, 8);
        peerLength = arena.allocate(JAVA_INT);
        errno = Libc.errnoRoom(arena);
        local = Sockets.localName(fd);
        Waiter.open().watchListener(fd, this);
    }

    @Override
    public void ready(int events) {
        acceptable.signal();
    }

    @Override
    public Optional<StreamChannel> accept() throws IOException {
        if (leaving) {
            acceptable.drained(acceptable.stamp());
            return Optional.empty();
        }
        var stamp = acceptable.stamp(); // and asked in any case: the event of one who is in the queue may not be here yet
        int accepted;
        do {
            peerLength.set(JAVA_INT, 0, (int) Layouts.SOCKADDR_STORAGE);
            var fd = descriptor.enter();
            try {
                accepted = Libc.accept(fd, peer, peerLength, errno);
            } finally {
                descriptor.leave();
            }
        } while (accepted == -Errno.EINTR);
        if (accepted == -Errno.EAGAIN) {
            acceptable.drained(stamp);
            return Optional.empty();
        }
        if (accepted < 0) {
            throw new SystemException(-accepted);
        }
        return Optional.of(made(accepted));
    }

    private StreamChannel made(int fd) throws IOException {
        Address remote;
        try {
            remote = Sockaddr.read(peer, peerLength.get(JAVA_INT, 0));
            if (!connections.isEmpty()) { // the defaults it has from the listener
                Options.setAll(fd, family, true, connections);
            }
        } catch (IOException | RuntimeException | Error e) {
            Libc.close(fd);
            if (e instanceof Error error) {
                throw error;
            }
            throw new LostConnectionException("an accepted connection could not be set up: " + e.getMessage(), e);
        }
        return streams.of(fd, family, remote, local.isAny() ? Optional.empty() : Optional.of(local));
    }

    /** The failure concerns one connection only; the listener goes on. */
    private static final class LostConnectionException extends IOException {
        private static final long serialVersionUID = 1L;

        LostConnectionException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    @Override
    public void awaitAcceptable() throws IOException {
        acceptable.await();
    }

    /** accept(2) also reports errors that happened on the new socket before it was accepted: see "Error handling" there. */
    @Override
    public AcceptFailure classify(IOException failure) {
        if (failure instanceof ClosedChannelException || !descriptor.isOpen()) {
            return AcceptFailure.CLOSED;
        }
        if (failure instanceof LostConnectionException) {
            return AcceptFailure.CONNECTION;
        }
        if (!(failure instanceof SystemException system)) {
            return AcceptFailure.OTHER;
        }
        return switch (system.errno()) {
            case Errno.EMFILE, Errno.ENFILE, Errno.ENOBUFS, Errno.ENOMEM, Errno.ENOSPC -> AcceptFailure.EXHAUSTED;
            case Errno.ECONNABORTED, Errno.ECONNRESET, Errno.EPROTO, Errno.ENETDOWN, Errno.ENETUNREACH, Errno.EHOSTDOWN, Errno.EHOSTUNREACH,
                    Errno.EOPNOTSUPP, Errno.EPROTONOSUPPORT, Errno.ENOPROTOOPT, Errno.ETIMEDOUT, Errno.EPERM ->
                    AcceptFailure.CONNECTION;
            default -> AcceptFailure.OTHER;
        };
    }

    @Override
    public void wake() {
        acceptable.wake();
    }

    @Override
    public void close() {
        Waiter.shared().forget(descriptor.number(), this);
        if (descriptor.isOpen()) {
            file.ifPresent(LinuxListener::remove); // while it is bound: who finds nobody at the path may take it
        }
        if (descriptor.close()) {
            acceptable.signal();
        }
        descriptor.awaitFree();
    }

    static void remove(SocketFile file) {
        try {
            file.remove();
        } catch (IOException e) {
            LOG.log(Level.WARNING, () -> "a socket's file could not be removed", e);
        }
    }

    @Override
    public void leaveQueue() {
        leaving = inherited;
    }

    @Override
    public Address local() {
        return local;
    }
}
