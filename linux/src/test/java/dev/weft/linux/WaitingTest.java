package dev.weft.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import dev.weft.net.Address;
import dev.weft.net.Connection;
import dev.weft.net.Deadlines;
import dev.weft.net.Server;
import dev.weft.net.spi.SocketSettings;
import dev.weft.net.spi.StreamChannel;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Waits that end otherwise than by what is waited for: half-closes, interrupts, deadlines, wake. */
@Timeout(60)
class WaitingTest {
    private static final Duration SHORT = Duration.ofMillis(100);

    private static Address address(String kind) {
        return kind.equals("tcp") ? Address.of("localhost", 0) : Address.unixAbstract("weft-waiting-" + ProcessHandle.current().pid());
    }

    /** Something done by a thread of either kind, and its outcome. */
    private record Doing<T>(Thread thread, FutureTask<T> task) {
        static <T> Doing<T> by(String threads, Callable<T> action) {
            var task = new FutureTask<>(action);
            var builder = threads.equals("virtual") ? Thread.ofVirtual() : Thread.ofPlatform().daemon();
            return new Doing<>(builder.start(task), task);
        }

        Doing<T> awaitParked() {
            Awaitility.await().until(() -> thread.getState() == Thread.State.WAITING);
            return this;
        }

        T get() throws Exception {
            return task.get(20, TimeUnit.SECONDS);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "unix"})
    void theClientEndsItsHalfAndIsStillAnswered(String kind) throws Exception {
        try (var acceptor = Server.at(address(kind)).listen();
                var client = Connection.to(acceptor.address()).open();
                var server = acceptor.accept()) {
            client.send("question");
            client.shutdownOutput();
            assertThat(server.input().readAllBytes()).asString(StandardCharsets.US_ASCII).isEqualTo("question");
            server.send("answer\n");
            assertThat(client.readLine()).isEqualTo("answer");
            server.send("and another\n");
            assertThat(client.readLine()).isEqualTo("and another");
            assertThatThrownBy(() -> client.send("more")).isInstanceOf(IOException.class);
            assertThat(server.isOpen()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "unix"})
    void theServerEndsItsHalfAndStillHears(String kind) throws Exception {
        try (var acceptor = Server.at(address(kind)).listen();
                var client = Connection.to(acceptor.address()).open();
                var server = acceptor.accept()) {
            server.send("goodbye");
            server.shutdownOutput();
            assertThat(client.input().readAllBytes()).asString(StandardCharsets.US_ASCII).isEqualTo("goodbye");
            for (int i = 0; i < 100; i++) {
                client.send("still here " + i + "\n");
                assertThat(server.readLine()).isEqualTo("still here " + i);
            }
            client.shutdownOutput();
            assertThat(server.receive(1)).isEmpty();
            assertThat(client.receive(1)).as("the end stays the end").isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({"tcp, virtual", "tcp, platform", "unix, virtual", "unix, platform"})
    void anInterruptedReadLeavesTheConnectionUsable(String kind, String threads) throws Exception {
        try (var acceptor = Server.at(address(kind)).listen();
                var client = Connection.to(acceptor.address()).open();
                var server = acceptor.accept()) {
            var interrupted = new AtomicReference<Boolean>();
            var reading = Doing.by(threads, () -> {
                try {
                    return server.readLine();
                } catch (InterruptedIOException e) {
                    interrupted.set(Thread.currentThread().isInterrupted());
                    return server.readLine();
                }
            }).awaitParked();
            reading.thread.interrupt();
            Awaitility.await().until(() -> interrupted.get() != null);
            assertThat(interrupted).as("the interrupt is cleared").hasValue(false);
            client.send("after the interrupt\n");
            assertThat(reading.get()).isEqualTo("after the interrupt");
            server.send("both ways\n");
            assertThat(client.readLine()).isEqualTo("both ways");
        }
    }

    @ParameterizedTest
    @CsvSource({"tcp, virtual", "tcp, platform", "unix, virtual", "unix, platform"})
    void anInterruptedWriteLeavesTheConnectionUsable(String kind, String threads) throws Exception {
        try (var pair = StreamPair.at(address(kind))) {
            var full = StreamPair.fill(pair.server());
            var writing = Doing.by(threads, () -> {
                pair.server().awaitWritable();
                return 0;
            }).awaitParked();
            writing.thread.interrupt();
            assertThatThrownBy(writing::get).hasCauseInstanceOf(InterruptedIOException.class);

            // The peer reads: there is room, and the edge that says so comes to the next who waits.
            var again = Doing.by(threads, () -> {
                StreamPair.write(pair.server(), "z".getBytes(StandardCharsets.US_ASCII));
                return 0;
            });
            assertThat(readUntil(pair.client(), 'z')).isEqualTo(full);
            again.get();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"virtual", "platform"})
    void anInterruptedSendEndsWithTheConnectionOpenToRead(String threads) throws Exception {
        try (var acceptor = Server.tcp("localhost", 0).deadlines(Deadlines.none()).listen();
                var client = Connection.to(acceptor.address()).open();
                var server = acceptor.accept()) {
            var sending = Doing.by(threads, () -> {
                server.send(new byte[50_000_000]);
                return 0;
            }).awaitParked();
            sending.thread.interrupt();
            assertThatThrownBy(sending::get).hasCauseInstanceOf(InterruptedIOException.class);
            client.send("hello\n");
            assertThat(server.readLine()).isEqualTo("hello");
            server.abort(); // a close would wait for the client to take the rest
        }
    }

    /** How many bytes come before this one. */
    private static long readUntil(StreamChannel channel, char last) throws IOException {
        var buffer = new byte[64 * 1024];
        var total = 0L;
        while (true) {
            var n = StreamPair.read(channel, buffer);
            if (buffer[n - 1] == last) {
                return total + n - 1;
            }
            total += n;
        }
    }

    @ParameterizedTest
    @CsvSource({"tcp, virtual", "unix, platform"})
    void aReadThatTimesOutLeavesTheConnectionUsable(String kind, String threads) throws Exception {
        try (var acceptor = Server.at(address(kind)).deadlines(Deadlines.none().read(SHORT)).listen();
                var client = Connection.to(acceptor.address()).open();
                var server = acceptor.accept()) {
            Doing.by(threads, () -> {
                for (int i = 0; i < 3; i++) {
                    assertThatThrownBy(() -> server.receive(1)).isInstanceOf(SocketTimeoutException.class);
                }
                return 0;
            }).get();
            client.send("late\n");
            assertThat(server.readLine()).isEqualTo("late");
        }
    }

    @Test
    void silenceBetweenMessagesTimesOut() throws Exception {
        try (var acceptor = Server.tcp("localhost", 0).deadlines(Deadlines.none().idle(SHORT)).listen();
                var client = Connection.to(acceptor.address()).open();
                var server = acceptor.accept()) {
            client.send("hello\n");
            assertThat(server.readLine()).isEqualTo("hello");
            assertThatThrownBy(server::readLine).isInstanceOf(SocketTimeoutException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"virtual", "platform"})
    void aMessageThatDribblesTimesOut(String threads) throws Exception {
        try (var acceptor = Server.tcp("localhost", 0).deadlines(Deadlines.none().message(SHORT.multipliedBy(3))).listen();
                var client = Connection.to(acceptor.address()).open();
                var server = acceptor.accept()) {
            var reading = Doing.by(threads, server::readLine);
            while (!reading.task.isDone()) { // bytes come all the time
                client.send("x");
                reading.thread.join(Duration.ofMillis(5));
            }
            assertThatThrownBy(reading::get).hasCauseInstanceOf(SocketTimeoutException.class);
        }
    }

    @ParameterizedTest
    @CsvSource({"tcp, virtual", "unix, platform"})
    void aWriteThatTimesOutAbortsTheConnection(String kind, String threads) throws Exception {
        try (var acceptor = Server.at(address(kind)).deadlines(Deadlines.none().write(SHORT)).listen();
                var client = Connection.to(acceptor.address()).open();
                var server = acceptor.accept()) {
            var writing = Doing.by(threads, () -> {
                server.send(new byte[50_000_000]);
                return 0;
            });
            assertThatThrownBy(writing::get).hasCauseInstanceOf(SocketTimeoutException.class);
            assertThat(server.isOpen()).isFalse();
            assertThat(client.isOpen()).isTrue();
        }
    }

    @Test
    void aConnectThatNobodyAnswersTimesOut() throws Exception {
        // listen(2): where the queue is full the SYN is dropped, and the caller asks again and again.
        var listener = new EpollTransport().listen(Address.of("localhost", 0), new SocketSettings(Map.of(), 1, Optional.empty()));
        var waiting = new ArrayList<Connection>();
        try {
            assertThatThrownBy(() -> {
                for (int i = 0; i < 20; i++) {
                    waiting.add(Connection.to(listener.local()).deadlines(Deadlines.none().connect(SHORT.multipliedBy(3))).open());
                }
            }).isInstanceOf(SocketTimeoutException.class).hasMessageContaining(listener.local().toString());
            assertThat(waiting).isNotEmpty();
        } finally {
            waiting.forEach(Connection::abort);
            listener.close();
        }
    }

    @Test
    void aConnectThatIsRefusedSaysSo() throws Exception {
        var listener = new EpollTransport().listen(Address.of("localhost", 0), StreamPair.PLAIN);
        var gone = listener.local();
        listener.close();
        assertThatThrownBy(() -> Connection.to(gone).open()).isInstanceOf(ConnectException.class).hasMessageContaining(gone.toString())
                .hasMessageContaining("connection refused");
    }

    @ParameterizedTest
    @ValueSource(strings = {"virtual", "platform"})
    void aConnectThatWaitsCanBeInterrupted(String threads) throws Exception {
        var listener = new EpollTransport().listen(Address.of("localhost", 0), new SocketSettings(Map.of(), 1, Optional.empty()));
        var waiting = new ArrayList<Connection>();
        try {
            var dialling = Doing.by(threads, () -> {
                while (true) {
                    waiting.add(Connection.to(listener.local()).deadlines(Deadlines.none()).open());
                }
            });
            Awaitility.await().until(() -> waiting.size() > 1 && dialling.thread.getState() == Thread.State.WAITING);
            dialling.thread.interrupt();
            assertThatThrownBy(dialling::get).hasCauseInstanceOf(InterruptedIOException.class);
        } finally {
            waiting.forEach(Connection::abort);
            listener.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"virtual", "platform"})
    void wakeEndsTheWaitThatRuns(String threads) throws Exception {
        try (var pair = StreamPair.tcp()) {
            StreamPair.fill(pair.server());
            assertThat(pair.server().read(new byte[1], 0, 1)).isZero();
            var reading = Doing.by(threads, () -> {
                pair.server().awaitReadable();
                return pair.server().read(new byte[1], 0, 1);
            }).awaitParked();
            var writing = Doing.by(threads, () -> {
                pair.server().awaitWritable();
                return pair.server().write(new byte[1], 0, 1);
            }).awaitParked();
            pair.server().wake();
            assertThat(reading.get()).as("nothing had come").isZero();
            assertThat(writing.get()).as("there was no room").isZero();
        }
    }

    @Test
    void wakeIsRememberedForTheNextWait() throws Exception {
        try (var pair = StreamPair.tcp()) {
            StreamPair.fill(pair.server());
            assertThat(pair.server().read(new byte[1], 0, 1)).isZero();
            pair.server().wake();
            pair.server().awaitReadable();
            pair.server().awaitWritable();
        }
    }

    @Test
    void anEventThatComesBetweenTheReadAndTheWaitIsNotLost() throws Exception {
        // Each byte is sent at about the moment when the reader finds nothing and goes to wait.
        try (var pair = StreamPair.tcp()) {
            var rounds = 10_000;
            var begun = new CountDownLatch(1);
            var echo = Doing.by("virtual", () -> {
                begun.countDown();
                var one = new byte[1];
                for (int i = 0; i < rounds; i++) {
                    StreamPair.read(pair.server(), one);
                    StreamPair.write(pair.server(), one);
                }
                return 0;
            });
            begun.await();
            var one = new byte[1];
            for (int i = 0; i < rounds; i++) {
                StreamPair.write(pair.client(), one);
                while (pair.client().read(one, 0, 1) == 0) {
                    pair.client().awaitReadable();
                }
            }
            echo.get();
        }
    }
}
