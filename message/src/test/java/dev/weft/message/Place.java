package dev.weft.message;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.util.concurrent.atomic.AtomicInteger;

import dev.weft.net.Address;
import dev.weft.net.Concurrency;
import dev.weft.net.Connection;
import dev.weft.net.ConnectionBuilder;
import dev.weft.net.Server;
import dev.weft.net.StreamBuilder;
import dev.weft.net.Tls;
import dev.weft.net.Transports;
import dev.weft.testkit.TestCertificates;

/** Where the two ends of a test meet: what holds for messages holds on all of these. */
enum Place {
    EPOLL, IO_URING, NIO, UNIX, TLS, MEMORY, PLATFORM_THREADS;

    private static final AtomicInteger NAMES = new AtomicInteger();

    /** A server's builder; skips the test, loudly, where this can't be had. */
    StreamBuilder server() throws IOException {
        return switch (this) {
            case EPOLL -> Server.tcp("localhost", 0).transport(here("epoll"));
            case IO_URING -> Server.tcp("localhost", 0).transport(here("io_uring"));
            case NIO -> Server.tcp("localhost", 0).transport(Transports.named("nio"));
            case UNIX -> Server.unix(Files.createTempDirectory("weft").resolve("s"));
            case TLS -> Server.tcp("localhost", 0).tls(Tls.server(TestCertificates.serverChain(), TestCertificates.serverKey()));
            case MEMORY -> Server.at(Address.memory("messages-" + NAMES.incrementAndGet()));
            case PLATFORM_THREADS -> Server.tcp("localhost", 0).concurrency(Concurrency.platformThreads(8));
        };
    }

    /** A client's builder. */
    ConnectionBuilder to(Server server) throws IOException {
        return switch (this) {
            case EPOLL -> Connection.to(server.address()).transport(here("epoll"));
            case IO_URING -> Connection.to(server.address()).transport(here("io_uring"));
            case NIO -> Connection.to(server.address()).transport(Transports.named("nio"));
            case TLS -> Connection.to("localhost", server.port()).tls(Tls.client().trust(TestCertificates.authority()));
            case UNIX, MEMORY, PLATFORM_THREADS -> Connection.to(server.address());
        };
    }

    private static dev.weft.net.spi.Transport here(String name) {
        var transport = Transports.named(name);
        assumeTrue(transport.unavailable().isEmpty(), () -> "SKIPPED: no " + name + " here: " + transport.unavailable().orElse(""));
        return transport;
    }
}
