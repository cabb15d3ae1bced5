package dev.weft.rpc.interop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

import dev.weft.net.Address;
import dev.weft.net.Tls;
import dev.weft.rpc.RpcClient;
import dev.weft.rpc.RpcClientBuilder;
import dev.weft.rpc.RpcServer;
import dev.weft.rpc.RpcServerBuilder;
import io.grpc.InsecureServerCredentials;
import io.grpc.ServerCredentials;
import io.grpc.TlsServerCredentials;
import io.grpc.testing.TlsTesting;

/** What the suite runs over, with the certificates that gRPC's own tests have, of a server that is called something else. */
enum Wire {
    PLAINTEXT, TLS;

    /** What the certificate of {@code server1.pem} is good for. */
    private static final String NAME = "foo.test.google.fr";

    RpcServerBuilder weftServer() {
        var server = RpcServer.tcp("127.0.0.1", 0);
        return this == TLS ? server.tls(Certificates.SERVER, Certificates.SERVER_KEY) : server;
    }

    RpcClientBuilder weftClient(int... ports) {
        var addresses = IntStream.of(ports).mapToObj(port -> Address.of("127.0.0.1", port)).toArray(Address[]::new);
        var client = RpcClient.to(addresses[0], Arrays.copyOfRange(addresses, 1, addresses.length));
        return this == TLS ? client.tls(Tls.client().trust(Certificates.AUTHORITY).host(NAME)) : client;
    }

    ServerCredentials stockServer() throws IOException {
        return this == TLS ? TlsServerCredentials.create(TlsTesting.loadCert("server1.pem"), TlsTesting.loadCert("server1.key"))
                : InsecureServerCredentials.create();
    }

    /** What the stock client is told about it on its command line. */
    List<String> stockClient() {
        return this == TLS ? List.of("--use_tls=true", "--use_test_ca=true", "--server_host_override=" + NAME) : List.of("--use_tls=false");
    }

    /** Resources as files, for as long as the JVM lives. */
    private static final class Certificates {
        static final Path AUTHORITY = file("ca.pem");
        static final Path SERVER = file("server1.pem");
        static final Path SERVER_KEY = file("server1.key");

        private static Path file(String name) {
            try (var resource = TlsTesting.loadCert(name)) {
                var file = Files.createTempFile("weft-interop", name);
                file.toFile().deleteOnExit();
                Files.write(file, resource.readAllBytes());
                return file;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
