package dev.weft.queue;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

import dev.weft.net.Address;
import dev.weft.net.Connection;
import dev.weft.net.ConnectionBuilder;
import dev.weft.net.Server;
import dev.weft.net.StreamBuilder;
import dev.weft.net.Tls;
import dev.weft.net.Transports;
import dev.weft.testkit.TestCertificates;

/** Where the two ends of a link meet: what holds for links holds on all of these. */
enum Place {
    EPOLL, IO_URING, NIO, UNIX, TLS, MEMORY;

    private static final AtomicInteger NAMES = new AtomicInteger();

    /** Who listens, at an address nobody else has; skips the test, loudly, where this can't be had. */
    StreamBuilder server() throws IOException {
        return at(switch (this) {
            case UNIX -> Address.unix(Files.createTempDirectory("weft").resolve("s"));
            case MEMORY -> Address.memory("links-" + NAMES.incrementAndGet());
            case EPOLL, IO_URING, NIO, TLS -> Address.of("localhost", 0);
        });
    }

    /** Who listens at this address, as one who listened there before has gone. */
    StreamBuilder at(Address address) throws IOException {
        if (this == UNIX) {
            Files.deleteIfExists(Path.of(address.host()));
        }
        var server = Server.at(address);
        return switch (this) {
            case EPOLL -> server.transport(here("epoll"));
            case IO_URING -> server.transport(here("io_uring"));
            case NIO -> server.transport(Transports.named("nio"));
            case TLS -> server.tls(Tls.server(TestCertificates.serverChain(), TestCertificates.serverKey()));
            case UNIX, MEMORY -> server;
        };
    }

    /** Who connects. */
    ConnectionBuilder to(Address address) throws IOException {
        return switch (this) {
            case EPOLL -> Connection.to(address).transport(here("epoll"));
            case IO_URING -> Connection.to(address).transport(here("io_uring"));
            case NIO -> Connection.to(address).transport(Transports.named("nio"));
            case TLS -> Connection.to("localhost", address.port()).tls(Tls.client().trust(TestCertificates.authority()));
            case UNIX, MEMORY -> Connection.to(address);
        };
    }

    private static dev.weft.net.spi.Transport here(String name) {
        var transport = Transports.named(name);
        assumeTrue(transport.unavailable().isEmpty(), () -> "SKIPPED: no " + name + " here: " + transport.unavailable().orElse(""));
        return transport;
    }
}
