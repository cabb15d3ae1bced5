package dev.weft.net.serve;

import java.io.IOException;
import java.net.SocketOption;
import java.util.OptionalInt;

import dev.weft.net.Address;
import dev.weft.net.spi.ListenerChannel.AcceptFailure;

/** Where a server's requests come from. One thread at a time takes; the rest is for any. */
public interface Intake {
    /** Takes one request, if there is one now, and has it served or refused; false when there is none. Never waits for one. */
    boolean take() throws IOException;

    /** Whether it can't take one now because of its own limit: a peer may be waiting all the same. */
    boolean full();

    /** Waits until there may be one, or until {@link #wake}. */
    void await() throws IOException;

    /** Ends the wait. */
    void wake();

    /**
     * From now on what is taken knows that the server drains; so does what was taken before. Up to the moment {@code patience} connections that
     * have just come may begin their first message.
     */
    void drain(long patience);

    /** A drain begins: what is queued and will be served by another process, which has the socket too, is not taken any more. */
    default void leaveQueue() {}

    /** No more come. Where requests don't need the socket that brought them, its address is free when this returns. */
    void stop();

    /** All is over: the address is free when this returns. */
    void close();

    /** What a failure of {@link #take} means. */
    AcceptFailure classify(IOException failure);

    /** The address that is bound. */
    Address address();

    /** The descriptor of the socket, where there is one to show. */
    OptionalInt fileno();

    /** A socket option. */
    <T> T option(SocketOption<T> option) throws IOException;
}
