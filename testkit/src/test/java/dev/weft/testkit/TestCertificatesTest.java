package dev.weft.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;

import dev.weft.net.Address;
import dev.weft.net.Connection;
import dev.weft.net.Server;
import dev.weft.net.ServerObserver;
import dev.weft.net.Tls;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TestCertificatesTest {
    private static final AtomicLong NAMES = new AtomicLong();

    private static Server serve(Tls tls) throws IOException {
        return Server.at(Address.of("localhost", 0)).name("certified-" + NAMES.incrementAndGet()).tls(tls).observer(new ServerObserver() {
            @Override
            public void failed(Connection c, Throwable failure) {
                // The client is told, and that is what is tested.
            }
        }).open(c -> c.send(c.tls().orElseThrow().getPeerPrincipal().getName() + "\n")).start();
    }

    @Test
    void aClientWithACertificateIsKnownByItsName() throws IOException {
        var tls = Tls.server(TestCertificates.serverChain(), TestCertificates.serverKey()).requireClients(TestCertificates.authority());
        try (var server = serve(tls);
                var client = Connection.to(server.address()).tls(Tls.client().trust(TestCertificates.authority())
                        .identity(TestCertificates.clientChain("device-7"), TestCertificates.clientKey("device-7"))).open()) {
            assertThat(client.readLine()).isEqualTo("CN=device-7");
        }
    }

    @Test
    void nobodyTrustsTheStranger() throws IOException {
        try (var server = serve(Tls.server(TestCertificates.strangerChain(), TestCertificates.strangerKey()))) {
            var dial = Connection.to(server.address()).tls(Tls.client().trust(TestCertificates.authority()));
            assertThatThrownBy(dial::open).isInstanceOf(IOException.class);
        }
    }

    @Test
    void eachIsMadeOnce() {
        assertThat(TestCertificates.serverChain()).isEqualTo(TestCertificates.serverChain()).exists();
        assertThat(TestCertificates.serverKey()).exists();
        assertThat(TestCertificates.authority()).exists();
    }

    @Test
    void aClientsNameIsPlain() {
        assertThatThrownBy(() -> TestCertificates.clientChain("../x")).isInstanceOf(IllegalArgumentException.class);
    }
}
