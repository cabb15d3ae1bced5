package dev.weft.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicLong;

import dev.weft.net.Address;
import dev.weft.net.Connection;
import dev.weft.net.Deadlines;
import dev.weft.net.Handler;
import dev.weft.net.Server;
import dev.weft.net.Transports;
import dev.weft.net.spi.SocketSettings;
import dev.weft.net.spi.StreamChannel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class FaultyTransportTest {
    private static final AtomicLong NAMES = new AtomicLong();
    private static final Handler ECHO = c -> {
        for (var line : c.lines()) {
            c.send(line + "\n");
        }
    };

    private final List<AutoCloseable> open = new ArrayList<>();
    private final ManualTime time = new ManualTime();

    @AfterEach
    void closeAll() throws Exception {
        for (var closeable : open.reversed()) {
            closeable.close();
        }
    }

    private <T extends AutoCloseable> T keep(T closeable) {
        open.add(closeable);
        return closeable;
    }

    private static FaultyTransport memory(Faults faults, long seed) {
        return FaultyTransport.around(Transports.named("memory"), faults, seed);
    }

    private Server serve(FaultyTransport transport, Handler handler) throws IOException {
        var server = Server.at(Address.memory("faulty-" + NAMES.incrementAndGet())).transport(transport).time(time);
        return keep(server.observer(new Witness()).open(handler)).start();
    }

    /** A client whose own end is sound. */
    private Connection connect(Server server) throws IOException {
        return keep(Connection.to(server.address()).open());
    }

    private static final class Pair {
        final StreamChannel near;
        final StreamChannel far;

        Pair(FaultyTransport transport) throws IOException {
            var none = new SocketSettings(Map.of(), 10, Optional.empty());
            var address = Address.memory("faulty-" + NAMES.incrementAndGet());
            var listener = transport.listen(address, none);
            near = Transports.named("memory").connect(address, none);
            far = listener.accept().orElseThrow();
            listener.close();
        }
    }

    /** What the reads of 200 bytes return, for the second connection of a transport. */
    private static List<Integer> sizes(long seed) throws IOException {
        var transport = memory(Faults.none().fragmenting(), seed);
        var unused = new Pair(transport);
        unused.near.close();
        unused.far.close();
        var pair = new Pair(transport);
        var sizes = new ArrayList<Integer>();
        pair.near.write(new byte[200], 0, 200);
        for (int left = 200; left > 0;) {
            var n = pair.far.read(new byte[200], 0, 200);
            sizes.add(n);
            left -= n;
        }
        pair.near.close();
        pair.far.close();
        return sizes;
    }

    @Test
    void theSameSeedGivesTheSameFaults() throws IOException {
        assertThat(sizes(42)).isEqualTo(sizes(42)).isNotEqualTo(sizes(43));
        assertThat(sizes(42)).contains(1).hasSizeGreaterThan(2);
    }

    @Test
    void aPerfectNetworkChangesNothing() throws IOException {
        var client = connect(serve(memory(Faults.none(), 1), ECHO));
        client.send("hello\n");
        assertThat(client.readLine()).isEqualTo("hello");
    }

    @Test
    void aByteAtATimeIsEnough() throws IOException {
        var client = connect(serve(memory(Faults.none().fragmenting(1), 1), ECHO));
        client.send("grüße\n".repeat(100));
        for (int i = 0; i < 100; i++) {
            assertThat(client.readLine()).isEqualTo("grüße");
        }
    }

    @Test
    void aResetIsSeenByBothSidesAndNamesItsSeed() throws IOException {
        var pair = new Pair(memory(Faults.none().resetting(1), 77));
        assertThatThrownBy(() -> pair.far.read(new byte[1], 0, 1)).isInstanceOf(SocketException.class).hasMessageContaining("seed 77")
                .hasMessageContaining("accepted connection 1");
        assertThatThrownBy(() -> pair.far.write(new byte[1], 0, 1)).isInstanceOf(SocketException.class);
        assertThatThrownBy(() -> pair.near.read(new byte[1], 0, 1)).isInstanceOf(SocketException.class);
    }

    @Test
    void aStallObeysDeadlines() throws IOException {
        var server = serve(memory(Faults.none().stalling(1), 1), ECHO);
        var witness = new Witness();
        var stalled = keep(Server.at(Address.memory("faulty-" + NAMES.incrementAndGet())).transport(memory(Faults.none().stalling(1), 1))
                .time(time).deadlines(Deadlines.defaults().idle(Duration.ofMinutes(1))).observer(witness).open(ECHO)).start();
        var client = connect(stalled);
        client.send("nobody hears this\n");
        time.awaitScheduled(Duration.ofMinutes(1));
        time.advance(Duration.ofMinutes(1));
        await().until(() -> witness.count("closed") == 1);
        assertThat(server.stats().active()).isZero();
        assertThatThrownBy(() -> {
            throw witness.failure().getCause();
        }).isInstanceOf(SocketTimeoutException.class);
    }

    private static FutureTask<Boolean> reader(StreamChannel channel) {
        var task = new FutureTask<>(() -> {
            channel.read(new byte[1], 0, 1);
            channel.awaitReadable();
            return true;
        });
        var thread = Thread.ofPlatform().daemon().start(task);
        await().until(() -> thread.getState() == Thread.State.WAITING);
        return task;
    }

    @Test
    void aStallEndsForAWakeAnAbortAndAClose() throws Exception {
        var transport = memory(Faults.none().stalling(1), 1);
        for (var end : List.<java.util.function.Consumer<StreamChannel>>of(StreamChannel::wake, StreamChannel::abort, StreamChannel::close)) {
            var pair = new Pair(transport);
            pair.near.write(new byte[1], 0, 1);
            var reader = reader(pair.far);
            end.accept(pair.far);
            assertThat(reader.get()).isTrue();
            pair.far.close();
            assertThatThrownBy(() -> pair.far.read(new byte[1], 0, 1)).isInstanceOf(SocketException.class);
        }
    }

    @Test
    void aStallReachesTheThreadThatWaitsForTheOtherDirection() throws Exception {
        var pair = new Pair(memory(Faults.none().stalling(0.9), 5));
        var thread = new Thread[1];
        var reader = new FutureTask<>(() -> {
            thread[0] = Thread.currentThread();
            while (true) {
                if (pair.far.read(new byte[1], 0, 1) == 0) {
                    pair.far.awaitReadable();
                }
            }
        });
        var running = Thread.ofPlatform().daemon().start(reader);
        await().until(() -> running.getState() == Thread.State.WAITING);
        while (pair.far.write(new byte[1], 0, 1) > 0) {
            // until it stalls
        }
        pair.near.write(new byte[] {1}, 0, 1);
        await().until(() -> running.getState() == Thread.State.WAITING);
        running.interrupt();
        assertThatThrownBy(reader::get).isInstanceOf(ExecutionException.class).hasCauseInstanceOf(InterruptedIOException.class);
    }

    @Test
    void aDelayLastsItsTimeAndNoLonger() throws IOException {
        var faults = Faults.none().delaying(1, Duration.ofSeconds(10));
        var pair = new Pair(memory(faults, 3).time(time));
        pair.near.write("hello".getBytes(StandardCharsets.US_ASCII), 0, 5);
        assertThat(pair.far.read(new byte[5], 0, 5)).isZero();
        assertThat(pair.far.read(new byte[5], 0, 5)).isZero();
        assertThat(time.waiting()).isEqualTo(1);
        time.advance(Duration.ofSeconds(10));
        assertThat(pair.far.read(new byte[5], 0, 5)).isEqualTo(5);
    }

    @Test
    void aFailingCheckSaysHowToReplayIt() {
        var transport = memory(Faults.none(), 4711);
        var failure = new AssertionError("as the test says");
        assertThatThrownBy(() -> transport.check(faulty -> {
            throw failure;
        })).isSameAs(failure);
        assertThat(failure.getSuppressed()).singleElement().asString().contains("-Dweft.faults.seed=4711");
    }

    @Test
    void chancesAreBetweenNeverAndAlways() {
        assertThatThrownBy(() -> Faults.none().resetting(1.5)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Faults.none().stalling(Double.NaN)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Faults.none().fragmenting(0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aServerSurvivesAnyNumberOfResetsAndStalls() throws Throwable {
        FaultyTransport.around(Transports.named("memory"), Faults.none().fragmenting().resetting(0.05)).check(faulty -> {
            var server = serve(faulty, ECHO);
            var answered = 0;
            for (int i = 0; i < 100; i++) {
                try (var client = Connection.to(server.address()).open()) {
                    client.send("hello world\n");
                    answered += client.readLine().equals("hello world") ? 1 : 0;
                } catch (IOException e) {
                    // Reset, as it should be now and then.
                }
            }
            assertThat(answered).isBetween(1, 99);
            await().until(() -> server.stats().active() == 0);
        });
    }
}
