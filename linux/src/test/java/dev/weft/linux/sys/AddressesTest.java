package dev.weft.linux.sys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.net.ConnectException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

import dev.weft.net.Address;
import dev.weft.net.Connection;
import dev.weft.net.Datagrams;
import dev.weft.net.Server;
import dev.weft.net.WeftSocketOptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where sockets of this transport can be, and how their addresses are told. */
@Timeout(30)
class AddressesTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @BeforeEach
    void thereIsIpv6() {
        try {
            Server.tcp("::1", 0).listen().close();
        } catch (IOException e) {
            assumeTrue(false, "SKIPPED: no IPv6 on this machine: " + e.getMessage());
        }
    }

    private static String whoAmI(Address server) throws IOException {
        try (var c = Connection.to(server).open()) {
            return c.readLine();
        }
    }

    @Test
    void aServerOnEveryInterfaceServesIpv4AndIpv6AndTellsEachPeerApart() throws IOException {
        try (var server = Server.tcp(0).open(c -> c.send(c.remote().host() + " " + c.local() + "\n")).start()) {
            assertThat(server.address()).isEqualTo(Address.any(server.port()));
            assertThat(whoAmI(Address.of("127.0.0.1", server.port()))).isEqualTo("127.0.0.1 127.0.0.1:" + server.port());
            assertThat(whoAmI(Address.of("127.0.0.5", server.port()))).isEqualTo("127.0.0.1 127.0.0.5:" + server.port());
            assertThat(whoAmI(Address.of("::1", server.port()))).isEqualTo("::1 [::1]:" + server.port());
        }
    }

    @Test
    void aDatagramServerOnEveryInterfaceAnswersIpv4AndIpv6() throws IOException {
        try (var server = Server.udp(0).open(d -> d.reply(d.sender().toString())).start();
                var four = Datagrams.udp(Address.of("127.0.0.1", 0));
                var six = Datagrams.udp(Address.of("::1", 0))) {
            four.send("?", Address.of("127.0.0.1", server.port()));
            assertThat(four.receive(PATIENCE).text()).isEqualTo(four.address().toString()).startsWith("127.0.0.1:");
            six.send("?", Address.of("::1", server.port()));
            assertThat(six.receive(PATIENCE).text()).isEqualTo(six.address().toString()).startsWith("[::1]:");
        }
    }

    @Test
    void anIpv6OnlyServerRefusesIpv4AndLeavesThatPortToOthers() throws IOException {
        try (var six = Server.at(Address.of("::", 0)).option(WeftSocketOptions.IPV6_ONLY, true).open(c -> c.send("six\n")).start()) {
            var overIpv4 = Address.of("127.0.0.1", six.port());
            assertThat(six.option(WeftSocketOptions.IPV6_ONLY)).isTrue();
            assertThat(whoAmI(Address.of("::1", six.port()))).isEqualTo("six");
            assertThatThrownBy(() -> whoAmI(overIpv4)).isInstanceOf(ConnectException.class);
            try (var _ = Server.at(overIpv4).open(c -> c.send("four\n")).start()) {
                assertThat(whoAmI(overIpv4)).isEqualTo("four");
            }
        }
    }

    @Test
    void aServerOnEveryInterfaceMaySayThatItTakesIpv4Too() throws IOException {
        try (var server = Server.at(Address.of("::", 0)).option(WeftSocketOptions.IPV6_ONLY, false).open(c -> c.send("both\n")).start()) {
            assertThat(whoAmI(Address.of("127.0.0.1", server.port()))).isEqualTo("both");
        }
    }

    @Test
    void anIpv4ServerCanNotBeIpv6Only() {
        assertThatThrownBy(() -> Server.tcp("127.0.0.1", 0).option(WeftSocketOptions.IPV6_ONLY, true).open(_ -> {}).close())
                .isInstanceOf(UnsupportedOperationException.class).hasMessage("socket option IPV6_ONLY is not known to INET sockets here");
    }

    @ParameterizedTest
    @CsvSource({"127.0.0.1, ::1", "::1, 127.0.0.1"})
    void aServerOnOneAddressIsAtNoOther(String at, String elsewhere) throws IOException {
        try (var server = Server.tcp(at, 0).open(c -> c.send("here\n")).start()) {
            assertThat(whoAmI(server.address())).isEqualTo("here");
            assertThatThrownBy(() -> whoAmI(Address.of(elsewhere, server.port()))).isInstanceOf(ConnectException.class)
                    .hasMessageContaining("connection refused");
        }
    }

    @Test
    void aConnectionMayBeginAtAnAddressOfOnesChoice() throws IOException {
        try (var server = Server.tcp(0).open(c -> c.send(c.remote().host() + "\n")).start();
                var c = Connection.to("127.0.0.1", server.port()).from(Address.of("127.0.0.9", 0)).open()) {
            assertThat(c.readLine()).isEqualTo("127.0.0.9");
            assertThat(c.local().host()).isEqualTo("127.0.0.9");
        }
    }

    @Test
    void aScopeTravelsToTheKernelAndBack() throws IOException {
        var linkLocal = new byte[] {(byte) 0xfe, (byte) 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
        var address = new InetSocketAddress(Inet6Address.getByAddress(null, linkLocal, 7), 4711);
        try (var arena = Arena.ofConfined()) {
            var encoded = Sockaddr.of(address, Libc.AF_INET6, arena);
            assertThat(Sockaddr.read(encoded, (int) encoded.byteSize())).hasToString("[fe80::1%7]:4711");
        }
    }

    @Test
    void aLinkLocalAddressIsReachedThroughItsInterface() throws IOException {
        var found = linkLocal();
        assumeTrue(found.isPresent(), "SKIPPED: no interface here has a link-local address");
        try (var server = Server.at(found.get()).open(c -> c.send(c.remote().host() + "\n")).start()) {
            assertThat(server.address().host()).startsWith("fe80:").contains("%");
            assertThat(whoAmI(server.address())).startsWith("fe80:").contains("%");
        }
    }

    private static Optional<Address> linkLocal() throws SocketException {
        return NetworkInterface.networkInterfaces().flatMap(NetworkInterface::inetAddresses)
                .filter(a -> a instanceof Inet6Address six && six.isLinkLocalAddress()).map(a -> Address.of(a.getHostAddress(), 0)).findFirst();
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "203.0.113.254", "::1", "2001:db8::ff00:42:8329"})
    void anInternetAddressTravelsToTheKernelAndBack(String host) throws IOException {
        var address = new InetSocketAddress(InetAddress.ofLiteral(host), 65_535);
        var family = host.contains(":") ? Libc.AF_INET6 : Libc.AF_INET;
        try (var arena = Arena.ofConfined()) {
            var encoded = Sockaddr.of(address, family, arena);
            assertThat(Sockaddr.read(encoded, (int) encoded.byteSize())).isEqualTo(Address.of(address));
        }
    }

    @Test
    void anIpv4AddressIsMappedForAnIpv6SocketAndShownAsItself() throws IOException {
        var address = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 80);
        try (var arena = Arena.ofConfined()) {
            var encoded = Sockaddr.of(address, Libc.AF_INET6, arena);
            assertThat(encoded.byteSize()).isEqualTo(28);
            assertThat(Sockaddr.read(encoded, 28)).isEqualTo(Address.of("127.0.0.1", 80));
        }
    }

    @Test
    void anIpv6AddressIsOutOfReachForAnIpv4Socket() {
        try (var arena = Arena.ofConfined()) {
            assertThatThrownBy(() -> Sockaddr.of(new InetSocketAddress(InetAddress.ofLiteral("::1"), 80), Libc.AF_INET, arena))
                    .isInstanceOf(SocketException.class).hasMessage("an IPv4 socket can't reach [::1]:80");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/run/weft.sock", "s", "/tmp/größe", "/tmp/with space"})
    void aUnixPathTravelsToTheKernelAndBack(String path) throws IOException {
        var address = Address.unix(Path.of(path));
        try (var arena = Arena.ofConfined()) {
            var encoded = Sockaddr.unix(address, arena);
            assertThat(Sockaddr.read(encoded, (int) encoded.byteSize())).isEqualTo(address);
        }
    }

    @Test
    void anAbstractNameTravelsToTheKernelAndBack() throws IOException {
        var address = Address.unixAbstract("wëft");
        try (var arena = Arena.ofConfined()) {
            var encoded = Sockaddr.unix(address, arena);
            assertThat(encoded.byteSize()).as("family, NUL and name, no NUL behind: unix(7)").isEqualTo(2 + 1 + 5);
            assertThat(Sockaddr.read(encoded, (int) encoded.byteSize())).isEqualTo(address);
        }
    }

    @Test
    void thePeerThatBoundNothingHasTheEmptyAddress() throws IOException {
        // SPEC SS-48: the kernel says so with a length of nothing, or of the family alone.
        try (var arena = Arena.ofConfined()) {
            var room = arena.allocate(Layouts.SOCKADDR_STORAGE, 8);
            assertThat(Sockaddr.read(room, 0)).hasToString("unix:");
            room.set(java.lang.foreign.ValueLayout.JAVA_SHORT, 0, (short) Libc.AF_UNIX);
            assertThat(Sockaddr.read(room, 2)).hasToString("unix:");
        }
    }
}
