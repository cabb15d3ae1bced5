package dev.weft.linux.sys;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** The structs of the system calls, as 64-bit Linux has them (the headers are named at each). */
public final class Layouts {
    /** Ports and IPv6's flow label travel in network order. */
    static final ValueLayout.OfShort NETWORK_SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    /** sockaddr_un: linux/un.h. */
    static final StructLayout SOCKADDR_UN = MemoryLayout.structLayout(JAVA_SHORT.withName("family"),
            MemoryLayout.sequenceLayout(108, JAVA_BYTE).withName("path"));
    /** sockaddr_in: linux/in.h. */
    public static final StructLayout SOCKADDR_IN = MemoryLayout.structLayout(JAVA_SHORT.withName("family"), NETWORK_SHORT.withName("port"),
            MemoryLayout.sequenceLayout(4, JAVA_BYTE).withName("address"), MemoryLayout.paddingLayout(8));
    /** sockaddr_in6: linux/in6.h. */
    static final StructLayout SOCKADDR_IN6 = MemoryLayout.structLayout(JAVA_SHORT.withName("family"), NETWORK_SHORT.withName("port"),
            JAVA_INT.withName("flow"), MemoryLayout.sequenceLayout(16, JAVA_BYTE).withName("address"), JAVA_INT.withName("scope"));
    /** sockaddr_storage: linux/socket.h; room for any address. */
    public static final long SOCKADDR_STORAGE = 128;

    /** iovec: linux/uio.h. */
    public static final StructLayout IOVEC = MemoryLayout.structLayout(ADDRESS.withName("base"), JAVA_LONG.withName("length"));
    /** user_msghdr: linux/socket.h. */
    public static final StructLayout MSGHDR = MemoryLayout.structLayout(ADDRESS.withName("name"), JAVA_INT.withName("nameLength"),
            MemoryLayout.paddingLayout(4), ADDRESS.withName("parts"), JAVA_LONG.withName("partCount"), ADDRESS.withName("control"),
            JAVA_LONG.withName("controlLength"), JAVA_INT.withName("flags"), MemoryLayout.paddingLayout(4));
    /** cmsghdr with one int behind it: linux/socket.h; SCM_RIGHTS passes a descriptor so. */
    public static final StructLayout CMSGHDR_INT = MemoryLayout.structLayout(JAVA_LONG.withName("length"), JAVA_INT.withName("level"),
            JAVA_INT.withName("type"), JAVA_INT.withName("value"), MemoryLayout.paddingLayout(4));
    /** ucred: linux/socket.h. */
    public static final StructLayout UCRED = MemoryLayout.structLayout(JAVA_INT.withName("pid"), JAVA_INT.withName("uid"), JAVA_INT.withName("gid"));
    /** linger: linux/socket.h. */
    public static final StructLayout LINGER = MemoryLayout.structLayout(JAVA_INT.withName("on"), JAVA_INT.withName("seconds"));

    /** epoll_event: linux/eventpoll.h; packed on x86-64, and nowhere else. */
    public static final StructLayout EPOLL_EVENT = epollEvent(System.getProperty("os.arch", ""));
    public static final long EVENT_SIZE = EPOLL_EVENT.byteSize();
    private static final long EVENT_DATA = EPOLL_EVENT.byteOffset(PathElement.groupElement("data"));

    private Layouts() {}

    static StructLayout epollEvent(String architecture) {
        return switch (architecture) {
            case "amd64", "x86_64" -> MemoryLayout.structLayout(JAVA_INT_UNALIGNED.withName("events"), JAVA_LONG_UNALIGNED.withName("data"));
            default -> MemoryLayout.structLayout(JAVA_INT.withName("events"), MemoryLayout.paddingLayout(4), JAVA_LONG.withName("data"));
        };
    }

    /** Where an event's data stand, counted from the first event. */
    public static long eventData(int index) {
        return index * EVENT_SIZE + EVENT_DATA;
    }
}
