package dev.weft.linux;

import static java.net.StandardSocketOptions.IP_MULTICAST_IF;
import static java.net.StandardSocketOptions.IP_MULTICAST_LOOP;
import static java.net.StandardSocketOptions.IP_MULTICAST_TTL;
import static java.net.StandardSocketOptions.IP_TOS;
import static java.net.StandardSocketOptions.SO_BROADCAST;
import static java.net.StandardSocketOptions.SO_KEEPALIVE;
import static java.net.StandardSocketOptions.SO_LINGER;
import static java.net.StandardSocketOptions.SO_RCVBUF;
import static java.net.StandardSocketOptions.SO_REUSEADDR;
import static java.net.StandardSocketOptions.SO_REUSEPORT;
import static java.net.StandardSocketOptions.SO_SNDBUF;
import static java.net.StandardSocketOptions.TCP_NODELAY;
import static jdk.net.ExtendedSocketOptions.SO_INCOMING_NAPI_ID;
import static jdk.net.ExtendedSocketOptions.SO_PEERCRED;
import static jdk.net.ExtendedSocketOptions.TCP_KEEPCOUNT;
import static jdk.net.ExtendedSocketOptions.TCP_KEEPIDLE;
import static jdk.net.ExtendedSocketOptions.TCP_KEEPINTERVAL;
import static jdk.net.ExtendedSocketOptions.TCP_QUICKACK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.SocketOption;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import dev.weft.net.Address;
import dev.weft.net.Connection;
import dev.weft.net.Server;
import dev.weft.net.WeftSocketOptions;
import dev.weft.net.spi.SocketSettings;
import dev.weft.net.spi.Waitable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each option that is offered can be set and read back; one that is not known is refused when the server opens. */
@Timeout(30)
class SocketOptionsTest {
    private static final Map<SocketOption<?>, Object> OF_TCP = Map.ofEntries(Map.entry(SO_SNDBUF, 40_000), Map.entry(SO_RCVBUF, 50_000),
            Map.entry(SO_REUSEADDR, false), Map.entry(SO_REUSEPORT, true), Map.entry(IP_TOS, 0x10), Map.entry(SO_KEEPALIVE, true),
            Map.entry(SO_LINGER, 5), Map.entry(TCP_NODELAY, false), Map.entry(TCP_KEEPIDLE, 100), Map.entry(TCP_KEEPINTERVAL, 20),
            Map.entry(TCP_KEEPCOUNT, 3), Map.entry(TCP_QUICKACK, false));
    private static final Map<SocketOption<?>, Object> OF_UDP = Map.of(SO_SNDBUF, 40_000, SO_RCVBUF, 50_000, SO_REUSEADDR, true, SO_REUSEPORT, true,
            IP_TOS, 0x10, SO_BROADCAST, true, IP_MULTICAST_TTL, 3, IP_MULTICAST_LOOP, false, IP_MULTICAST_IF, loopback());
    private static final Map<SocketOption<?>, Object> OF_UNIX = Map.of(SO_SNDBUF, 40_000, SO_RCVBUF, 50_000);

    private final EpollTransport transport = new EpollTransport();

    @TempDir
    Path folder;

    private static NetworkInterface loopback() {
        try {
            return NetworkInterface.networkInterfaces().filter(SocketOptionsTest::isLoopback).findFirst().orElseThrow();
        } catch (SocketException e) {
            throw new AssertionError(e);
        }
    }

    private static boolean isLoopback(NetworkInterface i) {
        try {
            return i.isLoopback();
        } catch (SocketException e) {
            return false;
        }
    }

    private static SocketSettings with(Map<SocketOption<?>, Object> options) {
        return new SocketSettings(options, 16, Optional.empty());
    }

    private static <T> void assertHas(Waitable channel, SocketOption<T> option, Object value) throws IOException {
        assertThat(channel.supportedOptions()).contains(option);
        assertThat(channel.option(option)).as(option.name()).isEqualTo(value);
    }

