package dev.weft.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.BindException;
import java.net.Inet4Address;
import java.net.NetworkInterface;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import dev.weft.net.Address;
import dev.weft.rpc.routeguide.RouteGuide;
import dev.weft.testkit.TestCertificates;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("Where a server listens (SPEC RPC-11)")
@Timeout(60)
class BindingTest {
    private static final RpcService ECHO = Words.saying(word -> word);

    @Test
    void port_0_is_a_port_that_is_free() throws IOException {
        try (var one = RpcServer.tcp("127.0.0.1", 0).start(ECHO); var two = RpcServer.tcp("127.0.0.1", 0).start(ECHO)) {
            assertThat(one.port()).isPositive().isNotEqualTo(two.port());
            assertThat(one.address()).isEqualTo(Address.of("127.0.0.1", one.port()));
            assertThat(one).hasToString("rpc server at 127.0.0.1:" + one.port() + ", RUNNING, 0 active");
        }
    }

    @Test
    void every_interface_is_served_when_none_is_named() throws IOException {
        try (var server = RpcServer.tcp(0).start(ECHO)) {
            assertThat(server.address().isAny()).isTrue();
            for (var host : new String[] {"127.0.0.1", "127.0.0.2", "localhost"}) {
                try (var client = RpcClient.to(host, server.port()).open()) {
                    assertThat(Words.say(client, host)).isEqualTo(host);
                }
            }
            if (NetworkInterface.getByName("lo").inetAddresses().anyMatch(a -> !(a instanceof Inet4Address))) {
                try (var client = RpcClient.to("::1", server.port()).open()) {
                    assertThat(Words.say(client, "six")).isEqualTo("six");
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"TCP", "IPV6", "UNIX", "MEMORY"})
    void a_place_that_is_taken_is_said_to_be(Place place) throws IOException {
        try (var first = place.server().start(ECHO)) {
            assertThatThrownBy(() -> RpcServer.at(first.address()).start(ECHO)).isInstanceOf(BindException.class)
                    .hasMessageContaining(first.address().toString());
            try (var client = place.client(first).open()) {
                assertThat(Words.say(client, "not harmed")).isEqualTo("not harmed");
            }
        }
    }

    @Test
    void names_within_the_process_are_told_apart_letter_by_letter() throws IOException {
        for (var name : List.of("routes", "Routes", "rou tes", "ROUTES/\u00e4")) {
            var address = Address.memory(name);
            try (var server = RpcServer.at(address).start(Words.saying(_ -> Call.current().peer())); var client = RpcClient.to(address).open()) {
                assertThat(server.address()).isEqualTo(address);
                assertThat(Words.say(client, "")).isEqualTo("memory:" + name);
            }
        }
        try (var small = RpcServer.at(Address.memory("a")).start(Words.saying(_ -> "small"));
                var capital = RpcServer.at(Address.memory("A")).start(Words.saying(_ -> "capital"));
                var client = RpcClient.to(small.address()).open(); var other = RpcClient.to(capital.address()).open()) {
            assertThat(Words.say(client, "")).isEqualTo("small");
            assertThat(Words.say(other, "")).isEqualTo("capital");
        }
    }

    @Test
    void within_the_process_there_is_no_tls() {
        var server = RpcServer.at(Address.memory("secret")).tls(TestCertificates.serverChain(), TestCertificates.serverKey());
        assertThatThrownBy(() -> server.start(ECHO)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("memory:secret", "TLS");
    }

    @Test
    void a_port_can_be_had_again_at_once() throws IOException {
        var server = RpcServer.tcp("127.0.0.1", 0).start(ECHO);
        var port = server.port();
        for (int i = 0; i < 5; i++) {
            try (var client = RpcClient.to("127.0.0.1", port).open()) {
                assertThat(Words.say(client, "w" + i)).isEqualTo("w" + i);
                server.close(); // first, so that the port is left in TIME_WAIT
            }
            server = RpcServer.tcp("127.0.0.1", port).start(ECHO);
        }
        server.close();
    }

    @Test
    void a_socket_file_is_removed_at_the_end(@TempDir Path folder) throws IOException {
        var socket = folder.resolve("s");
        try (var server = RpcServer.unix(socket).start(ECHO); var client = RpcClient.unix(socket).open()) {
            assertThat(socket).exists();
            assertThat(server.address()).isEqualTo(Address.unix(socket));
            assertThat(Words.say(client, "here")).isEqualTo("here");
        }
        assertThat(socket).doesNotExist();
    }

    @Test
    void a_file_that_is_there_is_nobodys_to_remove(@TempDir Path folder) throws IOException {
        var socket = Files.writeString(folder.resolve("s"), "mine");
        assertThatThrownBy(() -> RpcServer.unix(socket).start(ECHO)).isInstanceOf(BindException.class).hasMessageContaining(socket.toString());
        assertThat(socket).hasContent("mine");
    }

    @Test
    void a_socket_file_that_a_killed_server_has_left_is_replaced(@TempDir Path folder) throws IOException {
        var socket = folder.resolve("s");
        try (var killed = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            killed.bind(UnixDomainSocketAddress.of(socket));
        }
        assertThat(socket).exists();
        try (var _ = RpcServer.unix(socket).start(ECHO); var client = RpcClient.unix(socket).open()) {
            assertThat(Words.say(client, "there")).isEqualTo("there");
        }
        assertThat(socket).doesNotExist();
    }

    @Test
    void one_at_which_somebody_listens_is_not(@TempDir Path folder) throws IOException {
        var socket = folder.resolve("s");
        try (var _ = RpcServer.unix(socket).start(ECHO); var client = RpcClient.unix(socket).open()) {
            assertThatThrownBy(() -> RpcServer.unix(socket).start(ECHO)).isInstanceOf(BindException.class).hasMessageContaining(socket.toString());
            assertThat(Words.say(client, "still there")).isEqualTo("still there");
        }
    }

    @Test
    void the_file_of_a_server_that_has_taken_its_place_is_not_removed(@TempDir Path folder) throws IOException {
        var socket = folder.resolve("s");
        var first = RpcServer.unix(socket).start(ECHO);
        Files.delete(socket);
        try (var _ = RpcServer.unix(socket).start(ECHO); var client = RpcClient.unix(socket).open()) {
            first.close();
            assertThat(socket).exists();
            assertThat(Words.say(client, "the second")).isEqualTo("the second");
        }
        assertThat(socket).doesNotExist();
    }

    @Test
    void two_services_of_one_name_are_refused() {
        assertThatThrownBy(() -> RpcServer.tcp("127.0.0.1", 0).start(ECHO, new RouteService(), ECHO)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(Words.NAME);
    }

    @Test
    void two_methods_of_one_name_are_refused() {
        var service = RpcService.Definition.of(Words.NAME).unary(Words.SAY, word -> word);
        assertThatThrownBy(() -> service.unary(Words.SAY, word -> word)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("words.Words/Say");
    }

    @Test
    void a_method_of_another_service_is_refused() {
        var service = RpcService.Definition.of("birds.Birds");
        assertThatThrownBy(() -> service.unary(Words.SAY, word -> word)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("words.Words/Say").hasMessageContaining("birds.Birds");
    }

    @Test
    void a_method_has_a_full_name() {
        for (var name : new String[] {"", "Say", "/Say", "words.Words/"}) {
            assertThatThrownBy(() -> new RpcMethod<>(name, Words.TEXT, Words.TEXT)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("'" + name + "'");
        }
    }

    @EveryPlace
    void a_server_may_have_many_services(Place place) {
        try (var pair = place.open(ECHO, new RouteService())) {
            assertThat(Words.say(pair.client(), "one")).isEqualTo("one");
            assertThat(RouteGuide.client(pair.client()).getFeature(RouteService.point(10)).getName()).isEqualTo("feature 1");
        }
    }
}
