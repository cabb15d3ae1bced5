package dev.weft.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Where the calls of a connection leave their errno: one place for its reader and one for its writer, found by the descriptor's number, as
 * that is what no two open connections share. Nothing is allocated for a connection, nor for a call.
 */
final class ErrnoRooms {
    private static final int CHUNK = 1024;
    private static final int ROOM = 4;
    private static MemorySegment[] chunks = new MemorySegment[0];

    private ErrnoRooms() {}

    /** For the one thread that reads from this descriptor. */
    static MemorySegment reader(int fd) {
        return room(2 * fd);
    }

    /** For the one thread that writes to it. */
    static MemorySegment writer(int fd) {
        return room(2 * fd + 1);
    }

    private static synchronized MemorySegment room(int index) {
        var chunk = index / CHUNK;
        if (chunk >= chunks.length) {
            chunks = java.util.Arrays.copyOf(chunks, chunk + 1);
        }
        if (chunks[chunk] == null) {
            chunks[chunk] = Arena.global().allocate((long) CHUNK * ROOM, ROOM);
        }
        return chunks[chunk].asSlice((long) index % CHUNK * ROOM, ROOM);
    }
}
