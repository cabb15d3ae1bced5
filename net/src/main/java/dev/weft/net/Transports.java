package dev.weft.net;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.function.Predicate;

import dev.weft.net.memory.MemoryTransport;
import dev.weft.net.nio.NioTransport;
import dev.weft.net.spi.Transport;

/**
 * The transports of this process: the portable {@code nio}, {@code memory}, and what is found through {@link ServiceLoader}.
 *
 * <p>A server or connection takes the one of highest priority that serves its address; the system property {@code weft.transport} names
 * another, for all addresses which that one serves, and the builders' {@code transport} decides for one server or connection.
 */
public final class Transports {
    /** Names one transport for all addresses that it serves: {@code -Dweft.transport=nio}. */
    private static final String PROPERTY = "weft.transport";

    /** Looked up when first asked for: providers first by priority, the portable ones last. */
    private static final class Known {
        static final List<Transport> ALL = load();

        private static List<Transport> load() {
            var all = new ArrayList<Transport>();
            ServiceLoader.load(Transport.class, Transport.class.getClassLoader()).forEach(all::add);
            all.add(new NioTransport());
            all.add(new MemoryTransport());
            all.sort((a, b) -> Integer.compare(b.priority(), a.priority()));
            return List.copyOf(all);
        }
    }

    private Transports() {}

    /**
     * One by its name; to wrap it, or to give it to a builder.
     *
     * @throws IllegalArgumentException when there is none of that name; the message lists them
     */
    public static Transport named(String name) {
        return Known.ALL.stream().filter(t -> t.name().equals(name)).findFirst().orElseThrow(() -> new IllegalArgumentException(
                "no transport is named " + name + "; there are " + Known.ALL.stream().map(Transport::name).toList()));
    }

    static Transport streams(Address address) {
        return choose(address, t -> t.streams(address), "stream sockets");
    }

    static Transport datagrams(Address address) {
        return choose(address, t -> t.datagrams(address), "datagram sockets");
    }

    /** What a builder was given, for stream sockets at this address. */
    static Transport streams(Address address, Optional<Transport> given) {
        return given.isEmpty() ? streams(address) : check(given.get(), given.get().streams(address), "stream sockets", address);
    }

    /** What a builder was given, for datagram sockets at this address. */
    static Transport datagrams(Address address, Optional<Transport> given) {
        return given.isEmpty() ? datagrams(address) : check(given.get(), given.get().datagrams(address), "datagram sockets", address);
    }

    private static Transport check(Transport transport, boolean serves, String what, Address address) {
        refuseUnavailable(transport);
        if (!serves) {
            throw new UnsupportedOperationException("the transport " + transport.name() + " has no " + what + " at " + address);
        }
        return transport;
    }

    /** A transport that is asked for by name and can't be had is refused with the reason; no other takes its place. */
    private static void refuseUnavailable(Transport transport) {
        transport.unavailable().ifPresent(reason -> {
            throw new UnsupportedOperationException("the transport " + transport.name() + " can't be used here: " + reason);
        });
    }

    private static Transport choose(Address address, Predicate<Transport> serves, String what) {
        var wanted = System.getProperty(PROPERTY, "");
        if (!wanted.isEmpty()) {
            var transport = named(wanted);
            refuseUnavailable(transport);
            if (serves.test(transport)) {
                return transport;
            }
        }
        return Known.ALL.stream().filter(serves).findFirst().orElseThrow(() -> new UnsupportedOperationException(
                "no transport here has " + what + " at " + address + (address.kind() == Address.Kind.MEMORY
                        ? ""
                        : ": java.nio has none; put dev.weft.linux, the native transport, on the class path")));
    }
}
