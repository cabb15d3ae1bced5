package dev.weft.linux.sys;

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
import java.util.Objects;

/**
 * The calls into the C library, each under its own name, with its arguments, its result and its errno.
 *
 * <p>All calls here return at once, save {@link #epollWait} with a timeout; so may those that others make with {@link #call}, but not the
 * look-ups of {@link Accounts}. Two of them are <i>critical</i>: {@link #receive} and
 * {@link #send} run without leaving Java, so that they may touch an array on the heap. The whole JVM waits for a critical call, its collector
 * included, hence they never block (MSG_DONTWAIT) and move 64 KiB at most.
 *
 * <p>The others share one shape, six words in and one out: every shape that is linked costs a start-up some 10 ms. On x86-64 and arm64 words
 * travel in registers, where a function that takes fewer, or narrower ones, does not see the rest.
 */
public final class Libc {
    public static final int AF_UNIX = 1;
    public static final int AF_INET = 2;
    public static final int AF_INET6 = 10;
    public static final int SOCK_STREAM = 1;
    public static final int SOCK_DGRAM = 2;
    public static final int SOCK_SEQPACKET = 5;
    /** Every descriptor made here is non-blocking and is not inherited by programs that this process starts. */
    public static final int SOCK_FLAGS = 0x800 | 0x80000; // SOCK_NONBLOCK, SOCK_CLOEXEC: bits/socket_type.h
    public static final int SHUT_WR = 1;
    public static final int SHUT_RDWR = 2;
    public static final int MSG_TRUNC = 0x20;
    public static final int MSG_DONTWAIT = 0x40;
    public static final int MSG_NOSIGNAL = 0x4000;
    public static final int MSG_CMSG_CLOEXEC = 0x40000000;
    public static final int EPOLLIN = 0x1;
    public static final int EPOLLPRI = 0x2;
    public static final int EPOLLOUT = 0x4;
    public static final int EPOLLERR = 0x8;
    public static final int EPOLLHUP = 0x10;
    public static final int EPOLLRDHUP = 0x2000;
    public static final int EPOLLONESHOT = 1 << 30;
    public static final int EPOLLET = 1 << 31;
    public static final int EPOLL_CTL_ADD = 1;
    public static final int EPOLL_CTL_DEL = 2;
    public static final int EPOLL_CTL_MOD = 3;
    private static final int SIOCOUTQ = 0x5411;
    /** The most that one critical call moves. */
    public static final int MOST_AT_ONCE = 64 * 1024;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");
    private static final long ERRNO_OFFSET = Linker.Option.captureStateLayout().byteOffset(MemoryLayout.PathElement.groupElement("errno"));
    private static final MethodHandle CALL = LINKER.downcallHandle(
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG), ERRNO);
    private static final MethodHandle MOVE = LINKER.downcallHandle(FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT),
            Linker.Option.critical(true), ERRNO);

    private static final MemorySegment RECV = function("recv");
    private static final MemorySegment SEND = function("send");
    private static final MemorySegment CLOSE = function("close");
    private static final MemorySegment SOCKET = function("socket");
    private static final MemorySegment BIND = function("bind");
    private static final MemorySegment CONNECT = function("connect");
    private static final MemorySegment LISTEN = function("listen");
    private static final MemorySegment SHUTDOWN = function("shutdown");
    private static final MemorySegment GETSOCKNAME = function("getsockname");
    private static final MemorySegment GETPEERNAME = function("getpeername");
    private static final MemorySegment ACCEPT = function("accept4");
    private static final MemorySegment SETSOCKOPT = function("setsockopt");
    private static final MemorySegment GETSOCKOPT = function("getsockopt");
    private static final MemorySegment FCNTL = function("fcntl");
    private static final MemorySegment IOCTL = function("ioctl");
    private static final MemorySegment RECVFROM = function("recvfrom");
    private static final MemorySegment SENDTO = function("sendto");
    private static final MemorySegment SENDMSG = function("sendmsg");
    private static final MemorySegment RECVMSG = function("recvmsg");
    private static final MemorySegment EPOLL_CREATE = function("epoll_create1");
    private static final MemorySegment EPOLL_CTL = function("epoll_ctl");
    private static final MemorySegment EPOLL_WAIT = function("epoll_wait");
    private static final MemorySegment STRERROR = function("strerror");
    private static final MemorySegment SCHED_YIELD = function("sched_yield");
    /** For calls that don't fail. */
    static final MemorySegment UNREAD = errnoRoom(Arena.global());

    private Libc() {}

    /** The address of a function of the C library. */
    public static MemorySegment function(String name) {
        return LINKER.defaultLookup().find(name).orElseThrow(() -> new UnsatisfiedLinkError("the C library has no " + name));
    }

    /** Memory for the errno of a call. */
    public static MemorySegment errnoRoom(Arena arena) {
        return arena.allocate(Linker.Option.captureStateLayout());
    }

    public static int errno(MemorySegment room) {
        return room.get(JAVA_INT, ERRNO_OFFSET);
    }

    /** Calls a function of words: numbers, addresses, or nothing, which is 0. */
    public static long call(MemorySegment function, MemorySegment errno, long a, long b, long c, long d, long e, long f) {
        try {
            return (long) CALL.invokeExact(function, errno, a, b, c, d, e, f);
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    /** As {@link #call}, for a function that gives an int, or no more than one can hold, and -1 with an errno: negative errno then. */
    public static int number(MemorySegment function, MemorySegment errno, long a, long b, long c, long d, long e, long f) {
        var n = (int) call(function, errno, a, b, c, d, e, f);
        return n < 0 ? -errno(errno) : n;
    }

    /** As {@link #number}; a failure is an exception. */
    public static int checked(MemorySegment function, long a, long b, long c, long d, long e) throws IOException {
        try (var arena = Arena.ofConfined()) {
            var n = number(function, errnoRoom(arena), a, b, c, d, e, 0);
            if (n < 0) {
                throw new SystemException(-n);
            }
            return n;
        }
    }

    /**
     * recv(2) into an array on the heap, by the one thread that reads; negative errno on failure, but for EINTR, after which it is called
     * again. Critical.
     */
    public static int receive(int fd, byte[] into, int offset, int length) {
        var errno = ErrnoRooms.reader(fd);
        try {
            var n = (long) MOVE.invokeExact(RECV, errno, fd, part(into, offset, length), (long) length, MSG_DONTWAIT | MSG_NOSIGNAL);
            if (n >= 0) {
                return (int) n;
            }
            var failure = errno(errno);
            return failure == Errno.EINTR ? receive(fd, into, offset, length) : -failure; // in a loop, the segment would not vanish
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    /** send(2) from an array on the heap, by the one thread that writes; as {@link #receive}. Critical. */
    public static int send(int fd, byte[] from, int offset, int length) {
        var errno = ErrnoRooms.writer(fd);
        try {
            var n = (long) MOVE.invokeExact(SEND, errno, fd, part(from, offset, length), (long) length, MSG_DONTWAIT | MSG_NOSIGNAL);
            if (n >= 0) {
                return (int) n;
            }
            var failure = errno(errno);
            return failure == Errno.EINTR ? send(fd, from, offset, length) : -failure; // in a loop, the segment would not vanish
        } catch (Throwable t) {
            throw impossible(t);
        }
    }

    /**
     * A part of an array. The bounds are checked here, as the kernel does not know them. When the part begins at the start, no slice is made: whether
     * the compiler removes the allocation of one depends on what else the program has sliced before.
     */
    private static MemorySegment part(byte[] array, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, array.length);
        var all = MemorySegment.ofArray(array);
        return offset == 0 ? all : all.asSlice(offset);
    }

    /** close(2). A failure is ignored: on Linux the number is free in any case, also after EINTR. */
    public static void close(int fd) {
        call(CLOSE, UNREAD, fd, 0, 0, 0, 0, 0); // and without memory it can be called still
    }

    /** socket(2), non-blocking and close-on-exec. */
    public static int socket(int family, int type) throws IOException {
        return checked(SOCKET, family, type | SOCK_FLAGS, 0, 0, 0);
    }

    public static void bind(int fd, MemorySegment address) throws IOException {
        checked(BIND, fd, address.address(), address.byteSize(), 0, 0);
    }

    /** connect(2) on a non-blocking socket. Returns false while the connection is not yet established. */
    public static boolean connect(int fd, MemorySegment address) throws IOException {
        try (var arena = Arena.ofConfined()) {
            var n = number(CONNECT, errnoRoom(arena), fd, address.address(), address.byteSize(), 0, 0, 0);
            if (n == -Errno.EINPROGRESS || n == -Errno.EINTR) { // an interrupted connect(2) goes on by itself
                return false;
            }
            if (n < 0) {
                throw new SystemException(-n);
            }
            return true;
        }
    }

    public static void listen(int fd, int backlog) throws IOException {
        checked(LISTEN, fd, backlog, 0, 0, 0);
    }

    public static void shutdown(int fd, int how) throws IOException {
        checked(SHUTDOWN, fd, how, 0, 0, 0);
    }

    /** accept4(2), non-blocking and close-on-exec; negative errno on failure. The address is written where it points to. */
    public static int accept(int fd, MemorySegment address, MemorySegment length, MemorySegment errno) {
        return number(ACCEPT, errno, fd, address.address(), length.address(), SOCK_FLAGS, 0, 0);
    }

    /** getsockname(2) into {@code address}, of which {@code length} says how much there is. */
    static void localName(int fd, MemorySegment address, MemorySegment length) throws IOException {
        checked(GETSOCKNAME, fd, address.address(), length.address(), 0, 0);
    }

    /** getpeername(2), as {@link #localName}. */
    static void peerName(int fd, MemorySegment address, MemorySegment length) throws IOException {
        checked(GETPEERNAME, fd, address.address(), length.address(), 0, 0);
    }

    public static void setOption(int fd, int level, int name, MemorySegment value) throws IOException {
        checked(SETSOCKOPT, fd, level, name, value.address(), value.byteSize());
    }

    public static void setOption(int fd, int level, int name, int value) throws IOException {
        try (var arena = Arena.ofConfined()) {
            setOption(fd, level, name, arena.allocateFrom(JAVA_INT, value));
        }
    }

    /** getsockopt(2) into all of {@code value}. */
    public static void option(int fd, int level, int name, MemorySegment value) throws IOException {
        try (var arena = Arena.ofConfined()) {
            checked(GETSOCKOPT, fd, level, name, value.address(), arena.allocateFrom(JAVA_INT, (int) value.byteSize()).address());
        }
    }

    public static int option(int fd, int level, int name) throws IOException {
        try (var arena = Arena.ofConfined()) {
            var value = arena.allocate(JAVA_INT);
            option(fd, level, name, value);
            return value.get(JAVA_INT, 0);
        }
    }

    /** fcntl(2) with a number. */
    public static int control(int fd, int command, int argument) throws IOException {
        return checked(FCNTL, fd, command, argument, 0, 0);
    }

    /**
     * SIOCOUTQ of ioctl(2): of what was sent, the bytes that a TCP peer has not acknowledged (tcp(7)); at a Unix socket, the room that unread data
     * take (unix(7)).
     */
    static int unacknowledged(int fd) throws IOException {
        try (var arena = Arena.ofConfined()) {
            var value = arena.allocate(JAVA_INT);
            checked(IOCTL, fd, SIOCOUTQ, value.address(), 0, 0);
            return value.get(JAVA_INT, 0);
        }
    }

    /** recvfrom(2); negative errno on failure. */
    public static int receiveFrom(int fd, MemorySegment into, int flags, MemorySegment address, MemorySegment length, MemorySegment errno) {
        return number(RECVFROM, errno, fd, into.address(), into.byteSize(), flags, address.address(), length.address());
    }

    /** sendto(2); negative errno on failure. */
    public static int sendTo(int fd, MemorySegment data, int flags, MemorySegment address, MemorySegment errno) {
        return number(SENDTO, errno, fd, data.address(), data.byteSize(), flags, address.address(), address.byteSize());
    }

    /** sendmsg(2); negative errno on failure. */
    public static int sendMessage(int fd, MemorySegment message, int flags, MemorySegment errno) {
        return number(SENDMSG, errno, fd, message.address(), flags, 0, 0, 0);
    }

    /** recvmsg(2); negative errno on failure. */
    public static int receiveMessage(int fd, MemorySegment message, int flags, MemorySegment errno) {
        return number(RECVMSG, errno, fd, message.address(), flags, 0, 0, 0);
    }

    /** epoll_create1(2), close-on-exec. */
    public static int epoll() throws IOException {
        return checked(EPOLL_CREATE, 0x80000, 0, 0, 0, 0);
    }

    public static void epollControl(int epoll, int operation, int fd, MemorySegment event) throws IOException {
        try (var arena = Arena.ofConfined()) {
            var n = number(EPOLL_CTL, errnoRoom(arena), epoll, operation, fd, event.address(), 0, 0);
            if (n < 0) {
                throw SystemException.ofWatch(-n);
            }
        }
    }

    /** epoll_wait(2) for so many milliseconds, -1 without end; negative errno on failure. */
    public static int epollWait(int epoll, MemorySegment events, int most, int milliseconds, MemorySegment errno) {
        return number(EPOLL_WAIT, errno, epoll, events.address(), most, milliseconds, 0, 0);
    }

    /** sched_yield(2): lets another thread of the system have this processor; a virtual thread keeps its carrier. */
    static void yieldProcessor() {
        call(SCHED_YIELD, UNREAD, 0, 0, 0, 0, 0, 0);
    }

    /** What the C library says an error number means. */
    public static String describe(int errno) {
        try (var arena = Arena.ofConfined()) {
            return text(call(STRERROR, errnoRoom(arena), errno, 0, 0, 0, 0, 0));
        }
    }

    /** The C string at an address. */
    static String text(long address) {
        return MemorySegment.ofAddress(address).reinterpret(1024).getString(0, StandardCharsets.UTF_8);
    }

    /** Rethrows what a downcall threw, which can only be an error of the JVM itself. */
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
