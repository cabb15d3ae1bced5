package dev.weft.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;

/**
 * The calls into the C library, each under its own name: what it takes, what it gives, and its errno.
 *
 * <p>All calls here return at once, save {@link #epollWait} with a timeout. Two of them are <i>critical</i>: {@link #receive} and
 * {@link #send} run without leaving Java, so that they may touch an array on the heap. The whole JVM waits for a critical call, its collector
 * included, hence they never block (MSG_DONTWAIT) and move 64 KiB at most.
 */
final class Libc {
    static final int AF_UNIX = 1;
    static final int AF_INET = 2;
    static final int AF_INET6 = 10;
    static final int SOCK_STREAM = 1;
    static final int SOCK_DGRAM = 2;
    static final int SOCK_SEQPACKET = 5;
    /** Every descriptor made here is non-blocking and is not inherited by programs that this process starts. */
    static final int SOCK_FLAGS = 0x800 | 0x80000; // SOCK_NONBLOCK, SOCK_CLOEXEC: bits/socket_type.h
    static final int SHUT_WR = 1;
    static final int SHUT_RDWR = 2;
    static final int MSG_TRUNC = 0x20;
    static final int MSG_DONTWAIT = 0x40;
    static final int MSG_NOSIGNAL = 0x4000;
    static final int MSG_CMSG_CLOEXEC = 0x40000000;
    static final int EPOLLIN = 0x1;
    static final int EPOLLPRI = 0x2;
    static final int EPOLLOUT = 0x4;
    static final int EPOLLERR = 0x8;
    static final int EPOLLHUP = 0x10;
    static final int EPOLLRDHUP = 0x2000;
    static final int EPOLLONESHOT = 1 << 30;
    static final int EPOLLET = 1 << 31;
    static final int EPOLL_CTL_ADD = 1;
    static final int EPOLL_CTL_DEL = 2;
    static final int EPOLL_CTL_MOD = 3;
    /** The most that one critical call moves. */
    static final int MOST_AT_ONCE = 64 * 1024;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");
    private static final long ERRNO_OFFSET = Linker.Option.captureStateLayout().byteOffset(MemoryLayout.PathElement.groupElement("errno"));
    private static final FunctionDescriptor MOVE = FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
    private static final FunctionDescriptor INT_INT_INT = FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT);
    private static final FunctionDescriptor THREE_INTS = FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
    private static final FunctionDescriptor NAMED = FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
    private static final FunctionDescriptor ASKED = FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, ADDRESS);
    private static final FunctionDescriptor FOUR_AND_LENGTH = FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);

    private static final MethodHandle RECV = LINKER.downcallHandle(function("recv"), MOVE, Linker.Option.critical(true), ERRNO);
    private static final MethodHandle SEND = LINKER.downcallHandle(function("send"), MOVE, Linker.Option.critical(true), ERRNO);
    private static final MethodHandle CLOSE = LINKER.downcallHandle(function("close"), FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private static final MethodHandle SOCKET = handle("socket", THREE_INTS);
    private static final MethodHandle BIND = handle("bind", NAMED);
    private static final MethodHandle CONNECT = handle("connect", NAMED);
    private static final MethodHandle LISTEN = handle("listen", INT_INT_INT);
    private static final MethodHandle SHUTDOWN = handle("shutdown", INT_INT_INT);
    private static final MethodHandle GETSOCKNAME = handle("getsockname", ASKED);
    private static final MethodHandle ACCEPT = handle("accept4", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, ADDRESS, JAVA_INT));
    private static final MethodHandle SETSOCKOPT = handle("setsockopt", FOUR_AND_LENGTH);
    private static final MethodHandle EPOLL_CREATE = handle("epoll_create1", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private static final MethodHandle EPOLL_CTL = handle("epoll_ctl", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS));
    private static final MethodHandle EPOLL_WAIT = handle("epoll_wait",
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT));

    /** What a server may never need: linked when first called, as each handle costs a start-up a fraction of a millisecond. */
    private static final class Seldom {
        static final MethodHandle GETSOCKOPT = handle("getsockopt",
                FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS));
        static final MethodHandle GETPEERNAME = handle("getpeername", ASKED);
        static final MethodHandle STRERROR = LINKER.downcallHandle(function("strerror"), FunctionDescriptor.of(ADDRESS, JAVA_INT));
        static final MethodHandle FCNTL = LINKER.downcallHandle(function("fcntl"), THREE_INTS, Linker.Option.firstVariadicArg(2), ERRNO);
    }

    private static final class Datagrams {
        static final FunctionDescriptor ADDRESSED = FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT);
        static final MethodHandle RECVFROM = handle("recvfrom",
                FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT, ADDRESS, ADDRESS));
        static final MethodHandle SENDTO = handle("sendto", ADDRESSED);
    }

    private static final class Messages {
        static final FunctionDescriptor MESSAGE = FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT);
        static final MethodHandle SENDMSG = handle("sendmsg", MESSAGE);
        static final MethodHandle RECVMSG = handle("recvmsg", MESSAGE);
    }

    private Libc() {}

    static MemorySegment function(String name) {
        return LINKER.defaultLookup().find(name).orElseThrow(() -> new UnsatisfiedLinkError("the C library has no " + name));
    }

    /** A function that reports through errno. */
    static MethodHandle handle(String name, FunctionDescriptor descriptor) {
        return LINKER.downcallHandle(function(name), descriptor, ERRNO);
    }

    /** Room for the errno of a call. */
    static MemorySegment errnoRoom(Arena arena) {
        return arena.allocate(Linker.Option.captureStateLayout());
    }

    static int errno(MemorySegment room) {
        return room.get(JAVA_INT, ERRNO_OFFSET);
    }

    /** recv(2) into an array on the heap; negative errno on failure. Critical. */
    static int receive(int fd, byte[] into, int offset, int length, MemorySegment errno) {
        try {
            var n = (long) RECV.invokeExact(errno, fd, MemorySegment.ofArray(into).asSlice(offset, length), (long) length,
                    MSG_DONTWAIT | MSG_NOSIGNAL);
            return n < 0 ? -errno(errno) : (int) n;
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    /** send(2) from an array on the heap; negative errno on failure. Critical. */
    static int send(int fd, byte[] from, int offset, int length, MemorySegment errno) {
        try {
            var n = (long) SEND.invokeExact(errno, fd, MemorySegment.ofArray(from).asSlice(offset, length), (long) length,
                    MSG_DONTWAIT | MSG_NOSIGNAL);
            return n < 0 ? -errno(errno) : (int) n;
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    /** close(2). Its failure can't be acted on: the number is free in any case, also after EINTR (Linux). */
    static void close(int fd) {
        try {
            var ignored = (int) CLOSE.invokeExact(fd);
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    /** socket(2), non-blocking and close-on-exec. */
    static int socket(int family, int type) throws IOException {
        try (var arena = Arena.ofConfined()) {
            var errno = errnoRoom(arena);
            return check((int) SOCKET.invokeExact(errno, family, type | SOCK_FLAGS, 0), errno);
        } catch (Throwable t) {
            throw failed(t);
        }
    }

    static void bind(int fd, MemorySegment address) throws IOException {
        try (var arena = Arena.ofConfined()) {
            var errno = errnoRoom(arena);
            check((int) BIND.invokeExact(errno, fd, address, (int) address.byteSize()), errno);
        } catch (Throwable t) {
            throw failed(t);
        }
    }

    /** connect(2) that is begun; false while it is under way. */
    static boolean connect(int fd, MemorySegment address) throws IOException {
        try (var arena = Arena.ofConfined()) {
            var errno = errnoRoom(arena);
            if ((int) CONNECT.invokeExact(errno, fd, address, (int) address.byteSize()) == 0) {
                return true;
            }
            var why = errno(errno);
            if (why == Errno.EINPROGRESS || why == Errno.EINTR) { // an interrupted connect(2) goes on by itself
                return false;
            }
            throw new SystemException(why);
        } catch (Throwable t) {
            throw failed(t);
        }
    }

    static void listen(int fd, int backlog) throws IOException {
        try (var arena = Arena.ofConfined()) {
            var errno = errnoRoom(arena);
            check((int) LISTEN.invokeExact(errno, fd, backlog), errno);
        } catch (Throwable t) {
            throw failed(t);
        }
    }

    static void shutdown(int fd, int how) throws IOException {
        try (var arena = Arena.ofConfined()) {
            var errno = errnoRoom(arena);
            check((int) SHUTDOWN.invokeExact(errno, fd, how), errno);
        } catch (Throwable t) {
            throw failed(t);
        }
    }

    /** accept4(2), non-blocking and close-on-exec; negative errno on failure. The address is written where it points to. */
    static int accept(int fd, MemorySegment address, MemorySegment length, MemorySegment errno) {
        try {
            var n = (int) ACCEPT.invokeExact(errno, fd, address, length, SOCK_FLAGS);
            return n < 0 ? -errno(errno) : n;
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    /** getsockname(2) into {@code address}, of which {@code length} says how much there is. */
    static void localName(int fd, MemorySegment address, MemorySegment length) throws IOException {
        try (var arena = Arena.ofConfined()) {
            var errno = errnoRoom(arena);
            check((int) GETSOCKNAME.invokeExact(errno, fd, address, length), errno);
        } catch (Throwable t) {
            throw failed(t);
        }
    }

    /** getpeername(2), as {@link #localName}. */
    static void peerName(int fd, MemorySegment address, MemorySegment length) throws IOException {
        try (var arena = Arena.ofConfined()) {
            var errno = errnoRoom(arena);
            check((int) Seldom.GETPEERNAME.invokeExact(errno, fd, address, length), errno);
        } catch (Throwable t) {
            throw failed(t);
        }
    }

    static void setOption(int fd, int level, int name, MemorySegment value) throws IOException {
        try (var arena = Arena.ofConfined()) {
            var errno = errnoRoom(arena);
            check((int) SETSOCKOPT.invokeExact(errno, fd, level, name, value, (int) value.byteSize()), errno);
        } catch (Throwable t) {
            throw failed(t);
        }
    }

    static void setOption(int fd, int level, int name, int value) throws IOException {
        try (var arena = Arena.ofConfined()) {
            setOption(fd, level, name, arena.allocateFrom(JAVA_INT, value));
        }
    }

    /** getsockopt(2) into all of {@code value}. */
    static void option(int fd, int level, int name, MemorySegment value) throws IOException {
        try (var arena = Arena.ofConfined()) {
            var errno = errnoRoom(arena);
            check((int) Seldom.GETSOCKOPT.invokeExact(errno, fd, level, name, value, arena.allocateFrom(JAVA_INT, (int) value.byteSize())), errno);
        } catch (Throwable t) {
            throw failed(t);
        }
    }

    static int option(int fd, int level, int name) throws IOException {
        try (var arena = Arena.ofConfined()) {
            var value = arena.allocate(JAVA_INT);
            option(fd, level, name, value);
            return value.get(JAVA_INT, 0);
        }
    }

    /** fcntl(2) with a number. */
    static int control(int fd, int command, int argument) throws IOException {
        try (var arena = Arena.ofConfined()) {
            var errno = errnoRoom(arena);
            return check((int) Seldom.FCNTL.invokeExact(errno, fd, command, argument), errno);
        } catch (Throwable t) {
            throw failed(t);
        }
    }

    /** recvfrom(2); negative errno on failure. */
    static int receiveFrom(int fd, MemorySegment into, int flags, MemorySegment address, MemorySegment length, MemorySegment errno) {
        try {
            var n = (long) Datagrams.RECVFROM.invokeExact(errno, fd, into, into.byteSize(), flags, address, length);
            return n < 0 ? -errno(errno) : (int) n;
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    /** sendto(2); negative errno on failure. */
    static int sendTo(int fd, MemorySegment data, int flags, MemorySegment address, MemorySegment errno) {
        try {
            var n = (long) Datagrams.SENDTO.invokeExact(errno, fd, data, data.byteSize(), flags, address, (int) address.byteSize());
            return n < 0 ? -errno(errno) : (int) n;
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    /** sendmsg(2); negative errno on failure. */
    static int sendMessage(int fd, MemorySegment message, int flags, MemorySegment errno) {
        try {
            var n = (long) Messages.SENDMSG.invokeExact(errno, fd, message, flags);
            return n < 0 ? -errno(errno) : (int) n;
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    /** recvmsg(2); negative errno on failure. */
    static int receiveMessage(int fd, MemorySegment message, int flags, MemorySegment errno) {
        try {
            var n = (long) Messages.RECVMSG.invokeExact(errno, fd, message, flags);
            return n < 0 ? -errno(errno) : (int) n;
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    /** epoll_create1(2), close-on-exec. */
    static int epoll() throws IOException {
        try (var arena = Arena.ofConfined()) {
            var errno = errnoRoom(arena);
            return check((int) EPOLL_CREATE.invokeExact(errno, 0x80000), errno);
        } catch (Throwable t) {
            throw failed(t);
        }
    }

    static void epollControl(int epoll, int operation, int fd, MemorySegment event) throws IOException {
        try (var arena = Arena.ofConfined()) {
            var errno = errnoRoom(arena);
            check((int) EPOLL_CTL.invokeExact(errno, epoll, operation, fd, event), errno);
        } catch (Throwable t) {
            throw failed(t);
        }
    }

    /** epoll_wait(2) for so many milliseconds, -1 without end; negative errno on failure. */
    static int epollWait(int epoll, MemorySegment events, int most, int milliseconds, MemorySegment errno) {
        try {
            var n = (int) EPOLL_WAIT.invokeExact(errno, epoll, events, most, milliseconds);
            return n < 0 ? -errno(errno) : n;
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    /** What the C library says an error number means. */
    static String describe(int errno) {
        try {
            var text = (MemorySegment) Seldom.STRERROR.invokeExact(errno);
            return text.reinterpret(256).getString(0, StandardCharsets.UTF_8);
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    private static int check(int result, MemorySegment errno) throws SystemException {
        if (result < 0) {
            throw new SystemException(errno(errno));
        }
        return result;
    }

    private static IOException failed(Throwable t) {
        if (t instanceof IOException e) {
            return e;
        }
        throw impossible(t);
    }

    /** A downcall throws nothing but what the JVM itself is in trouble with. */
    static RuntimeException impossible(Throwable t) {
        if (t instanceof Error e) {
            throw e;
        }
        if (t instanceof RuntimeException e) {
            return e;
        }
        return new IllegalStateException("a call into the C library failed", t);
    }
}
