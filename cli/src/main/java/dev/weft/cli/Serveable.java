package dev.weft.cli;

import java.io.IOException;

import dev.weft.net.DatagramBuilder;
import dev.weft.net.Server;
import dev.weft.net.StreamBuilder;

/** What is served; it knows on which kind of server it fits. */
interface Serveable extends AutoCloseable {
    /** For thread names. */
    String name();

    /** How many connections at once, where the command line asks for so many, or with 0 for none in particular; 0 leaves it to the server. */
    default int most(int asked) {
        return asked;
    }

    /** When its server has ended. */
    @Override
    default void close() throws IOException {}

    /** The same for worker processes, which want a class: an object can't travel. */
    Serveable inWorkers();

    /** Opens it on a stream server; fails as that does, or with an IllegalArgumentException when it only serves datagrams. */
    Server open(StreamBuilder server) throws IOException;

    /** Opens it on a datagram server; fails as that does, or with an IllegalArgumentException when it only serves connections. */
    Server open(DatagramBuilder server) throws IOException;
}
