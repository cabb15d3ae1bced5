package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class AddressTest {
    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1:9999", "localhost:0", "example.org:65535", "[::1]:80", "[fe80::1%eth0]:80", "0.0.0.0:1",
            "unix:/run/weft.sock",
            "unix:relative.sock", "unix:/with spaces/and:colon", "unix:", "unix:@abstract", "unix:@", "memory:test", "memory:",
            "memory:a:b"})
    void whatIsPrintedIsParsed(String text) {
        assertThat(Address.parse(text)).hasToString(text).isEqualTo(Address.parse(text)).hasSameHashCodeAs(Address.parse(text));
    }

    @Test
    void everyKindOfAddressSurvivesPrintingAndParsing() {
        for (var address : new Address[] {Address.of("a.example", 1), Address.of("::1", 1), Address.any(7),
                Address.unix(Path.of("/tmp/x y")), Address.unix(Path.of("@not-abstract")), Address.unix(Path.of("")), Address.unixAbstract("@"),
                Address.memory("unix:x")}) {
            assertThat(Address.parse(address.toString())).as("%s", address).isEqualTo(address);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "localhost", "9999", ":9999", "::1", "::1:80", "[::1]", "[::1]80", "[]:80", "host:", "host:http",
            "host:-1", "host:65536", "host:99999999999", " :80", "host:+80"})
    void whatIsNoAddressIsRefusedAndQuoted(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Address.parse(text));
    }

    @Test
    void aRefusalSaysWhatWasWrongAndHowItShouldLook() {
        assertThatIllegalArgumentException().isThrownBy(() -> Address.parse("localhost")).withMessageContaining("'localhost'")
                .withMessageContaining("host:port");
        assertThatIllegalArgumentException().isThrownBy(() -> Address.parse("host:http")).withMessageContaining("'http'");
        assertThatIllegalArgumentException().isThrownBy(() -> Address.of("host", 65_536)).withMessageContaining("65536");
        assertThatIllegalArgumentException().isThrownBy(() -> Address.of("host", -1)).withMessageContaining("-1");
        assertThatIllegalArgumentException().isThrownBy(() -> Address.of(" ", 1)).withMessageContaining("0.0.0.0");
    }

    @ParameterizedTest
    @CsvSource({"0:0:0:0:0:0:0:1, [::1]:7", "0:0:0:0:0:0:0:0, 0.0.0.0:7", "2001:DB8:0:0:1:0:0:1, [2001:db8::1:0:0:1]:7",
            "2001:db8:0:1:1:1:1:1, [2001:db8:0:1:1:1:1:1]:7", "2001:0:0:1:0:0:0:1, [2001:0:0:1::1]:7", "1:0:0:0:0:0:0:0, [1::]:7",
            "0:0:1:0:0:0:0:0, [0:0:1::]:7", "2001:db8:0:0:0:0:0:a, [2001:db8::a]:7", "1:2:3:4:5:6:7:8, [1:2:3:4:5:6:7:8]:7",
            "1:0:0:4:5:0:0:8, [1::4:5:0:0:8]:7", "0:0:0:0:0:ffff:1.2.3.4, 1.2.3.4:7"})
    void ipv6IsPrintedAsRfc5952Says(String given, String printed) throws UnknownHostException {
        assertThat(Address.of(new InetSocketAddress(InetAddress.getByName(given), 7))).hasToString(printed);
    }

    @Test
    void localhostIsTheIpv4LoopbackAndNothingElse() throws UnknownHostException {
        // SPEC SS-E8.
        for (var name : new String[] {"localhost", "LocalHost"}) {
            assertThat(Address.of(name, 9).resolve()).singleElement().isInstanceOfSatisfying(InetSocketAddress.class, inet -> {
                assertThat(inet.getAddress()).isInstanceOf(Inet4Address.class).extracting(InetAddress::getHostAddress)
                        .isEqualTo("127.0.0.1");
                assertThat(inet.getPort()).isEqualTo(9);
            });
        }
    }

    @Test
    void aUnixAddressResolvesToItsPath() throws UnknownHostException {
        assertThat(Address.unix(Path.of("/run/x")).resolve()).containsExactly(UnixDomainSocketAddress.of("/run/x"));
    }

    @Test
    void whatTheJdkHasNoAddressForIsNotResolved() {
        assertThatThrownBy(Address.memory("x")::resolve).isInstanceOf(UnsupportedOperationException.class).hasMessageContaining("memory:x");
        assertThatThrownBy(Address.unixAbstract("x")::resolve).isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("unix:@x");
    }

    @Test
    void aNameIsNotResolvedBeforeItMustBe() {
        assertThat(Address.of("no-such-host.invalid", 1).host()).isEqualTo("no-such-host.invalid");
        assertThatThrownBy(Address.of("no-such-host.invalid", 1)::resolve).isInstanceOf(UnknownHostException.class);
        assertThat(Address.of(InetSocketAddress.createUnresolved("no-such-host.invalid", 1))).hasToString("no-such-host.invalid:1");
    }

    @Test
    void everyInterfaceIsTold() {
        assertThat(Address.any(1).isAny()).isTrue();
        assertThat(Address.of("::", 1).isAny()).isTrue();
        assertThat(Address.of("127.0.0.1", 1).isAny()).isFalse();
        assertThat(Address.unix(Path.of("0.0.0.0")).isAny()).isFalse();
    }

    @Test
    void partsAreThoseItWasMadeOf() {
        assertThat(Address.of("a", 1).kind()).isEqualTo(Address.Kind.INET);
        assertThat(Address.of("a", 1).port()).isEqualTo(1);
        assertThat(Address.unix(Path.of("/x")).kind()).isEqualTo(Address.Kind.UNIX);
        assertThat(Address.unix(Path.of("/x")).host()).isEqualTo("/x");
        assertThat(Address.unixAbstract("x").kind()).isEqualTo(Address.Kind.UNIX_ABSTRACT);
        assertThat(Address.memory("x").kind()).isEqualTo(Address.Kind.MEMORY);
        assertThat(Address.memory("x").port()).isZero();
    }

    @Test
    void addressesOfDifferentKindsDiffer() {
        assertThat(Address.memory("x")).isNotEqualTo(Address.unixAbstract("x")).isNotEqualTo(Address.unix(Path.of("x")))
                .isNotEqualTo("memory:x");
        assertThat(Address.of("x", 1)).isNotEqualTo(Address.of("x", 2)).isNotEqualTo(Address.of("y", 1));
    }

    @Test
    void addressesThatMeanTheSameAreEqual() throws IOException {
        for (var alike : List.of(List.of("localhost", "127.0.0.1"), List.of("LOCALHOST", "localhost"), List.of("::1", "0:0:0:0:0:0:0:1"),
                List.of("2001:DB8::1", "2001:db8:0::1"), List.of("Example.ORG", "example.org"))) {
            var one = Address.of(alike.get(0), 9);
            var other = Address.of(alike.get(1), 9);
            assertThat(one).isEqualTo(other).hasSameHashCodeAs(other).isNotEqualTo(Address.of(alike.get(1), 8));
            assertThat(one.host()).as("as it was written, for certificates").isEqualTo(alike.get(0));
        }
        assertThat(Address.of("not:a:number", 9)).isEqualTo(Address.of("not:a:number", 9)).isNotEqualTo(Address.of("::1", 9));
        try (var server = Server.udp("localhost", 0).open(d -> d.reply("pong")).start(); var client = Datagrams.udp(Address.of("localhost", 0))) {
            var asked = Address.of("localhost", server.port());
            client.send("ping", asked);
            assertThat(client.receive(Duration.ofSeconds(10)).sender()).isEqualTo(asked);
        }
    }
}
