package dev.weft.linux.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import dev.weft.linux.EpollTransport;
import dev.weft.linux.StreamPair;
import dev.weft.net.Address;
import dev.weft.net.Admission;
import dev.weft.net.Concurrency;
import dev.weft.net.Connection;
import dev.weft.net.Server;
import dev.weft.net.StreamBuilder;
import dev.weft.net.Transports;
import dev.weft.net.WeftSocketOptions;
import dev.weft.net.spi.ListenerChannel;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Several acceptors on one port. */
@Timeout(60)
class PortSharersTest {
    private static StreamBuilder sharing(int acceptors) {
        return Server.tcp("127.0.0.1", 0).option(WeftSocketOptions.ACCEPTORS, acceptors);
    }

    /** The sockets that listen on a port, by the kernel's own account: state 0A in proc(5)'s net/tcp. */
    private static long listeners(int port) throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/net/tcp"))) {
            return lines.filter(line -> line.contains(":%04X 00000000:0000 0A".formatted(port))).count();
        }
    }

    @Test
    void portZeroBindsOnePortForAllOfThem() throws IOException {
        try (var server = sharing(4).open(c -> c.send(c.readLine() + "\n")).start()) {
            assertThat(listeners(server.port())).isEqualTo(4);
            for (int i = 0; i < 100; i++) { // over so many the kernel's hash reaches each socket
                try (var c = Connection.to(server.address()).open()) {
                    c.send("hello " + i + "\n");
                    assertThat(c.readLine()).isEqualTo("hello " + i);
                }
            }
        }
    }

    @Test
    void closingFreesThePortAndEndsTheThreads() throws IOException {
        int port;
        try (var server = sharing(3).open(c -> c.send("x")).start()) {
            port = server.port();
        }
        assertThat(listeners(port)).isZero();
        Server.tcp("127.0.0.1", port).open(c -> {}).close();
        Awaitility.await().atMost(Duration.ofSeconds(10)).until(
                () -> Thread.getAllStackTraces().keySet().stream().noneMatch(t -> t.getName().startsWith("weft-accept-" + port)));
    }

    @Test
    void admissionHoldsForAllOfThemTogether() throws Exception {
        var release = new CountDownLatch(1);
        var clients = new ArrayList<Connection>();
        try (var server = sharing(2).admission(Admission.waiting(3)).open(c -> release.await()).start()) {
            for (int i = 0; i < 8; i++) {
                clients.add(Connection.to(server.address()).open());
            }
            Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> server.connections().size() == 3);
            release.countDown();
            Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> server.stats().accepted() == 8);
        } finally {
            clients.forEach(Connection::close);
        }
    }

    /** socketserver's queue is not lost by a drain: DESIGN's "accepts what is already queued" holds for each of the sockets. */
    @RepeatedTest(5)
    void aDrainServesAllWhoAreQueuedOnAnyOfTheSockets() throws IOException {
        var clients = new ArrayList<Connection>();
        var server = sharing(4).concurrency(Concurrency.sequential()).open(c -> c.send("served " + c.readLine() + "\n"));
        try {
            for (int i = 0; i < 200; i++) {
                var c = Connection.to(server.address()).open();
                c.send(i + "\n");
                clients.add(c);
            }
            server.start();
            server.drain(Duration.ofSeconds(20));
            for (int i = 0; i < clients.size(); i++) {
                assertThat(clients.get(i).readLine()).isEqualTo("served " + i);
            }
        } finally {
            clients.forEach(Connection::abort);
        }
    }

    /** The same listener, whose first accept on a thread of the group throws this. */
    private static ListenerChannel failingOnce(ListenerChannel listener, Throwable failure) {
        var left = new AtomicInteger(1);
        return (ListenerChannel) Proxy.newProxyInstance(PortSharersTest.class.getClassLoader(), new Class<?>[] {ListenerChannel.class},
                (_, method, arguments) -> {
                    if (method.getName().equals("accept") && Thread.currentThread().getName().startsWith("weft-accept-")
                            && left.getAndDecrement() > 0) {
                        throw failure;
                    }
                    try {
                        return method.invoke(listener, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    @ParameterizedTest
    @ValueSource(classes = {OutOfMemoryError.class, IllegalStateException.class, IOException.class})
    void whateverAThreadFailsWithIsToldAndItGoesOn(Class<? extends Throwable> type) throws Exception {
        var failure = type.getConstructor(String.class).newInstance("made to fail");
        var group = PortSharers.open(1, Address.of("127.0.0.1", 0), StreamPair.PLAIN,
                (where, how) -> failingOnce(new EpollTransport().listen(where, how), failure));
        try {
            assertThatThrownBy(() -> StreamPair.accepted(group)).isInstanceOf(IOException.class).hasMessageContaining("made to fail");
            var thread = "weft-accept-" + group.local().port() + "-1";
            assertThat(Thread.getAllStackTraces().keySet()).extracting(Thread::getName).contains(thread);
            var client = new EpollTransport().connect(group.local(), StreamPair.PLAIN);
            StreamPair.accepted(group).close();
            client.close();
        } finally {
            group.close();
        }
    }

    @Test
    void noneIsRefused() {
        assertThatThrownBy(() -> sharing(0).open(c -> {})).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("0 acceptors");
    }

    @Test
    void thePortableTransportRefusesWithTheReason() {
        assertThatThrownBy(() -> sharing(2).transport(Transports.named("nio")).open(c -> {}))
                .isInstanceOf(UnsupportedOperationException.class).hasMessageContaining("ACCEPTORS needs the native transport");
    }
}
