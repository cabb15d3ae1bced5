package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.FutureTask;

import dev.weft.net.spi.ListenerChannel;
import dev.weft.net.spi.PacketChannel;
import dev.weft.net.spi.Readiness;
import dev.weft.net.spi.SocketSettings;
import dev.weft.net.spi.StreamChannel;
import dev.weft.net.spi.Transport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How connections are made, and what is said when they can't be. */
@Timeout(30)
class DialTest {
    @TempDir
    Path folder;

    @Test
    void whoIsRefusedIsToldWhere() throws IOException {
        var gone = Server.tcp("localhost", 0).listen();
        gone.close();
        assertThatThrownBy(() -> Connection.to("127.0.0.1", gone.port()).open()).isInstanceOf(ConnectException.class)
                .hasMessage("cannot connect to 127.0.0.1:" + gone.port() + ": connection refused (no server on this port?)");
        assertThatThrownBy(() -> Connection.to(Address.memory("nobody")).open()).isInstanceOf(ConnectException.class)
                .hasMessageContaining("cannot connect to memory:nobody");
    }

    @Test
    void whoFindsNoUnixServerIsToldWhetherThereIsAFile() throws IOException {
        var path = folder.resolve("s");
        assertThatThrownBy(() -> Connection.to(path).open()).isInstanceOf(ConnectException.class)
                .hasMessage("cannot connect to unix:" + path + ": no such socket file");
        Server.unix(path).open(_ -> {}).close();
        assertThatThrownBy(() -> Connection.to(path).open()).isInstanceOf(ConnectException.class)
                .hasMessage("cannot connect to unix:" + path + ": nobody listens on this socket file");
    }

    @Test
    void anUnknownHostIsNamed() {
        assertThatThrownBy(() -> Connection.to("no-such-host.invalid", 80).open()).isInstanceOf(UnknownHostException.class)
                .hasMessageContaining("no-such-host.invalid");
    }

    @Test
    void theAddressesOfANameAreTriedInTheirOrder() throws IOException {
        try (var third = Server.tcp("127.0.0.3", 0).open(c -> c.send("third")).start();
                var _ = Server.tcp("127.0.0.4", third.port()).open(c -> c.send("fourth")).start();
                var c = Connection.to("several.test", third.port()).open()) {
            assertThat(c.remote().host()).isEqualTo("127.0.0.3");
            assertThat(new String(c.input().readAllBytes())).isEqualTo("third");
        }
    }

    @Test
    void whoIsRefusedByAllAddressesIsToldOfEach() throws IOException {
        var gone = Server.tcp("127.0.0.4", 0).listen();
        gone.close();
        assertThatThrownBy(() -> Connection.to("several.test", gone.port()).open()).isInstanceOf(ConnectException.class)
                .hasMessageContaining("127.0.0.4").satisfies(last -> {
                    assertThat(last.getSuppressed()[0]).hasMessageContaining("127.0.0.3");
                    assertThat(last.getSuppressed()[0].getSuppressed()[0]).hasMessageContaining("127.0.0.2");
                });
    }

    @Test
    void localhostIsDialledAtIpv4() throws IOException {
        // SPEC SS-E8.
        try (var server = Server.tcp("127.0.0.1", 0).listen(); var c = Connection.to("localhost", server.port()).open()) {
            assertThat(c.remote()).isEqualTo(server.address());
        }
    }

    @Test
    void theEveryInterfaceAddressOfAServerMeansThisMachine() throws IOException {
        try (var server = Server.tcp(0).open(c -> c.send("here")).start(); var c = Connection.to(server.address()).open()) {
            assertThat(server.address().isAny()).isTrue();
            assertThat(new String(c.input().readAllBytes())).isEqualTo("here");
        }
    }

    @Test
    void theLocalEndMayBeChosen() throws IOException {
        try (var server = Server.tcp("localhost", 0).listen();
                var c = Connection.to(server.address()).from(Address.of("127.0.0.5", 0)).open();
                var accepted = server.accept()) {
            assertThat(accepted.remote()).isEqualTo(c.local());
            assertThat(c.local().host()).isEqualTo("127.0.0.5");
        }
        try (var server = Server.unix(folder.resolve("s")).listen();
                var c = Connection.to(folder.resolve("s")).from(Address.unix(folder.resolve("client"))).open();
                var accepted = server.accept()) {
            assertThat(accepted.remote()).isEqualTo(Address.unix(folder.resolve("client"))).isEqualTo(c.local());
        }
    }

    @Test
    void aUnixPeerThatBoundNoPathHasTheEmptyOne() throws IOException {
        // SPEC SS-48.
        try (var server = Server.unix(folder.resolve("s")).listen(); var _ = Connection.to(folder.resolve("s"))
                .open(); var accepted = server.accept()) {
            assertThat(accepted.remote()).hasToString("unix:");
        }
    }

