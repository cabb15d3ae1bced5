package dev.weft.workers;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

import dev.weft.linux.sys.Libc;

/**
 * Two sockets connected to each other: socketpair(2).
 *
 * @param one a descriptor
 * @param other the descriptor at the other end
 */
record SocketPair(int one, int other) {
    private static final MemorySegment SOCKETPAIR = Libc.function("socketpair");

    /** Non-blocking and close-on-exec. */
    static SocketPair open(int type) throws IOException {
        try (var arena = Arena.ofConfined()) {
            var both = arena.allocate(JAVA_INT, 2);
            Libc.checked(SOCKETPAIR, Libc.AF_UNIX, type | Libc.SOCK_FLAGS, 0, both.address(), 0);
            return new SocketPair(both.get(JAVA_INT, 0), both.get(JAVA_INT, 4));
        }
    }
}
