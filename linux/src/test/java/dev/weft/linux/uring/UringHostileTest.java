package dev.weft.linux.uring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

import dev.weft.linux.TransportsHere;
import dev.weft.net.Address;
import dev.weft.net.Connection;
import dev.weft.net.Handler;
import dev.weft.net.Server;
import dev.weft.net.Transports;
import dev.weft.testkit.OpenDescriptors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What peers, schedulers and ends of connections may do to requests that stand in a ring. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class UringHostileTest {
    private static final int CARRIERS = Integer.getInteger("jdk.virtualThreadScheduler.parallelism", Runtime.getRuntime().availableProcessors());

    private static final int ROUNDS = 30;

    private final List<AutoCloseable> kept = new ArrayList<>();

    @BeforeEach
    void skipWithoutIt() {
        TransportsHere.assume("io_uring");
    }

    @AfterEach
    void end() throws Exception {
        for (var each : kept.reversed()) {
            each.close();
        }
    }

    private <T extends AutoCloseable> T keep(T each) {
        kept.add(each);
        return each;
    }

    private Server serve(Address address, Handler handler) throws IOException {
        return keep(Server.at(address).transport(Transports.named("io_uring")).open(handler)).start();
    }

    private Server serve(Handler handler) throws IOException {
        return serve(Address.of("127.0.0.1", 0), handler);
    }

    private static Connection connect(Server server) throws IOException {
        return Connection.to(server.address()).transport(Transports.named("io_uring")).open();
    }

    private static InetSocketAddress inet(Server server) {
        return new InetSocketAddress("127.0.0.1", server.address().port());
    }

    private static void echo(Connection c) throws IOException {
        var bytes = new byte[4096];
        int n;
        while ((n = c.input().read(bytes)) > 0) {
            c.output().write(bytes, 0, n);
        }
    }

    /** How many buffers of all rings hold something unread. */
    private static int buffersOut() {
        var out = 0;
        for (int i = 0; i < CARRIERS; i++) { // each ring in turn, as nobody connects meanwhile
            out += Rings.next().buffers().out();
        }
        return out;
    }

    /** Sends to a peer that does not read until no more is taken for a while; how much was taken. */
    private static long flood(List<SocketChannel> channels, int mostEach) throws IOException {
        var total = 0L;
        var block = ByteBuffer.allocate(64 * 1024);
        for (var channel : channels) {
            channel.configureBlocking(false);
            var sent = 0;
            while (sent < mostEach) {
                block.clear().limit(Math.min(block.capacity(), mostEach - sent));
                var n = channel.write(block);
                if (n == 0) {
                    break;
                }
                sent += n;
            }
            total += sent;
        }
        return total;
    }

    /** A server whose handlers echo, and for those that begin with {@code x} after some rounds read nothing until they may. */
    private Server lazy(CountDownLatch may, AtomicLong counted, CountDownLatch begun) throws IOException {
        return serve(c -> {
            var in = c.input();
            var first = in.read();
            if (first == 'e') {
                echo(c);
                return;
            }
            for (int i = 0; i < ROUNDS; i++) { // waiting for one of them at least, so that a request stands when the flood comes
                c.send("y");
                in.read();
            }
            begun.countDown();
            may.await();
            var bytes = new byte[64 * 1024];
            int n;
            while ((n = in.read(bytes)) > 0) {
                counted.addAndGet(n);
            }
        });
    }

    private List<SocketChannel> begin(Server server, int count, CountDownLatch begun) throws Exception {
        List<SocketChannel> channels = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            var channel = keep(SocketChannel.open(inet(server)));
            channel.write(ByteBuffer.wrap(new byte[] {'x'}));
            for (int round = 0; round < ROUNDS; round++) {
                channel.read(ByteBuffer.allocate(1));
                channel.write(ByteBuffer.wrap(new byte[] {'y'}));
            }
            channels.add(channel);
        }
        begun.await();
        return channels;
    }

    private static void converse(Connection c, int rounds) throws IOException {
        for (int i = 0; i < rounds; i++) {
            c.send("round " + i + "\n");
            assertThat(c.readLine()).isEqualTo("round " + i);
        }
    }

    @Test
    void aConnectionWhoseHandlerDoesNotReadHoldsFewBuffersAndLosesNothing() throws Exception {
        var may = new CountDownLatch(1);
        var begun = new CountDownLatch(2);
        var counted = new AtomicLong();
        var server = lazy(may, counted, begun);
        await().until(() -> buffersOut() == 0);
        var channels = begin(server, 2, begun);
        var sent = flood(channels, 1 << 20);
        var other = keep(connect(server));
        other.send("e");
        converse(other, 200);
        assertThat(buffersOut()).isBetween(2, 2 * 64);
        for (var channel : channels) {
            channel.shutdownOutput();
        }
        may.countDown();
        await().untilAtomic(counted, org.hamcrest.Matchers.equalTo(sent));
        await().until(() -> buffersOut() == 0);
    }

    @Test
    void whenAllBuffersAreHeldOthersGoOn() throws Exception {
        var may = new CountDownLatch(1);
        var count = 120;
        var begun = new CountDownLatch(count);
        var counted = new AtomicLong();
        var server = lazy(may, counted, begun);
        var others = new ArrayList<Connection>();
        for (int i = 0; i < 2 * CARRIERS; i++) { // each ring has some
            var other = keep(connect(server));
            other.send("e");
            converse(other, 1);
            others.add(other);
        }
        var channels = begin(server, count, begun);
        var sent = flood(channels, 300_000);
        await().until(() -> buffersOut() == Rings.BUFFERS);
        for (var other : others) {
            converse(other, 50);
        }
        for (var channel : channels) {
            channel.shutdownOutput();
        }
        may.countDown();
        await().atMost(Duration.ofSeconds(30)).untilAtomic(counted, org.hamcrest.Matchers.equalTo(sent));
        for (var other : others) {
            converse(other, 5);
        }
        await().until(() -> buffersOut() == 0);
    }

    @Test
    void aPeerThatDribblesSingleBytesStopsNobody() throws Exception {
        var may = new CountDownLatch(1);
        var begun = new CountDownLatch(1);
        var counted = new AtomicLong();
        var server = lazy(may, counted, begun);
        var other = keep(connect(server));
        other.send("e");
        var channel = begin(server, 1, begun).getFirst();
        channel.setOption(java.net.StandardSocketOptions.TCP_NODELAY, true);
        for (int i = 0; i < 20_000; i++) {
            channel.write(ByteBuffer.wrap(new byte[] {(byte) i}));
        }
        converse(other, 100);
        assertThat(buffersOut()).as("none if its first byte was there before it asked the ring").isLessThanOrEqualTo(Rings.BUFFERS / 2);
        channel.shutdownOutput();
        may.countDown();
        await().untilAtomic(counted, org.hamcrest.Matchers.equalTo(20_000L));
        await().until(() -> buffersOut() == 0);
    }

    @Test
    void dataAndTheEndThatComeAsOneAreBothSeen() throws Exception {
        for (var address : List.of(Address.of("127.0.0.1", 0), Address.unixAbstract("weft-uring-end-" + ProcessHandle.current().pid()))) {
            var ends = new LinkedBlockingQueue<Integer>();
            var server = serve(address, c -> {
                c.send("go\n");
                var got = 0;
                while (c.receive(100).length > 0) {
                    got++;
                }
                ends.add(got);
            });
            for (int i = 0; i < 300; i++) {
                try (var client = Connection.to(server.address()).open()) {
                    client.readLine();
                    client.send("last words");
                }
                assertThat(ends.poll(10, TimeUnit.SECONDS)).as("end %d at %s", i, address).isNotNull().isEqualTo(1);
            }
        }
    }

    @Test
    void dataAndAResetThatComeAsOneEndTheRead() throws Exception {
        var ends = new LinkedBlockingQueue<String>();
        var server = serve(c -> {
            c.send("go\n");
            try {
                while (c.receive(100).length > 0) {
                    Thread.onSpinWait();
                }
                ends.add("end");
            } catch (IOException e) {
                ends.add("reset");
            }
        });
        for (int i = 0; i < 300; i++) {
            try (var client = new Socket()) {
                client.connect(inet(server));
                client.setSoLinger(true, 0);
                client.getInputStream().readNBytes(3);
                client.getOutputStream().write("last words".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            }
            assertThat(ends.poll(10, TimeUnit.SECONDS)).as("reset %d", i).isNotNull();
        }
    }

    @Test
    void aCloseWhileItsReadWaitsIsSeenByThePeerAtOnceAndLeavesNothingOpen() throws Exception {
        var connections = new LinkedBlockingQueue<Connection>();
        var server = serve(c -> {
            connections.add(c);
            c.receive(1);
        });
        closeOne(server, connections);
        var before = OpenDescriptors.count();
        for (int i = 0; i < 100; i++) {
            closeOne(server, connections);
        }
        await().until(() -> OpenDescriptors.count() <= before + 2);
        var port = server.address().port();
        server.close();
        keep(Server.tcp("127.0.0.1", port).open(UringHostileTest::echo));
    }

    private static void closeOne(Server server, LinkedBlockingQueue<Connection> connections) throws Exception {
        try (var client = new Socket()) {
            client.connect(inet(server));
            client.setSoTimeout(5_000);
            connections.take().close();
            assertThat(client.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void anAbortWhileItsReadWaitsResetsThePeer() throws Exception {
        var connections = new LinkedBlockingQueue<Connection>();
        var server = serve(c -> {
            c.send("waiting\n");
            connections.add(c);
            c.receive(1);
        });
        for (int i = 0; i < 50; i++) {
            try (var client = new Socket()) {
                client.connect(inet(server));
                client.setSoTimeout(5_000);
                client.getInputStream().readNBytes(8);
                connections.take().abort();
                assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketException.class).hasMessageContaining("reset");
            }
        }
    }

    @Test
    void aReadGoesOnWhereTheThreadThatWaitedBeforeHasEnded() throws Exception {
        var server = serve(UringHostileTest::echo);
        var client = keep(connect(server));
        for (int i = 0; i < 20; i++) {
            var interrupted = new AtomicBoolean();
            var first = Thread.ofPlatform().start(() -> {
                try {
                    client.receive(1);
                } catch (InterruptedIOException e) {
                    interrupted.set(true);
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            await().until(() -> first.getState() == Thread.State.WAITING);
            first.interrupt();
            first.join();
            assertThat(interrupted).isTrue();
            converse(client, 1);
        }
    }

    @Test
    void handlersThatSpinOnEveryCarrierDoNotStopTheOthers() throws Exception {
        var stop = new AtomicBoolean();
        var spinning = new CountDownLatch(CARRIERS);
        var server = keep(Server.tcp("127.0.0.1", 0).transport(Transports.named("io_uring"))
                .concurrency(dev.weft.net.Concurrency.platformThreads(2)).open(UringHostileTest::echo)).start();
        var client = keep(connect(server));
        converse(client, 1);
        try {
            for (int i = 0; i < CARRIERS; i++) {
                Thread.ofVirtual().start(() -> {
                    spinning.countDown();
                    while (!stop.get()) {
                        Thread.onSpinWait();
                    }
                });
            }
            spinning.await();
            converse(client, 10);
            var late = keep(connect(server));
            converse(late, 10);
        } finally {
            stop.set(true);
        }
    }

    @Test
    void whatIsLateForAClosedConnectionNeverReachesTheNextOnItsDescriptor() throws Exception {
        var server = serve(UringHostileTest::echo);
        for (int i = 0; i < 500; i++) {
            try (var client = connect(server)) {
                client.send("mine " + i + "\n");
                assertThat(client.readLine()).isEqualTo("mine " + i);
                client.send("never read " + i + "\n");
            }
        }
        await().until(() -> buffersOut() == 0);
    }

    @Test
    void aWriteThatWaitedForRoomGoesOn() throws Exception {
        var size = 16 << 20;
        var server = serve(c -> c.send(new byte[size]));
        try (var client = new Socket()) {
            client.setReceiveBufferSize(4096);
            client.connect(inet(server));
            assertThat(client.getInputStream().readNBytes(size)).hasSize(size);
        }
    }
}
