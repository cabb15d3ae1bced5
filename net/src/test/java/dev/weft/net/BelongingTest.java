package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.ProtocolException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

import dev.weft.net.spi.ArrayFraming;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What upper layers hang on to a server: threads, what is to be closed with it, and framings of their own. */
@Timeout(30)
class BelongingTest {
    private static final Address HERE = Address.memory("belonging");

    @Test
    void aBoundTaskKnowsItsServerAndItsConnectionOnAnotherThread() throws Exception {
        var told = new CompletableFuture<String>();
        try (var server = Server.at(HERE).name("mine").open(c -> Thread.ofVirtual().start(
                Server.bound(() -> told.complete(Server.current().name() + (Connection.current() == c)))).join()).start();
                var client = Connection.to(HERE).open()) {
            assertThat(told.get(10, TimeUnit.SECONDS)).isEqualTo("minetrue");
            assertThat(server.state()).isEqualTo(LifeState.RUNNING);
            assertThat(client.receive(1)).isEmpty();
        }
    }

    @Test
    void outsideAHandlerThereIsNothingToBind() {
        assertThatIllegalStateException().isThrownBy(() -> Server.bound(Server::current).run());
    }

    /** Else the server would wait for its handler, which waits for the thread, which waits for the server. */
    @Test
    void aBoundTaskMayCloseItsServer() throws Exception {
        var began = System.nanoTime();
        try (var server = Server.at(HERE).open(c -> Thread.ofVirtual().start(Server.bound(() -> Server.current().close())).join()).start();
                var client = Connection.to(HERE).open()) {
            assertThat(client.receive(1)).isEmpty();
            assertThat(server.drain(Duration.ofNanos(1)).stragglers()).isEmpty();
        }
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(4));
    }

    @Test
    void whatIsToBeClosedWithAServerIsClosedOnceAndBeforeItsCloseReturns() throws Exception {
        var log = new ArrayList<String>();
        var server = Server.at(HERE).open(c -> {});
        server.onClose(() -> {
            server.close(); // who runs it need not wait for himself
            log.add("one " + server.state());
            throw new AssertionError("is logged");
        });
        server.onClose(() -> log.add("two"));
        server.close();
        server.close();
        assertThat(log).containsExactly("one DRAINING", "two");
        server.onClose(() -> log.add("late"));
        assertThat(log).containsExactly("one DRAINING", "two", "late");
    }

    @Test
    void aSecondCloseWaitsForItToo() throws Exception {
        var go = new CountDownLatch(1);
        var server = Server.at(HERE).open(c -> {});
        server.onClose(() -> {
            try {
                go.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        var closers = List.of(Thread.ofVirtual().start(server::close), Thread.ofVirtual().start(server::close));
        Awaitility.await().until(() -> closers.stream().allMatch(t -> t.getState() == Thread.State.WAITING));
        go.countDown();
        for (var closer : closers) {
            assertThat(closer.join(Duration.ofSeconds(10))).isTrue();
        }
    }

    /** A byte of length, then as many of the same digit; 9 is no message. Tells by which way it was read. */
    private record Digits(boolean onArrays) implements ArrayFraming<String> {
        @Override
        public String read(DataInputStream in) throws IOException {
            var body = in.readNBytes(in.readUnsignedByte());
            return "stream " + checked(new String(body));
        }

        @Override
        public void write(String message, DataOutputStream out) throws IOException {
            out.writeByte(message.length());
            out.writeBytes(message);
        }

        @Override
        public int length(byte[] bytes, int offset, int available) {
            return onArrays ? 1 + bytes[offset] : 0;
        }

        @Override
        public String decode(byte[] bytes, int offset, int length) throws IOException {
            return "array " + checked(new String(bytes, offset + 1, length - 1));
        }

        private static String checked(String digits) throws ProtocolException {
            if (digits.startsWith("9")) {
                throw new ProtocolException("nine");
            }
            return digits;
        }

        @Override
        public int length(String message) {
            return 1 + message.length();
        }

        @Override
        public void encode(String message, byte[] into, int offset) {
            into[offset] = (byte) message.length();
            System.arraycopy(message.getBytes(), 0, into, offset + 1, message.length());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aFramingThatWorksOnArraysReadsThereWhatIsWhole(boolean onArrays) throws Exception {
        try (var acceptor = Server.at(HERE).listen(); var client = Connection.to(HERE).open(); var accepted = acceptor.accept()) {
            var frames = accepted.frames(new Digits(onArrays));
            var way = onArrays ? "array " : "stream ";
            client.send("\00222\003333\00199\0041");
            assertThat(frames.read()).isEqualTo(way + "22");
            assertThat(frames.read()).isEqualTo(way + "333");
            assertThat(frames.iterator().hasNext()).isTrue();
            assertThatThrownBy(frames::read).isInstanceOf(ProtocolException.class).hasMessageContaining("nine");
        }
        try (var acceptor = Server.at(HERE).listen(); var client = Connection.to(HERE).open(); var accepted = acceptor.accept()) {
            client.send("\0041");
            var reading = new FutureTask<>(() -> accepted.frames(new Digits(onArrays)).read());
            var reader = Thread.ofVirtual().start(reading);
            Awaitility.await().until(() -> reader.getState() == Thread.State.TIMED_WAITING || reader.getState() == Thread.State.WAITING);
            client.frames(new Digits(onArrays)).write("7");
            client.send("66");
            // The rest came later: it is read from the stream.
            assertThat(reading.get(10, TimeUnit.SECONDS)).isEqualTo("stream 1\00176");
        }
    }
}
