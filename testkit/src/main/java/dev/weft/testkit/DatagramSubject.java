package dev.weft.testkit;

import java.util.function.Supplier;

import dev.weft.net.Address;
import dev.weft.net.spi.Transport;

/**
 * A datagram transport that the conformance suite is to prove; immutable.
 *
 * {@snippet :
 * DatagramSubject.of("udp", Transports.named("nio"), () -> Address.of("localhost", 0));
 * }
 *
 * @param name what the tests are called after
 * @param transport what moves the datagrams
 * @param addresses a fresh address for a server or a client at every call, of kind INET or UNIX; port 0 is one
 */
public record DatagramSubject(String name, Transport transport, Supplier<Address> addresses) {
    /** The same as the constructor. */
    public static DatagramSubject of(String name, Transport transport, Supplier<Address> addresses) {
        return new DatagramSubject(name, transport, addresses);
    }

    @Override
    public String toString() {
        return name;
    }
}