    private static void assertHasAll(Waitable channel, Map<SocketOption<?>, Object> options) throws IOException {
        for (var option : options.entrySet()) {
            assertHas(channel, option.getKey(), option.getValue());
        }
    }

    private static <T> void set(Waitable channel, SocketOption<T> option, Object value) throws IOException {
        channel.option(option, option.type().cast(value));
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1"})
    void aTcpListenersOptionsAreItsOwnAndItsConnections(String host) throws IOException {
        var listener = transport.listen(Address.of(host, 0), with(OF_TCP));
        try {
            var own = new LinkedHashMap<>(OF_TCP);
            own.remove(TCP_QUICKACK); // a listener acknowledges nothing: it forgets it
            assertHasAll(listener, own);
            var client = transport.connect(listener.local(), StreamPair.PLAIN);
            var accepted = StreamPair.accepted(listener);
            var theirs = new LinkedHashMap<>(own);
            theirs.remove(SO_REUSEADDR);
            theirs.remove(SO_REUSEPORT);
            assertHasAll(accepted, theirs);
            client.close();
            accepted.close();
        } finally {
            listener.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1"})
    void aConnectionsOptionsAreSetBeforeItConnectsAndAfter(String host) throws IOException {
        var listener = transport.listen(Address.of(host, 0), StreamPair.PLAIN);
        try {
            var client = transport.connect(listener.local(), with(OF_TCP));
            var accepted = StreamPair.accepted(listener);
            var own = new LinkedHashMap<>(OF_TCP);
            own.remove(TCP_QUICKACK); // tcp(7): not permanent
            assertHasAll(client, own);
            assertHas(accepted, TCP_NODELAY, true);
            for (var option : own.entrySet()) {
                set(accepted, option.getKey(), option.getValue());
            }
            assertHasAll(accepted, own);
            set(accepted, SO_LINGER, -1);
            assertHas(accepted, SO_LINGER, -1);
            set(accepted, TCP_QUICKACK, false);
            client.close();
            accepted.close();
        } finally {
            listener.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1"})
    void aUdpSocketsOptions(String host) throws IOException {
        var socket = transport.bind(Address.of(host, 0), with(OF_UDP));
        try {
            assertHasAll(socket, OF_UDP);
        } finally {
            socket.close();
        }
    }

    @Test
    void aUnixSocketsOptions() throws IOException {
        var listener = transport.listen(Address.unix(folder.resolve("stream")), with(OF_UNIX));
        var client = transport.connect(listener.local(), with(OF_UNIX));
        var accepted = StreamPair.accepted(listener);
        var packets = transport.bind(Address.unix(folder.resolve("datagram")), with(OF_UNIX));
        assertHasAll(listener, OF_UNIX);
        assertHasAll(client, OF_UNIX);
        assertHasAll(accepted, OF_UNIX);
        assertHasAll(packets, OF_UNIX);
        listener.close();
        client.close();
        accepted.close();
        packets.close();
        assertThatThrownBy(() -> client.option(SO_RCVBUF)).isInstanceOf(ClosedChannelException.class);
    }

    @Test
    void whoIsAtTheOtherEndOfAUnixSocket() throws IOException {
        try (var pair = StreamPair.at(Address.unix(folder.resolve("s")))) {
            for (var end : List.of(pair.client(), pair.server())) {
                var peer = end.option(SO_PEERCRED);
                assertThat(peer.user().getName()).isEqualTo(System.getProperty("user.name"));
                assertThat(peer.group()).isEqualTo(Files.readAttributes(folder.resolve("s"), PosixFileAttributes.class).group());
                assertThatThrownBy(() -> end.option(SO_PEERCRED, peer)).isInstanceOf(UnsupportedOperationException.class)
                        .hasMessageContaining("SO_PEERCRED").hasMessageContaining("read only");
            }
        }
    }

    @Test
    void aPeerWhoseNumberHasNoNameIsShownByItsNumber() throws Exception {
        assumeTrue(System.getProperty("user.name").equals("root"), "SKIPPED: only root can become another user");
        assumeTrue(Python.isHere(), "SKIPPED: no python3 here, through which the test becomes another user");
        var name = Address.unixAbstract("weft-credentials-" + ProcessHandle.current().pid());
        var listener = transport.listen(name, StreamPair.PLAIN);
        try (var _ = Python.running("""
                import os, socket, sys
                os.setgid(54321)
                os.setuid(54322)
                s = socket.socket(socket.AF_UNIX)
                s.connect(b'\\0' + sys.argv[1].encode())
                s.recv(1)
                """, name.host())) {
            var accepted = StreamPair.accepted(listener);
            var peer = accepted.option(SO_PEERCRED);
            assertThat(peer.user().getName()).isEqualTo("54322");
            assertThat(peer.group().getName()).isEqualTo("54321");
            accepted.close();
        } finally {
            listener.close();
        }
    }

    @Test
    void whatTheSocketDoesNotKnowIsRefusedWhenTheServerOpensAndNothingIsLeft() throws IOException {
        StreamPair.tcp().close();
        var before = OpenDescriptors.count();
        for (int i = 0; i < 50; i++) {
            refused("SO_BROADCAST is not known to INET sockets", () -> Server.tcp("127.0.0.1", 0).option(SO_BROADCAST, true).open(_ -> {}));
            refused("SO_BROADCAST is not known to INET6 sockets", () -> Server.tcp("::1", 0).option(SO_BROADCAST, true).open(_ -> {}));
            refused("TCP_NODELAY is not known to INET sockets", () -> Server.udp("127.0.0.1", 0).option(TCP_NODELAY, true).open(_ -> {}));
            refused("TCP_NODELAY is not known to UNIX sockets", () -> Server.unix(folder.resolve("s")).option(TCP_NODELAY, true).open(_ -> {}));
            refused("UNIX_UNLINK is not known to INET sockets",
                    () -> Server.tcp("127.0.0.1", 0).option(WeftSocketOptions.UNIX_UNLINK, true).open(_ -> {}));
            refused("IPV6_ONLY is not known to UNIX sockets",
                    () -> Server.unixDatagrams(folder.resolve("d")).option(WeftSocketOptions.IPV6_ONLY, true).open(_ -> {}));
            refused("TCP_NODELAY is not known to UNIX sockets", () -> Connection.to(folder.resolve("s")).option(TCP_NODELAY, true).open());
        }
        assertThat(folder).isEmptyDirectory();
        OpenDescriptors.awaitNoMoreThan(before);
    }

    private interface Opening {
        AutoCloseable open() throws IOException;
    }

    private static void refused(String why, Opening opening) {
        assertThatThrownBy(() -> opening.open().close()).isInstanceOf(UnsupportedOperationException.class)
                .hasMessage("socket option " + why + " here");
    }

    @Test
    void aValueThatMakesNoSenseIsRefusedWithTheOptionsName() {
        assertThatThrownBy(() -> Server.tcp("127.0.0.1", 0).option(SO_RCVBUF, -1).open(_ -> {}).close())
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("SO_RCVBUF").hasMessageContaining("-1");
        assertThatThrownBy(() -> Server.udp("127.0.0.1", 0).option(IP_MULTICAST_TTL, -1).open(_ -> {}).close())
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("IP_MULTICAST_TTL");
    }

    @Test
    void whatTheKernelRefusesSaysWhichOption() {
        // TCP_KEEPIDLE has an upper bound in the kernel, MAX_TCP_KEEPIDLE; SO_INCOMING_NAPI_ID can only be read.
        assertThatThrownBy(() -> Server.tcp("127.0.0.1", 0).option(TCP_KEEPIDLE, 1_000_000).open(_ -> {}).close())
                .hasMessageContaining("TCP_KEEPIDLE");
        assertThatThrownBy(() -> Server.tcp("127.0.0.1", 0).option(SO_INCOMING_NAPI_ID, 1).open(_ -> {}).close())
                .hasMessageContaining("SO_INCOMING_NAPI_ID");
    }
}
