package dev.weft.net.wire;

import java.io.IOException;

import org.jspecify.annotations.Nullable;

/** The place of a thread that waits to write. Its plain fields are guarded by the monitor of the {@link WriteQueue}. */
final class Turn implements Place {
    /** The turn of a thread that finds no other writing, which is nearly always: one for all, as it has nothing to remember. */
    static final Turn AT_ONCE = new Turn(null, true);

    final @Nullable Thread thread;
    volatile boolean granted;
    /** Another thread has sent these bytes with its own, or has tried to. */
    volatile boolean done;
    /** What it is to send, once that is known and while it waits; another thread may take it along. */
    byte @Nullable [] bytes;
    int offset;
    int length;
    @Nullable
    IOException failure;

    Turn(@Nullable Thread thread, boolean granted) {
        this.thread = thread;
        this.granted = granted;
    }
}
