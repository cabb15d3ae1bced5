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
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

import dev.weft.linux.sys.Libc;
import dev.weft.linux.sys.Sockets;
import dev.weft.net.Address;
import dev.weft.net.Connection;
import dev.weft.net.Server;
import dev.weft.net.WeftSocketOptions;
import dev.weft.net.spi.SocketSettings;
import dev.weft.net.spi.Waitable;
import dev.weft.testkit.ChildJava;
import dev.weft.testkit.OpenDescriptors;
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

    /** What the kernel has for IPv4: level 0, numbers of linux/in.h. */
    private static int ofIpv4(Waitable channel, int name) throws IOException {
        return Libc.option(channel.fileno().orElseThrow(), 0, name);
    }

    @Test
    void whatASocketForBothSendsOverIpv4HasItsOptionsToo() throws IOException {
        assumeTrue(Sockets.family(Address.any(0)) == Libc.AF_INET6, "SKIPPED: no IPv6 on this machine");
        var packets = transport.bind(Address.any(0), with(OF_UDP));
        assertHasAll(packets, OF_UDP);
        assertThat(ofIpv4(packets, 1)).as("IP_TOS").isEqualTo(0x10);
        assertThat(ofIpv4(packets, 33)).as("IP_MULTICAST_TTL").isEqualTo(3);
        assertThat(ofIpv4(packets, 34)).as("IP_MULTICAST_LOOP").isZero();
        assertThat(ofIpv4(packets, 32)).as("IP_MULTICAST_IF").isNotZero();
        packets.option(IP_MULTICAST_TTL, 4);
        assertThat(ofIpv4(packets, 33)).isEqualTo(4);
        packets.close();
        var listener = transport.listen(Address.any(0), with(Map.of(IP_TOS, 0x10)));
        var client = transport.connect(Address.of("127.0.0.1", listener.local().port()), StreamPair.PLAIN);
        var accepted = StreamPair.accepted(listener);
        assertThat(ofIpv4(accepted, 1)).isEqualTo(0x10);
        accepted.close();
        client.close();
        listener.close();
    }

    @Test
    void aSocketForIpv6AloneHasNoneOfIpv4() throws IOException {
        assumeTrue(Sockets.family(Address.any(0)) == Libc.AF_INET6, "SKIPPED: no IPv6 on this machine");
        var packets = transport.bind(Address.of("::", 0), with(Map.of(WeftSocketOptions.IPV6_ONLY, true)));
        packets.option(IP_MULTICAST_TTL, 3);
        assertHas(packets, IP_MULTICAST_TTL, 3);
        assertThat(ofIpv4(packets, 33)).isEqualTo(1);
        packets.close();
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

    /** Loads this transport's classes anew, and holds up who needs the one that looks names up, as a slow name service would. */
    private static final class SlowNames extends URLClassLoader {
        static {
            registerAsParallelCapable(); // else it would hold up whoever needs any class
        }

        private final CountDownLatch asked;
        private final CountDownLatch answer;

        SlowNames(CountDownLatch asked, CountDownLatch answer) throws IOException {
            super(new URL[] {ChildJava.rootOf(EpollTransport.class).toUri().toURL(), ChildJava.rootOf(Scene.class).toUri().toURL()},
                    SocketOptionsTest.class.getClassLoader());
            this.asked = asked;
            this.answer = answer;
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith("dev.weft.linux.")) {
                return super.loadClass(name, resolve);
            }
            if (name.endsWith(".Accounts")) {
                asked.countDown();
                awaitAnswer();
            }
            synchronized (getClassLoadingLock(name)) {
                var known = findLoadedClass(name);
                return known == null ? findClass(name) : known;
            }
        }

        private void awaitAnswer() {
            try {
                assertThat(answer.await(20, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    /** Asks whose a listener is, and closes it meanwhile; its answer is the user's name. */
    static final class Scene implements Callable<String> {
        private final CountDownLatch asked;
        private final CountDownLatch answer;

        Scene(CountDownLatch asked, CountDownLatch answer) {
            this.asked = asked;
            this.answer = answer;
        }

        @Override
        public String call() throws Exception {
            var listener = new EpollTransport().listen(Address.unixAbstract("weft-names-" + ProcessHandle.current().pid()), StreamPair.PLAIN);
            var asking = new FutureTask<>(() -> listener.option(SO_PEERCRED).user().getName());
            Thread.ofPlatform().daemon().start(asking);
            assertThat(asked.await(20, TimeUnit.SECONDS)).isTrue();
            var closing = new FutureTask<>(listener::close, "closed"); // which returns when the name is free: nobody uses the descriptor
            Thread.ofPlatform().daemon().start(closing);
            try {
                closing.get(5, TimeUnit.SECONDS);
            } finally {
                answer.countDown();
            }
            return asking.get(20, TimeUnit.SECONDS);
        }
    }

    @Test
    void whoLooksANameUpHoldsUpNoClose() throws Exception {
        var asked = new CountDownLatch(1);
        var answer = new CountDownLatch(1);
        try (var loader = new SlowNames(asked, answer)) {
            var scene = loader.loadClass(Scene.class.getName()).getDeclaredConstructor(CountDownLatch.class, CountDownLatch.class);
            scene.setAccessible(true);
            assertThat(((Callable<?>) scene.newInstance(asked, answer)).call()).isEqualTo(System.getProperty("user.name"));
        }
    }

    @Test
    void whatTheSocketDoesNotKnowIsRefusedWhenTheServerOpensAndNothingIsLeft() throws IOException {
        StreamPair.tcp().close();
        var name = Address.unixAbstract("weft-options-" + ProcessHandle.current().pid());
        var before = OpenDescriptors.count();
        for (int i = 0; i < 50; i++) {
            refused("SO_BROADCAST is not known to INET sockets", () -> Server.tcp("127.0.0.1", 0).option(SO_BROADCAST, true).open(_ -> {}));
            refused("SO_BROADCAST is not known to INET6 sockets", () -> Server.tcp("::1", 0).option(SO_BROADCAST, true).open(_ -> {}));
            refused("TCP_NODELAY is not known to INET sockets", () -> Server.udp("127.0.0.1", 0).option(TCP_NODELAY, true).open(_ -> {}));
            refused("TCP_NODELAY is not known to UNIX sockets", () -> Server.unix(folder.resolve("s")).option(TCP_NODELAY, true).open(_ -> {}));
            refused("UNIX_UNLINK is not known to INET sockets",
                    () -> Server.tcp("127.0.0.1", 0).option(WeftSocketOptions.UNIX_UNLINK, true).open(_ -> {}));
            refused("ACCEPTORS is not known to INET sockets",
                    () -> Server.udp("127.0.0.1", 0).option(WeftSocketOptions.ACCEPTORS, 2).open(_ -> {}));
            refused("ACCEPTORS is not known to UNIX sockets",
                    () -> Server.unix(folder.resolve("s")).option(WeftSocketOptions.ACCEPTORS, 2).open(_ -> {}));
            refused("ACCEPTORS is not known to INET sockets",
                    () -> Connection.to("127.0.0.1", 9).option(WeftSocketOptions.ACCEPTORS, 1).open());
            refused("UNIX_MODE is not known to UNIX sockets that make no file",
                    () -> Server.at(name).option(WeftSocketOptions.UNIX_MODE, WeftSocketOptions.unixMode("rw-------")).open(_ -> {}));
            refused("UNIX_UNLINK is not known to UNIX sockets that make no file",
                    () -> Server.at(name).option(WeftSocketOptions.UNIX_UNLINK, true).open(_ -> {}));
            refused("UNIX_UNLINK is not known to UNIX sockets that make no file",
                    () -> Connection.to(folder.resolve("s")).option(WeftSocketOptions.UNIX_UNLINK, true).open());
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
