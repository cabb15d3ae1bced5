package dev.weft.linux.sys;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * The memory in which the calls of a connection leave their errno: one place for its reader and one for its writer. The descriptor's number tells
 * the place, as no two open connections share it. So nothing is allocated for a connection, nor for a call.
 */
final class ErrnoRooms {
    /** How many descriptors have their places in one piece of memory. */
    private static final int PIECE = 1024;
    private static final int ROOM = 4;
    private static final MemorySegment MEMORY = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
    /** The addresses. Read without the lock, and written only under it: a thread that sees an old state looks again under the lock. */
    private static long[] pieces = {};

    private ErrnoRooms() {}

    /** The place for the thread that reads from this descriptor. */
    static MemorySegment reader(int fd) {
        return MEMORY.asSlice(rooms(fd), ROOM);
    }

    /** The place for the thread that writes to it. */
    static MemorySegment writer(int fd) {
        return MEMORY.asSlice(rooms(fd) + ROOM, ROOM);
    }

    private static long rooms(int fd) {
        var known = pieces;
        var piece = fd / PIECE;
        var address = piece < known.length ? known[piece] : 0;
        return (address == 0 ? allocate(piece) : address) + fd % PIECE * (2L * ROOM);
    }

    private static synchronized long allocate(int piece) {
        if (piece >= pieces.length) {
            pieces = Arrays.copyOf(pieces, piece + 1);
        }
        if (pieces[piece] == 0) {
            pieces[piece] = Arena.global().allocate((long) PIECE * 2 * ROOM, ROOM).address();
        }
        return pieces[piece];
    }
}