    @Test
    void aLocalEndThatCannotBeHadIsNamed() throws IOException {
        try (var server = Server.tcp("localhost", 0).listen()) {
            assertThatThrownBy(() -> Connection.to(server.address()).from(Address.of("192.0.2.1", 0)).open())
                    .isInstanceOf(SocketException.class)
                    .hasMessageContaining("192.0.2.1:0").hasMessageContaining("no such address on this machine");
            assertThatThrownBy(() -> Connection.to(server.address()).from(server.address())
                    .option(StandardSocketOptions.SO_REUSEADDR, false)
                    .open()).isInstanceOf(SocketException.class).hasMessageContaining("cannot bind " + server.address())
                    .hasMessageContaining("address already in use");
        }
    }

    @Test
    void whoIsNotAnsweredGivesUpInTime() throws IOException {
        // Linux leaves a SYN unanswered while the queue of the listener is full: listen(2).
        var waiting = new ArrayList<Socket>();
        try (var full = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            assumeTrue(fills(full, waiting), "the queue of a listener never fills here");
            assertThatThrownBy(() -> Connection.to("127.0.0.1", full.getLocalPort())
                    .deadlines(Deadlines.none().connect(Duration.ofMillis(100))).open())
                    .isInstanceOf(SocketTimeoutException.class).hasMessageContaining("127.0.0.1:" + full.getLocalPort())
                    .hasMessageContaining("100 ms");
        } finally {
            for (var socket : waiting) {
                socket.close();
            }
        }
    }

    private static boolean fills(ServerSocket listener, List<Socket> waiting) throws IOException {
        for (int i = 0; i < 10; i++) {
            var socket = new Socket();
            waiting.add(socket);
            try {
                socket.connect(new InetSocketAddress("127.0.0.1", listener.getLocalPort()), 100);
            } catch (SocketTimeoutException e) {
                return true;
            }
        }
        return false;
    }

    // A network that never answers.

    private static final class Silence implements Transport {
        final List<String> dialled = new CopyOnWriteArrayList<>();
        final List<String> dropped = new CopyOnWriteArrayList<>();

        @Override
        public String name() {
            return "silence";
        }

        @Override
        public int priority() {
            return 0;
        }

        @Override
        public boolean streams(Address address) {
            return true;
        }

        @Override
        public boolean datagrams(Address address) {
            return false;
        }

        @Override
        public ListenerChannel listen(Address address, SocketSettings settings) {
            throw new UnsupportedOperationException();
        }

        @Override
        public PacketChannel bind(Address local, SocketSettings settings) {
            throw new UnsupportedOperationException();
        }

        @Override
        public StreamChannel connect(Address remote, SocketSettings settings) {
            dialled.add(remote.toString());
            var never = new Readiness(false);
            return new StreamChannel() {
                @Override
                public boolean finishConnect() {
                    return false;
                }

                @Override
                public void awaitWritable() throws IOException {
                    never.await();
                }

                @Override
                public void wake() {
                    never.wake();
                }

                @Override
                public void abort() {
                    dropped.add(remote.toString());
                }

                @Override
                public void close() {
                    abort();
                }

                @Override
                public int read(byte[] into, int offset, int length) {
                    return 0;
                }

                @Override
                public int write(byte[] from, int offset, int length) {
                    return 0;
                }

                @Override
                public void awaitReadable() {
                    throw new UnsupportedOperationException();
                }

                @Override
                public void shutdownOutput() {
                    throw new UnsupportedOperationException();
                }

                @Override
                public Address local() {
                    return Address.memory("here");
                }

                @Override
                public Address remote() {
                    return remote;
                }
            };
        }
    }

    @Test
    void eachAddressOfANameHasItsShareOfTheTime() throws Exception {
        var clock = new ManualClock();
        var silence = new Silence();
        var dialling = new FutureTask<>(() -> Connection.to("several.test", 7).transport(silence).time(clock)
                .deadlines(Deadlines.none().connect(Duration.ofSeconds(9))).open());
        Thread.ofVirtual().start(dialling);
        for (int i = 1; i <= 3; i++) {
            var expected = i;
            Awaitility.await().until(() -> silence.dialled.size() == expected && clock.scheduled() == 1);
            clock.advance(Duration.ofSeconds(3));
        }
        assertThatThrownBy(dialling::get).cause().isInstanceOf(SocketTimeoutException.class).hasMessageContaining("127.0.0.4:7");
        assertThat(silence.dialled).containsExactly("127.0.0.2:7", "127.0.0.3:7", "127.0.0.4:7").isEqualTo(silence.dropped);
    }

    @Test
    void anInterruptEndsTheDiallingAndTriesNoFurtherAddress() throws Exception {
        var silence = new Silence();
        var dialling = new FutureTask<>(() -> {
            assertThatThrownBy(() -> Connection.to("several.test", 7).transport(silence).open()).isInstanceOf(InterruptedIOException.class)
                    .isNotInstanceOf(SocketTimeoutException.class);
            return Thread.currentThread().isInterrupted();
        });
        var thread = Thread.ofVirtual().start(dialling);
        Awaitility.await().until(() -> silence.dialled.size() == 1 && thread.getState() == Thread.State.WAITING);
        thread.interrupt();
        assertThat(dialling.get()).as("the interrupt is cleared").isFalse();
        assertThat(silence.dialled).containsExactly("127.0.0.2:7").isEqualTo(silence.dropped);
    }
}
