package dev.weft.net.spi;

import java.io.IOException;
import java.util.Optional;

import dev.weft.net.Address;

/** A datagram socket. One thread receives at a time; any number send. */
public interface PacketChannel extends Waitable {
    /** A datagram that was received. {@code size} bytes of the caller's array are filled; {@code truncated} when the datagram was longer. */
    record Packet(int size, boolean truncated, Address sender) {}

    /** Receives the next datagram; empty when there is none now. Never blocks. */
    Optional<Packet> receive(byte[] into) throws IOException;

    /** Sends one datagram. Returns false when there is no room for it now. Never blocks. */
    boolean send(byte[] data, Address to) throws IOException;

    /** Waits until there may be a datagram, or until {@link #wake}; interrupts as in {@link StreamChannel#awaitReadable}. */
    void awaitReadable() throws IOException;

    /** Waits until a datagram may be sent. Any number of threads may wait. */
    void awaitWritable() throws IOException;

    /** The address that was bound, with its port. */
    Address local();
}
