package dev.weft.testkit;

import java.util.EnumSet;
import java.util.Set;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

import dev.weft.net.Address;
import dev.weft.net.ConnectionBuilder;
import dev.weft.net.StreamBuilder;
import dev.weft.net.Tls;
import dev.weft.net.spi.Transport;

/**
 * A stream transport that the conformance suite is to prove, and how to make servers and clients on it; immutable.
 *
 * {@snippet :
 * StreamSubject.of("tcp", Transports.named("nio"), () -> Address.of("localhost", 0));
 * }
 *
 * @param name what the tests are called after
 * @param transport what moves the bytes
 * @param addresses a fresh address for a server at every call; port 0 is one
 * @param server what else a server needs, TLS for example
 * @param client the same for a client
 * @param lacks what it cannot do, so that the rules about it are left out
 */
public record StreamSubject(String name, Transport transport, Supplier<Address> addresses, UnaryOperator<StreamBuilder> server,
        UnaryOperator<ConnectionBuilder> client, Set<Trait> lacks) {
    /** What not every transport can do. */
    public enum Trait {
        /** One side may end its output and read on. */
        HALF_CLOSE,
        /** An aborted connection is an error for the peer, not an end of the stream. */
        VISIBLE_RESET,
        /** A write moves what the peer has room for, so that the number of writes says something. */
        WHOLE_WRITES,
        /** The bytes of one side are the bytes that the transport moves: nothing is encrypted or negotiated. */
        PLAIN
    }

    /** Copies the set. */
    public StreamSubject {
        lacks = Set.copyOf(lacks);
    }

    /** A transport that can do everything, with servers and clients that need nothing else. */
    public static StreamSubject of(String name, Transport transport, Supplier<Address> addresses) {
        return new StreamSubject(name, transport, addresses, UnaryOperator.identity(), UnaryOperator.identity(), Set.of());
    }

    /** The same without these. */
    public StreamSubject lacking(Trait... traits) {
        var all = EnumSet.noneOf(Trait.class);
        all.addAll(lacks);
        all.addAll(Set.of(traits));
        return new StreamSubject(name, transport, addresses, server, client, all);
    }

    /** The same under TLS. */
    public StreamSubject tls(Tls ofServer, Tls ofClient) {
        return new StreamSubject(name, transport, addresses, b -> server.apply(b).tls(ofServer), b -> client.apply(b).tls(ofClient), lacks)
                .lacking(Trait.PLAIN);
    }

    /** The same with another transport, one around it for example. */
    StreamSubject transport(Transport other) {
        return new StreamSubject(name, other, addresses, server, client, lacks);
    }

    boolean has(Trait trait) {
        return !lacks.contains(trait);
    }

    @Override
    public String toString() {
        return name;
    }
}
