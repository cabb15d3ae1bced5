package dev.weft.message;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;

/** The thread that reads a connection, as requests and a drain see it. */
interface ReadingThread {
    /** The thread itself. */
    Thread thread();

    /** Whether the calling thread is this one. */
    default boolean isThisThread() {
        return thread() == Thread.currentThread();
    }

    /** Interrupts it, unless it has left the peer and does other work. */
    void interrupt();

    /** Whether it runs a hook now, as far as another thread can tell. */
    boolean isInHook();

    /**
     * For a hook on this thread: reads on until a reply has come.
     *
     * @param timeout zero means no limit
     */
    void readUntil(Future<Message> reply, Duration timeout) throws IOException, TimeoutException;

    /** Streams wait for no more parts, and this thread for no room in them. */
    void breakStreams();
}
