package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The order of all that leaves, under a peer that takes nothing for a while. In memory, where it is known what fits before a writer waits:
 * {@link #CAPACITY}.
 */
@Timeout(30)
class OutboundTest {
    /** What an in-memory connection holds of what its reader has not taken. */
    private static final int CAPACITY = 64 * 1024;
    private static final int MEBI = 1 << 20;
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final ManualClock clock = new ManualClock();
    private Connection here;
    private Connection peer;

    @BeforeEach
    void connect() throws IOException {
        try (var acceptor = Server.at(Address.memory("outbound")).listen()) {
            here = Connection.to(acceptor.address()).time(clock).deadlines(Deadlines.none().write(LIMIT)).open();
            peer = acceptor.accept();
        }
    }

    @AfterEach
    void end() {
        here.abort();
        peer.abort();
    }

    private record Blocked<T>(FutureTask<T> task, Thread thread) {
        T get() throws Exception {
            return task.get(20, TimeUnit.SECONDS);
        }
    }

    /** Runs it and waits until it blocks. */
    private static <T> Blocked<T> blocked(Callable<T> call) {
        var task = new FutureTask<>(call);
        var thread = Thread.ofVirtual().start(task);
        Awaitility.await().pollInterval(Duration.ofMillis(2)).until(() -> thread.getState() == Thread.State.WAITING);
        return new Blocked<>(task, thread);
    }

    private Blocked<Boolean> sending(byte[] bytes) {
        return blocked(() -> {
            here.send(bytes);
            return true;
        });
    }

    private static byte[] all(char of, int size) {
        var bytes = new byte[size];
        Arrays.fill(bytes, (byte) of);
        return bytes;
    }

    private byte[] take(int size) throws IOException {
        return peer.input().readNBytes(size);
    }

    private void fill() throws IOException {
        here.send(all('f', CAPACITY));
    }

    // Interrupts.

    @Test
    void theRestOfAnInterruptedWriteFollowsByItself() throws Exception {
        var first = sending(all('a', MEBI));
        first.thread.interrupt();
        assertThatThrownBy(first::get).cause().isInstanceOfSatisfying(InterruptedIOException.class,
                e -> assertThat(e.bytesTransferred).isBetween(1, MEBI - 1));
        assertThat(here.isOpen()).isTrue();
        var second = sending(all('b', MEBI));
        assertThat(take(MEBI)).isEqualTo(all('a', MEBI));
        assertThat(take(MEBI)).isEqualTo(all('b', MEBI));
        assertThat(second.get()).isTrue();
    }

    @Test
    void nothingOfAWriteThatWasInterruptedBeforeItBeganFollows() throws Exception {
        fill();
        var writing = sending(all('x', MEBI));
        var inLine = sending(all('y', MEBI));
        inLine.thread.interrupt();
        assertThatThrownBy(inLine::get).cause().isInstanceOf(InterruptedIOException.class);
        writing.thread.interrupt();
        assertThatThrownBy(writing::get).cause()
                .isInstanceOfSatisfying(InterruptedIOException.class, e -> assertThat(e.bytesTransferred).isZero());
        var next = sending(all('z', 10));
        assertThat(take(CAPACITY)).isEqualTo(all('f', CAPACITY));
        assertThat(take(10)).isEqualTo(all('z', 10));
        assertThat(next.get()).isTrue();
    }

    @Test
    void answersThatWereGatheredSurviveAnInterruptWhileTheyWaitForTheirTurn() throws Exception {
        peer.send("1\n2\n");
        fill();
        var other = sending(all('o', 10));
        var answering = blocked(() -> {
            var lines = here.lines();
            lines.write("answer to " + lines.read());
            lines.flush();
            return true;
        });
        answering.thread.interrupt();
        assertThatThrownBy(answering::get).cause().isInstanceOf(InterruptedIOException.class);
        assertAnsweredBehind("f".repeat(CAPACITY) + "o".repeat(10));
        assertThat(other.get()).isTrue();
    }

    @Test
    void answersThatWereGatheredSurviveAnInterruptWhileThePeerTakesNothing() throws Exception {
        peer.send("1\n2\n");
        fill();
        var answering = blocked(() -> {
            var lines = here.lines();
            lines.write("answer to " + lines.read());
            lines.read();
            return lines.read(); // which would block, so the answer leaves first
        });
        answering.thread.interrupt();
        assertThatThrownBy(answering::get).cause().isInstanceOf(InterruptedIOException.class);
        assertAnsweredBehind("f".repeat(CAPACITY));
    }

    private void assertAnsweredBehind(String before) throws Exception {
        var closing = Thread.ofVirtual().start(here::close);
        assertThat(new String(peer.input().readAllBytes())).isEqualTo(before + "answer to 1\n");
        closing.join();
    }

    // Taken along: behind what fills the pipe, b leaves together with c.

    /** One writes b, then another c; returns when what stood before has gone and b's write, with c in it, waits for room. */
    private Blocked<Boolean>[] together(int b, int c) throws Exception {
        fill();
        var first = sending(all('a', 10));
        @SuppressWarnings({"unchecked", "rawtypes"}) Blocked<Boolean>[] both = new Blocked[] {sending(all('b', b)), sending(all('c', c))};
        take(10);
        assertThat(first.get()).isTrue();
        Awaitility.await().until(() -> both[0].thread.getState() == Thread.State.WAITING && both[1].thread.getState() == Thread.State.WAITING);
        return both;
    }

    private static void assertInterrupted(Blocked<?> writer, int transferred) {
        assertThatThrownBy(writer::get).cause().isInstanceOfSatisfying(InterruptedIOException.class,
                e -> assertThat(e.bytesTransferred).isEqualTo(transferred));
    }

    private void assertNextIs(String expected) throws IOException {
        assertThat(new String(take(expected.length()))).isEqualTo(expected);
    }

    @Test
    void whoIsTakenAlongReturnsWhenItHasLeft() throws Exception {
        var both = together(20, 30);
        take(CAPACITY - 10);
        assertNextIs("a".repeat(10) + "b".repeat(20) + "c".repeat(30));
        assertThat(both[0].get()).isTrue();
        assertThat(both[1].get()).isTrue();
    }

    @Test
    void whatWasTakenAlongFollowsThoughItsWriterIsInterrupted() throws Exception {
        var both = together(20, 30);
        both[1].thread.interrupt();
        assertInterrupted(both[1], 30);
        take(CAPACITY - 10);
        assertNextIs("a".repeat(10) + "b".repeat(20) + "c".repeat(30));
        assertThat(both[0].get()).isTrue();
    }

    @Test
    void anInterruptOfWhoseTurnItIsTakesBackHisOwnAlone() throws Exception {
        var both = together(20, 30);
        both[0].thread.interrupt();
        assertInterrupted(both[0], 0);
        assertThat(both[1].task.isDone()).isFalse();
        take(CAPACITY - 10);
        assertNextIs("a".repeat(10) + "c".repeat(30));
        assertThat(both[1].get()).isTrue();
    }

    @Test
    void anInterruptInTheMiddleLetsTheRestOfBothFollow() throws Exception {
        var both = together(40_000, 20_000);
        take(10_000);
        Awaitility.await().until(() -> here.bytesOut() == CAPACITY + 10 + 10_000);
        both[0].thread.interrupt();
        assertInterrupted(both[0], 10_000);
        assertThat(both[1].task.isDone()).isFalse();
        take(CAPACITY - 10_010);
        assertNextIs("a".repeat(10) + "b".repeat(40_000) + "c".repeat(20_000));
        assertThat(both[1].get()).isTrue();
    }

    @Test
    void whoIsTakenAlongIsToldOfTheFailure() throws Exception {
        var both = together(20, 30);
        here.abort();
        assertThatThrownBy(both[0]::get).cause().isInstanceOf(SocketException.class).hasMessageContaining("aborted");
        assertThatThrownBy(both[1]::get).cause().isInstanceOf(SocketException.class).hasMessageContaining("aborted");
    }

    @Test
    void closingWaitsForWhoIsTakenAlong() throws Exception {
        var both = together(20, 30);
        var closing = blocked(() -> {
            here.close();
            return here.isOpen();
        });
        assertThat(new String(peer.input().readAllBytes())).endsWith("a".repeat(10) + "b".repeat(20) + "c".repeat(30));
        assertThat(both[0].get()).isTrue();
        assertThat(both[1].get()).isTrue();
        assertThat(closing.get()).isFalse();
    }

    // Deadlines.

    @Test
    void aWriteOfWhichThePeerTakesNothingAbortsTheConnection() throws Exception {
        var writing = sending(all('a', MEBI));
        var inLine = sending(all('b', MEBI));
        Awaitility.await().until(() -> clock.scheduled() == 1);
        clock.advance(LIMIT.minusMillis(1));
        assertThat(writing.task.isDone()).isFalse();
        clock.advance(Duration.ofMillis(1));
        assertThatThrownBy(writing::get).cause().isInstanceOf(SocketTimeoutException.class).hasMessageContaining("30 s")
                .hasMessageContaining("dropped");
        assertThatThrownBy(inLine::get).cause().isInstanceOf(SocketException.class).hasMessageContaining("took nothing");
        assertThat(here.isOpen()).isFalse();
        assertThatThrownBy(() -> peer.input().readAllBytes()).isInstanceOf(SocketException.class).hasMessageContaining("reset");
        assertThatThrownBy(() -> here.send("later")).isInstanceOf(SocketException.class);
    }

    @Test
    void aWriteThatMakesProgressNowAndThenMayTakeAsLongAsItLikes() throws Exception {
        var writing = sending(all('a', MEBI));
        for (int i = 0; i < MEBI / CAPACITY; i++) {
            Awaitility.await().pollInterval(Duration.ofMillis(2)).until(() -> writing.task.isDone()
                    || (here.bytesOut() - peer.bytesIn() == CAPACITY && writing.thread.getState() == Thread.State.WAITING));
            clock.advance(LIMIT.minusMillis(1));
            take(CAPACITY);
        }
        assertThat(writing.get()).isTrue();
    }

    // Order.

    @Test
    void wholeCallsNeverInterleave() throws Exception {
        var writers = new ArrayList<Thread>();
        for (char c = 'a'; c < 'i'; c++) {
            var block = all(c, 100_000);
            writers.add(Thread.ofVirtual().start(() -> {
                try {
                    here.send(block);
                    here.output().write(block);
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            }));
        }
        for (int i = 0; i < 16; i++) {
            var block = take(100_000);
            assertThat(block).isEqualTo(all((char) block[0], 100_000));
        }
        for (var writer : writers) {
            writer.join();
        }
    }

    @Test
    void whatIsPostedTakesItsTurnBetweenDirectWrites() throws Exception {
        var group = new Group<>(Framing.lines());
        group.join(here);
        fill();
        var first = sending("first\n".getBytes());
        group.send("posted");
        var second = sending("second\n".getBytes());
        take(CAPACITY);
        assertThat(first.get()).isTrue();
        assertThat(second.get()).isTrue();
        assertThat(new String(take(20))).isEqualTo("first\nposted\nsecond\n");
    }

    // Ends.

    @Test
    void closingWaitsForWhatWasPosted() throws Exception {
        var group = new Group<>(Framing.lines(), Outbox.disconnecting(100).bytes(2 * MEBI));
        group.join(here);
        group.send("p".repeat(MEBI));
        group.send("q");
        var closing = blocked(() -> {
            here.close();
            return here.isOpen();
        });
        assertThat(peer.input().readAllBytes()).hasSize(MEBI + 3).endsWith("p\nq\n".getBytes());
        assertThat(closing.get()).isFalse();
    }

    @Test
    void closingWaitsNoLongerThanTheWriteDeadline() throws Exception {
        var group = new Group<>(Framing.lines(), Outbox.disconnecting(100).bytes(2 * MEBI));
        group.join(here);
        group.send("p".repeat(MEBI));
        var closing = blocked(() -> {
            here.close();
            return here.isOpen();
        });
        Awaitility.await().until(() -> clock.scheduled() > 0);
        clock.advance(LIMIT);
        assertThat(closing.get()).isFalse();
    }

    @Test
    void closingLetsTheWriteOfAnotherThreadFinish() throws Exception {
        var writing = sending(all('a', MEBI));
        var closing = blocked(() -> {
            here.close();
            return here.isOpen();
        });
        assertThat(peer.input().readAllBytes()).isEqualTo(all('a', MEBI));
        assertThat(writing.get()).isTrue();
        assertThat(closing.get()).isFalse();
    }

    @Test
    void abortingWaitsForNothingAndTellsWhoWrites() throws Exception {
        var group = new Group<>(Framing.lines());
        group.join(here);
        var writing = sending(all('a', MEBI));
        var inLine = sending(all('b', MEBI));
        group.send("posted");
        here.abort();
        assertThat(here.isOpen()).isFalse();
        assertThatThrownBy(writing::get).cause().isInstanceOf(SocketException.class).hasMessageContaining("aborted");
        assertThatThrownBy(inLine::get).cause().isInstanceOf(SocketException.class).hasMessageContaining("aborted");
        assertThatThrownBy(() -> peer.input().readAllBytes()).isInstanceOf(SocketException.class).hasMessageContaining("reset");
        assertThat(group.members()).isEmpty();
    }

    @Test
    void aSecondCloseReturnsAtOnce() throws Exception {
        var writing = sending(all('a', MEBI));
        var closing = blocked(() -> {
            here.close();
            return true;
        });
        here.close();
        assertThat(closing.task.isDone()).isFalse();
        take(MEBI);
        assertThat(closing.get()).isTrue();
        assertThat(writing.get()).isTrue();
    }

    @Test
    void anInterruptedCloseClosesAndKeepsTheInterrupt() throws Exception {
        var writing = sending(all('a', MEBI));
        var closing = blocked(() -> {
            here.close();
            return Thread.currentThread().isInterrupted();
        });
        closing.thread.interrupt();
        assertThat(closing.get()).isTrue();
        assertThat(here.isOpen()).isFalse();
        assertThatThrownBy(writing::get).cause().isInstanceOf(SocketException.class).hasMessageContaining("was closed");
    }

    @Test
    void afterTheOutgoingHalfWasEndedAWriteSaysSo() throws Exception {
        here.shutdownOutput();
        assertThat(peer.receive(1)).isEmpty();
        for (int i = 0; i < 2; i++) {
            org.assertj.core.api.Assertions.assertThatThrownBy(() -> here.send("more")).isInstanceOf(java.net.SocketException.class)
                    .hasMessageContaining("the outgoing half was ended here");
        }
        peer.send("back\n");
        assertThat(here.readLine()).isEqualTo("back");
    }
}
