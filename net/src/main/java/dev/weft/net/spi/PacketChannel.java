package dev.weft.net.spi;

import java.io.IOException;
import java.util.Optional;

import dev.weft.net.Address;

/** A datagram socket. One thread receives at a time; any number send. */
public interface PacketChannel extends Waitable {
    /** One datagram as it came. {@code size} bytes of the caller's array are filled; {@code truncated} when it was longer than that. */
    record Packet(int size, boolean truncated, Address sender) {}

    /** The next datagram; empty when there is none now. Never blocks. */
    Optional<Packet> receive(byte[] into) throws IOException;

    /** Sends one datagram; false when it can't be taken now. Never blocks. */
    boolean send(byte[] data, Address to) throws IOException;

    /** Waits until there may be a datagram, or until {@link #wake}; interrupts as in {@link StreamChannel#awaitReadable}. */
    void awaitReadable() throws IOException;

    /** Waits until one may be sent; any number of threads may wait. */
    void awaitWritable() throws IOException;

    /** The address really bound. */
    Address local();
}
