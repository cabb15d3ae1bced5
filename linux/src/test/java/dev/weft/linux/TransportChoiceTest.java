package dev.weft.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;

import dev.weft.net.Address;
import dev.weft.net.Connection;
import dev.weft.net.Datagrams;
import dev.weft.net.Server;
import dev.weft.net.Transports;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The native transport is chosen by itself, unless somebody says otherwise. Only it shows descriptors (SPEC SS-8). */
@Timeout(30)
class TransportChoiceTest {
    private static final String PROPERTY = "weft.transport";

    @TempDir
    Path folder;

    private String given = "";

    @BeforeEach
    void keepTheProperty() {
        given = System.getProperty(PROPERTY, "");
        System.clearProperty(PROPERTY);
    }

    @AfterEach
    void restoreTheProperty() {
        if (given.isEmpty()) {
            System.clearProperty(PROPERTY);
        } else {
            System.setProperty(PROPERTY, given);
        }
    }

    private Address abstractName() {
        return Address.unixAbstract("weft-choice-" + ProcessHandle.current().pid());
    }

    @Test
    void itIsFoundByItsNameAndConstructingItTouchesNothing() {
        assertThat(Transports.named("epoll")).isInstanceOf(EpollTransport.class);
        assertThat(Transports.named("epoll").priority()).isGreaterThan(Transports.named("nio").priority());
        assertThat(new EpollTransport().unavailable()).isEmpty();
    }

    @Test
    void itServesEveryKindOfSocketAddressByItself() throws IOException {
        for (var address : new Address[] {Address.of("127.0.0.1", 0), Address.any(0), Address.unix(folder.resolve("s")), abstractName()}) {
            try (var server = Server.at(address).open(c -> {})) {
                assertThat(server.fileno()).as("%s", address).isPresent();
            }
        }
        try (var udp = Server.udp("127.0.0.1", 0).open(d -> {}); var unix = Server.unixDatagrams(folder.resolve("d")).open(d -> {})) {
            assertThat(udp.fileno()).isPresent();
            assertThat(unix.fileno()).isPresent();
        }
    }

    @Test
    void memoryIsLeftToItsOwnTransport() throws IOException {
        try (var server = Server.at(Address.memory("choice")).open(c -> c.send("here\n")).start();
                var c = Connection.to(server.address()).open()) {
            assertThat(server.fileno()).isEmpty();
            assertThat(c.readLine()).isEqualTo("here");
        }
        assertThatThrownBy(() -> Server.at(Address.memory("choice")).transport(Transports.named("epoll")).open(_ -> {}).close())
                .isInstanceOf(UnsupportedOperationException.class).hasMessageContaining("epoll").hasMessageContaining("memory:choice");
    }

    @Test
    void thePropertyNamesThePortableOneForWhatThatCanServe() throws IOException {
        System.setProperty(PROPERTY, "nio");
        try (var tcp = Server.tcp("127.0.0.1", 0).open(c -> c.send("portable\n")).start();
                var c = Connection.to(tcp.address()).open();
                var udp = Server.udp("127.0.0.1", 0).open(d -> {})) {
            assertThat(tcp.fileno()).isEmpty();
            assertThat(udp.fileno()).isEmpty();
            assertThat(c.readLine()).isEqualTo("portable");
        }
        try (var server = Server.at(abstractName()).open(c -> {}); var datagrams = Datagrams.unix(folder.resolve("me"))) {
            assertThat(server.fileno()).as("java.nio has no abstract names").isPresent();
            assertThat(datagrams.address()).isEqualTo(Address.unix(folder.resolve("me")));
        }
    }

    @Test
    void theBuilderIsHeardBeforeTheProperty() throws IOException {
        System.setProperty(PROPERTY, "nio");
        try (var server = Server.tcp("127.0.0.1", 0).transport(Transports.named("epoll")).open(c -> {})) {
            assertThat(server.fileno()).isPresent();
        }
        System.setProperty(PROPERTY, "epoll");
        try (var server = Server.tcp("127.0.0.1", 0).transport(Transports.named("nio")).open(c -> {})) {
            assertThat(server.fileno()).isEmpty();
        }
    }
}
