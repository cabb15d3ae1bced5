package dev.weft.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import com.sun.management.ThreadMXBean;
import dev.weft.net.Address;
import dev.weft.net.Concurrency;
import dev.weft.net.Connection;
import dev.weft.net.Server;
import dev.weft.net.spi.StreamChannel;
import dev.weft.testkit.ChildJava;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A read and a write in steady state allocate nothing: the smallest object has 16 bytes. */
@Timeout(60)
class AllocationTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int ROUNDS = 10_000;
    private static final int WINDOWS = 30;
    private static final double LESS_THAN_ANY_OBJECT = 12;

    private interface Round {
        void run() throws IOException;
    }

    /** Bytes that this thread allocates in a round, once all is compiled: on a busy machine the compiler takes its time. */
    private static double allocated(Round round) throws IOException {
        var least = Double.MAX_VALUE;
        for (int i = 0; i < WINDOWS && least >= LESS_THAN_ANY_OBJECT; i++) {
            var before = THREADS.getCurrentThreadAllocatedBytes();
            for (int k = 0; k < ROUNDS; k++) {
                round.run();
            }
            least = Math.min(least, (THREADS.getCurrentThreadAllocatedBytes() - before) / (double) ROUNDS);
        }
        return least;
    }

    /** There and back, on one platform thread that waits for each event. */
    private static void roundTrip(StreamChannel one, StreamChannel other, byte[] message) throws IOException {
        move(one, other, message);
        move(other, one, message);
    }

    private static void move(StreamChannel from, StreamChannel to, byte[] message) throws IOException {
        if (from.write(message, 0, message.length) != message.length) {
            throw new IOException("no room for " + message.length + " bytes");
        }
        int n;
        while ((n = to.read(message, 0, message.length)) == 0) {
            to.awaitReadable();
        }
        if (n != message.length) {
            throw new IOException(n + " bytes of " + message.length);
        }
    }

    /** Measures one of the ways and prints the outcome; nothing else has been compiled in its JVM. */
    static final class Program {
        private Program() {}

        public static void main(String[] arguments) throws Exception {
            System.out.println("allocated " + switch (arguments[0]) {
                case "tcp channel" -> channels(Address.of("127.0.0.1", 0));
                case "unix channel" -> channels(Address.unixAbstract("weft-allocation-" + ProcessHandle.current().pid()));
                default -> handler();
            });
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp channel", "unix channel", "handler"})
    void aReadAWaitAndAWriteAllocateNothing(String way) throws Exception {
        try (var child = ChildJava.running(List.of("-XX:TieredStopAtLevel=4"), Program.class, way)) {
            assertThat(Double.parseDouble(child.awaitLine("allocated "))).isLessThan(LESS_THAN_ANY_OBJECT);
        }
    }

    private static double channels(Address address) throws IOException {
        try (var pair = StreamPair.at(address)) {
            var message = new byte[64];
            return allocated(() -> roundTrip(pair.client(), pair.server(), message));
        }
    }

    /** Through the streams of a connection, on the thread of a sequential server. */
    private static double handler() throws Exception {
        var measured = new CompletableFuture<Double>();
        try (var server = Server.tcp("localhost", 0).concurrency(Concurrency.sequential()).open(c -> echo(c, measured)).start();
                var peer = new Socket(InetAddress.ofLiteral("127.0.0.1"), server.port())) {
            peer.setTcpNoDelay(true);
            var in = peer.getInputStream();
            var out = peer.getOutputStream();
            var message = new byte[64];
            try {
                while (!measured.isDone()) {
                    out.write(message);
                    in.readNBytes(message, 0, message.length);
                }
            } catch (IOException e) {
                // The server has measured, and closed.
            }
            return measured.get(20, TimeUnit.SECONDS);
        }
    }

    private static void echo(Connection c, CompletableFuture<Double> measured) {
        var buffer = new byte[4096];
        var in = c.input();
        var out = c.output();
        try {
            measured.complete(allocated(() -> {
                var n = in.read(buffer, 0, buffer.length);
                out.write(buffer, 0, n);
            }));
        } catch (IOException | RuntimeException e) {
            measured.completeExceptionally(e);
        }
    }
}
