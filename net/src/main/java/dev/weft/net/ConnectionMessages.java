package dev.weft.net;

import java.io.IOException;

import dev.weft.net.serve.Request;

/** The messages of one connection, for one thread after the other: what is gathered for the peer leaves before a wait. */
final class ConnectionMessages<T> {
    /** A turn handles this many messages at most, and reads this often, so that a peer that sends without end does not keep others waiting. */
    private static final int MOST_MESSAGES = 64;
    private static final int MOST_READS = 8;

    private final Connection connection;
    private final Frames<T> frames;

    ConnectionMessages(Connection connection, Framing<T> framing) {
        this.connection = connection;
        frames = connection.frames(framing);
        connection.core().outbound().gatherSends();
    }

    /** What is done with each. */
    @FunctionalInterface
    interface Action<T> {
        void on(T message) throws Exception;
    }

    /** What a connection waits for when a turn has ended. */
    enum Next {
        /** An event of its channel. */
        EVENT,
        /** Its next turn: it has more to do, and others are to have theirs first. */
        TURN,
        /** A thread that may wait for the rest of a message. */
        THREAD,
        /** Nothing: it has ended. */
        OVER
    }

    Connection connection() {
        return connection;
    }

    void write(T message) throws IOException {
        frames.write(message);
    }

    /** Handles each until the end of the stream, a drain, or our own close. */
    void each(Action<? super T> action) throws Exception {
        while (frames.hasMore()) {
            action.on(frames.message());
            forgetInterrupt();
        }
    }

    /**
     * Handles the messages that have come whole, and reads as long as something is there.
     *
     * @param mayWait whether this thread may wait for the rest of a message whose length is not known yet
     */
    Next turn(Action<? super T> action, boolean mayWait) throws Exception {
        var core = connection.core();
        var inbound = core.inbound();
        inbound.mine(); // before the first message that is handled: what this thread writes is gathered with what is
        for (int handled = 0, reads = 0;;) {
            for (T message; (message = frames.arrived()) != null;) {
                action.on(message);
                if (endsAfterMessage()) {
                    return Next.OVER;
                }
                if (++handled == MOST_MESSAGES) {
                    return Next.TURN;
                }
            }
            var n = inbound.readNow();
            if (n > 0 && ++reads < MOST_READS) {
                continue;
            }
            if (n > 0) {
                return Next.TURN;
            }
            if (inbound.available() == 0 || (n == 0 && frames.lengthKnown())) {
                if (n < 0) {
                    return Next.OVER;
                }
                core.outbound().flush();
                return inbound.rest() ? Next.EVENT : Next.OVER;
            }
            if (n == 0 && !mayWait) {
                return Next.THREAD;
            }
            inbound.awaitMessage(); // at the end of the stream: the last one, or the failure that it is not whole
            action.on(frames.message());
            if (endsAfterMessage()) {
                return Next.OVER;
            }
        }
    }

    private boolean endsAfterMessage() {
        return forgetInterrupt() || !connection.isOpen();
    }

    /** An interrupt is for the message that was handled; but one of a drain ends the connection: then true. */
    private static boolean forgetInterrupt() {
        if (!Thread.currentThread().isInterrupted()) {
            return false;
        }
        if (Request.current().filter(Request::wasInterrupted).isPresent()) {
            return true;
        }
        Thread.interrupted();
        return false;
    }
}
