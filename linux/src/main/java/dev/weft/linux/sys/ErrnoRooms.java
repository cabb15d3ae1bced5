package dev.weft.linux.sys;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Where the calls of a connection leave their errno: one place for its reader and one for its writer, found by the descriptor's number, as
 * that is what no two open connections share. Nothing is allocated for a connection, nor for a call.
 */
final class ErrnoRooms {
    /** So many descriptors have their places in one piece of memory. */
    private static final int PIECE = 1024;
    private static final int ROOM = 4;
    private static final MemorySegment MEMORY = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
    /** Addresses; read without the lock, under which alone they are written: who sees an old state asks again. */
    private static long[] pieces = {};

    private ErrnoRooms() {}

    /** For the one thread that reads from this descriptor. */
    static MemorySegment reader(int fd) {
        return MEMORY.asSlice(rooms(fd), ROOM);
    }

    /** For the one thread that writes to it. */
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
