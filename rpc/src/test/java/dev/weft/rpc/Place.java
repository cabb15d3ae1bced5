package dev.weft.rpc;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.function.UnaryOperator;

import dev.weft.net.Address;
import dev.weft.net.Tls;
import dev.weft.testkit.TestCertificates;

/** Where servers listen in tests: what holds of one holds of all. */
enum Place {
    TCP, IPV6, UNIX, TLS, MUTUAL_TLS, MEMORY;

    RpcServerBuilder server() {
        return switch (this) {
            case TCP -> RpcServer.tcp("127.0.0.1", 0);
            case IPV6 -> RpcServer.tcp("::1", 0);
            case UNIX -> RpcServer.unix(socket());
            case TLS -> RpcServer.tcp("localhost", 0).tls(TestCertificates.serverChain(), TestCertificates.serverKey());
            case MUTUAL_TLS -> RpcServer.tcp("localhost", 0)
                    .tls(Tls.server(TestCertificates.serverChain(), TestCertificates.serverKey()).requireClients(TestCertificates.authority()));
            case MEMORY -> RpcServer.at(Address.memory(UUID.randomUUID().toString()));
        };
    }

    RpcClientBuilder client(RpcServer server) {
        return switch (this) {
            case TCP, IPV6, UNIX, MEMORY -> RpcClient.to(server.address());
            case TLS -> RpcClient.to("localhost", server.port()).tls(TestCertificates.authority());
            case MUTUAL_TLS -> RpcClient.to("localhost", server.port())
                    .tls(Tls.client().trust(TestCertificates.authority())
                            .identity(TestCertificates.clientChain("route"), TestCertificates.clientKey("route")));
        };
    }

    /** A server of these services and a client of it, for as long as the test lasts. */
    Pair open(UnaryOperator<RpcServerBuilder> server, UnaryOperator<RpcClientBuilder> client, RpcService... services) {
        try {
            var started = server.apply(server()).start(services);
            try {
                return new Pair(started, client.apply(client(started)).open());
            } catch (IOException | RuntimeException e) {
                started.close();
                throw e;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Pair open(RpcService... services) {
        return open(s -> s, c -> c, services);
    }

    /** Ends both, the client first. */
    record Pair(RpcServer server, RpcClient client) implements AutoCloseable {
        @Override
        public void close() {
            client.close();
            server.close();
        }
    }

    private static Path socket() {
        try {
            return Files.createTempDirectory("weft-rpc").resolve("s");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
