package dev.weft.net.wire;

import java.io.IOException;
import java.net.SocketException;

import dev.weft.net.Address;
import dev.weft.net.Deadlines;
import dev.weft.net.TimeSource;
import dev.weft.net.spi.StreamChannel;

/** What the two halves of a connection need to know of it. For any thread. */
interface Wire {
    /** Its number, for names of threads. */
    long id();

    /** The peer. */
    Address remote();

    /** The channel in force; another one once TLS is on. */
    StreamChannel channel();

    /** Its clock. */
    TimeSource time();

    /** The deadlines in force. */
    Deadlines deadlines();

    /** Whether it was not closed or aborted on this side. */
    boolean isOpen();

    /** Whether the server drains. */
    boolean draining();

    /** Until when a message may begin though the server drains. */
    long mayBeginUntil();

    /** A read is about to wait: what was gathered for the peer must leave first. */
    void beforeWait() throws IOException;

    /** Bytes have moved. */
    void progressed();

    /** Ends the waits of the channel; the waiting threads look again. */
    void wake();

    /** Remembers that a failure is the peer's doing, and returns it. */
    <T extends Throwable> T blame(T failure);

    /** What to throw for a failure of the channel: when it was closed on this side, that and why. */
    IOException explain(IOException failure);

    /** Says that it was closed on this side, and why. */
    SocketException closedHere();

    /** Drops it. */
    void abort(String why);

    /** What was posted for it did not leave in time: it was dropped. */
    void tooSlow(String why);
}
