package dev.weft.linux.socket;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.SocketException;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

import dev.weft.linux.poll.Waiter;
import dev.weft.linux.poll.WatchedDescriptor;
import dev.weft.linux.sys.Errno;
import dev.weft.linux.sys.Layouts;
import dev.weft.linux.sys.Libc;
import dev.weft.linux.sys.Sockaddr;
import dev.weft.linux.sys.SocketErrors;
import dev.weft.linux.sys.Sockets;
import dev.weft.linux.sys.SystemException;
import dev.weft.net.Address;
import dev.weft.net.spi.PacketChannel;
import dev.weft.net.spi.Readiness;
import dev.weft.net.spi.SocketFailure;
import dev.weft.net.spi.SocketFile;

/** A datagram socket, UDP or Unix. The waiter watches it. */
public final class LinuxPackets extends LinuxSocket implements PacketChannel {
    /** How long a sender waits when a Unix peer has no room for its datagram: no event reports such room (unix(7)). */
    private static final long REST_NANOS = 1_000_000;

    private final Optional<SocketFile> file;
    private final Address local;
    private final Readiness readable = new Readiness(true);
    private final Readiness writable = new Readiness(true);
    private final ReentrantLock waitingToWrite = new ReentrantLock();
    private final Arena arena = Arena.ofAuto();
    private final MemorySegment sender = arena.allocate(Layouts.SOCKADDR_STORAGE, 8);
    private final MemorySegment senderLength = arena.allocate(JAVA_INT);
    private final MemorySegment errno = Libc.errnoRoom(arena);
    private MemorySegment arrived = MemorySegment.NULL;

    /** With the file that is to be removed with it. When it fails, the descriptor stays the caller's. */
    LinuxPackets(int fd, int family, Optional<SocketFile> file) throws IOException {
        super(new WatchedDescriptor(fd), family);
        this.file = file;
        local = Sockets.localName(fd);
        Waiter.open().watchPackets(fd, this);
    }

    @Override
    boolean isStream() {
        return false;
    }

    @Override
    public void ready(int events) {
        if ((events & (Libc.EPOLLIN | Libc.EPOLLERR | Libc.EPOLLHUP)) != 0) {
            readable.signal();
        }
        if ((events & (Libc.EPOLLOUT | Libc.EPOLLERR | Libc.EPOLLHUP)) != 0) {
            writable.signal();
        }
    }

    /**
     * MSG_TRUNC makes recvfrom(2) return the datagram's real length: SPEC SS-24. The socket is always asked, as the event of a datagram that is
     * in the queue may not have been read yet.
     */
    @Override
    public Optional<Packet> receive(byte[] into) throws IOException {
        if (arrived.byteSize() < into.length) {
            arrived = arena.allocate(into.length);
        }
        var stamp = readable.stamp();
        int n;
        do {
            senderLength.set(JAVA_INT, 0, (int) Layouts.SOCKADDR_STORAGE);
            var fd = descriptor.enter();
            try {
                n = Libc.receiveFrom(fd, arrived.asSlice(0, into.length), Libc.MSG_DONTWAIT | Libc.MSG_TRUNC, sender, senderLength, errno);
            } finally {
                descriptor.leave();
            }
        } while (n == -Errno.EINTR);
        if (n == -Errno.EAGAIN) {
            readable.drained(stamp);
            return Optional.empty();
        }
        if (n < 0) {
            throw new SystemException(-n);
        }
        var size = Math.min(n, into.length);
        MemorySegment.copy(arrived, JAVA_BYTE, 0, into, 0, size);
        return Optional.of(new Packet(size, n > into.length, Sockaddr.read(sender, senderLength.get(JAVA_INT, 0))));
    }

    @Override
    public boolean send(byte[] data, Address to) throws IOException {
        var unix = to.kind() == Address.Kind.UNIX || to.kind() == Address.Kind.UNIX_ABSTRACT;
        if (unix != (family == Libc.AF_UNIX)) {
            throw new SocketException("the socket at " + local + " can't reach " + to);
        }
        var stamp = writable.stamp();
        boolean sent;
        var fd = descriptor.enter();
        try {
            sent = send(fd, family, data, to);
        } finally {
            descriptor.leave();
        }
        if (!sent) {
            writable.drained(stamp);
        }
        return sent;
    }

    /** sendto(2) on a socket of this family. Returns false when there is no room. */
    public static boolean send(int fd, int family, byte[] data, Address to) throws IOException {
        if (family == Libc.AF_UNIX && to.host().isEmpty()) {
            throw new SocketException("the peer bound no address, so it can't be sent to");
        }
        try (var call = Arena.ofConfined()) {
            var target = Sockets.encode(to, family, call);
            var bytes = call.allocateFrom(JAVA_BYTE, data);
            var room = Libc.errnoRoom(call);
            int n;
            do {
                n = Libc.sendTo(fd, bytes, Libc.MSG_DONTWAIT | Libc.MSG_NOSIGNAL, target, room);
            } while (n == -Errno.EINTR);
            if (n < 0 && n != -Errno.EAGAIN) {
                var failure = new SystemException(-n);
                throw SocketFailure.cannotSend(to, SocketErrors.of(failure), failure);
            }
            return n >= 0;
        }
    }

    @Override
    public void awaitReadable() throws IOException {
        readable.await();
    }

    /**
     * When the peer's queue is full, tries again after a time. It does so too when another thread waits for room already, as a wake-up may be
     * meant for either.
     */
    @Override
    public void awaitWritable() throws IOException {
        if (family == Libc.AF_UNIX || !waitingToWrite.tryLock()) {
            rest(this);
            return;
        }
        try {
            writable.await();
        } finally {
            waitingToWrite.unlock();
        }
    }

    /** On behalf of a channel whose peer has no room. */
    public static void rest(PacketChannel channel) throws InterruptedIOException {
        LockSupport.parkNanos(channel, REST_NANOS);
        if (Thread.interrupted()) {
            throw new InterruptedIOException("interrupted while waiting for the peer");
        }
    }

    @Override
    public void wake() {
        readable.wake();
        writable.wake();
    }

    @Override
    public void close() {
        Waiter.shared().forget(descriptor.number(), this);
        if (descriptor.isOpen()) {
            file.ifPresent(LinuxListener::remove); // while it is bound: who finds nobody at the path may take it
        }
        if (descriptor.close()) {
            readable.signal();
            writable.signal();
        }
        descriptor.awaitFree();
    }

    @Override
    public Address local() {
        return local;
    }
}
