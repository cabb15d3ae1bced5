package dev.weft.net.spi;

import java.util.Optional;

import dev.weft.net.Address;
import dev.weft.net.Concurrency;
import dev.weft.net.Deadlines;
import dev.weft.net.TimeSource;

/**
 * What a worker must know of its server.
 *
 * @param server its name
 * @param address where it is bound
 * @param handler the class of its handlers
 * @param processes how many workers, and how they are to live
 * @param deadlines what each connection begins with
 * @param packets the socket of a datagram server, by which its workers answer; empty on a stream server
 * @param maxPacketSize of a datagram server, in bytes
 * @param time the clock by which idle workers are ended
 */
public record WorkerSettings(String server, Address address, Class<?> handler, Concurrency.Processes processes, Deadlines deadlines,
        Optional<PacketChannel> packets, int maxPacketSize, TimeSource time) {}
