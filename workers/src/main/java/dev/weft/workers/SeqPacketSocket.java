package dev.weft.workers;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

import dev.weft.linux.sys.Descriptor;
import dev.weft.linux.sys.Errno;
import dev.weft.linux.sys.Layouts;
import dev.weft.linux.sys.Libc;
import dev.weft.linux.sys.Sockets;
import dev.weft.linux.sys.SystemException;

/**
 * One end of a SOCK_SEQPACKET socket between a server and one of its workers. It carries whole messages, each with a descriptor or without one
 * (unix(7), SCM_RIGHTS). One thread at a time receives. Only {@link #deliver} waits.
 */
final class SeqPacketSocket {
    /** No descriptor. */
    static final int NONE = -1;
    /** The longest message: room for the longest datagram and its description. */
    static final int LONGEST = 72 * 1024;
    private static final int SCM_RIGHTS = 1;
    private static final int MSG_CTRUNC = 8;
    private static final long PARTS = offset("parts");
    private static final long PART_COUNT = offset("partCount");
    private static final long CONTROL = offset("control");
    private static final long CONTROL_LENGTH = offset("controlLength");
    private static final long FLAGS = offset("flags");
    /** CMSG_LEN(sizeof(int)): cmsg(3). */
    private static final long WITH_ONE = 20;

    private final Descriptor descriptor;
    private final Arena arena = Arena.ofAuto();
    private final MemorySegment errno = Libc.errnoRoom(arena);
    private final MemorySegment room;
    /** Where the descriptor of a received message is written; its text goes to {@link #room}. */
    private final MemorySegment control;
    private final MemorySegment incoming;
    private final long controlRoom;

    private SeqPacketSocket(int fd, long controlRoom) {
        descriptor = new Descriptor(fd);
        room = arena.allocate(LONGEST);
        control = arena.allocate(Layouts.CMSGHDR_INT);
        incoming = message(arena, room, control);
        this.controlRoom = controlRoom;
    }

    /** The server's end, which owns the descriptor. It has no room to receive descriptors, so the kernel closes those that a broken worker sends. */
    static SeqPacketSocket ofServer(int fd) {
        return new SeqPacketSocket(fd, 0);
    }

    /** The worker's end, which owns the descriptor. */
    static SeqPacketSocket ofWorker(int fd) {
        return new SeqPacketSocket(fd, Layouts.CMSGHDR_INT.byteSize());
    }

    /** A received message. The receiver must close its descriptor, if it has one. */
    static final class Delivery {
        private final byte[] text;
        private final int descriptor;

        Delivery(byte[] text, int descriptor) {
            this.text = text;
            this.descriptor = descriptor;
        }

        byte[] text() {
            return text;
        }

        int descriptor() {
            return descriptor;
        }
    }

    private static long offset(String name) {
        return Layouts.MSGHDR.byteOffset(PathElement.groupElement(name));
    }

    private static MemorySegment message(Arena arena, MemorySegment text, MemorySegment control) {
        var part = arena.allocate(Layouts.IOVEC);
        part.set(ADDRESS, 0, text);
        part.set(JAVA_LONG, 8, text.byteSize());
        var message = arena.allocate(Layouts.MSGHDR);
        message.set(ADDRESS, PARTS, part);
        message.set(JAVA_LONG, PART_COUNT, 1);
        message.set(ADDRESS, CONTROL, control);
        return message;
    }

    Descriptor descriptor() {
        return descriptor;
    }

    /** Sends a whole message, or fails at once. The passed descriptor stays open in this process. */
    void send(byte[] text, int passed) throws IOException {
        try (var call = Arena.ofConfined()) {
            var rights = call.allocate(Layouts.CMSGHDR_INT);
            var message = message(call, call.allocateFrom(JAVA_BYTE, text), rights);
            if (passed != NONE) {
                rights.set(JAVA_LONG, 0, WITH_ONE);
                rights.set(JAVA_INT, 8, Sockets.SOL_SOCKET);
                rights.set(JAVA_INT, 12, SCM_RIGHTS);
                rights.set(JAVA_INT, 16, passed);
                message.set(JAVA_LONG, CONTROL_LENGTH, Layouts.CMSGHDR_INT.byteSize());
            }
            var errnoRoom = Libc.errnoRoom(call);
            int n;
            do {
                var fd = descriptor.enter();
                try {
                    n = Libc.sendMessage(fd, message, Libc.MSG_DONTWAIT | Libc.MSG_NOSIGNAL, errnoRoom);
                } finally {
                    descriptor.leave();
                }
            } while (n == -Errno.EINTR);
            if (n < 0) {
                throw new SystemException(-n);
            }
        }
    }

    /**
     * Sends a message and waits until there is room for it. An interrupt does not end the wait.
     *
     * @throws EOFException when the other process has ended
     */
    void deliver(byte[] text) throws IOException {
        while (true) {
            try {
                send(text, NONE);
                return;
            } catch (SystemException e) {
                if (e.errno() == Errno.EPIPE || e.errno() == Errno.ECONNRESET) {
                    throw (EOFException) new EOFException("the other process has ended").initCause(e);
                }
                if (e.errno() != Errno.EAGAIN) {
                    throw e;
                }
            }
            var fd = descriptor.enter();
            try {
                Doorbell.awaitRoom(fd);
            } finally {
                descriptor.leave();
            }
        }
    }

    /**
     * Returns the next message, or empty when there is none yet.
     *
     * @throws UnreadException when the other process has ended without reading all that it was sent
     * @throws EOFException when the other process has ended
     */
    Optional<Delivery> receive() throws IOException {
        int n;
        do {
            incoming.set(JAVA_LONG, CONTROL_LENGTH, controlRoom);
            var fd = descriptor.enter();
            try {
                n = Libc.receiveMessage(fd, incoming, Libc.MSG_DONTWAIT | Libc.MSG_CMSG_CLOEXEC, errno);
            } finally {
                descriptor.leave();
            }
        } while (n == -Errno.EINTR);
        if (n == -Errno.EAGAIN) {
            return Optional.empty();
        }
        if (n == -Errno.ECONNRESET) { // so says Linux (af_unix.c, unix_release_sock), and only then
            throw new UnreadException();
        }
        if (n == 0) {
            throw new EOFException("the other process has ended");
        }
        if (n < 0) {
            throw new SystemException(-n);
        }
        return Optional.of(new Delivery(room.asSlice(0, n).toArray(JAVA_BYTE), passed()));
    }

    private int passed() throws IOException {
        if ((incoming.get(JAVA_INT, FLAGS) & (MSG_CTRUNC | Libc.MSG_TRUNC)) != 0) {
            throw new IOException("a message between server and worker was truncated: " + (controlRoom == 0
                    ? "it came with a descriptor, which a worker must not send, or it"
                    : "this process has no free descriptor (raise ulimit -n), or it") + " is longer than " + LONGEST + " bytes");
        }
        return incoming.get(JAVA_LONG, CONTROL_LENGTH) < WITH_ONE ? NONE : control.get(JAVA_INT, 16);
    }

    void close() {
        descriptor.close();
    }
}
