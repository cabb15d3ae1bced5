package dev.weft.message;

import static dev.weft.message.WireBytes.header;
import static dev.weft.message.WireBytes.hex;
import static dev.weft.message.WireBytes.join;
import static dev.weft.message.WireBytes.written;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;

import dev.weft.net.Connection;
import dev.weft.net.Transports;
import dev.weft.net.spi.Transport;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** Peers and hooks that do what they should not harm their own connection, and another one gets its echoes all the while. */
@ParameterizedClass(name = "{0}")
@ValueSource(strings = {"nio", "memory", "epoll", "io_uring"})
@Timeout(60)
class HostilePeersTest {
    private static final Duration SHORT = Duration.ofMillis(300);
    private static final int MILLION = 1_000_000;
    /** What sockets hold is some ten megabytes; a thousand replies of this size are one. */
    private static final byte[] KILOBYTE = new byte[1_000];
    private static final int FAR_LESS_THAN_A_MILLION = 200_000;
    private static final long FAR_LESS_THAN_A_GIGABYTE = 64 << 20;

    private final Transport transport;

    HostilePeersTest(String name) {
        transport = Transports.named(name);
        assumeTrue(transport.unavailable().isEmpty(), () -> "SKIPPED: no " + name + " here: " + transport.unavailable().orElse(""));
    }

    private HostileStage stage(Messages messages) throws IOException {
        return new HostileStage(transport, messages, UnaryOperator.identity());
    }

    /** Everything that the server says until it has ended the connection, in whatever way. */
    private static byte[] hearAll(Connection c) {
        var all = new byte[0];
        try {
            for (byte[] more; (more = c.receive(4_096)).length > 0;) {
                all = join(all, more);
            }
        } catch (SocketTimeoutException e) {
            throw new AssertionError("the server did not end the connection", e);
        } catch (IOException e) {
            // A reset is an end too: what the server had not read when it closed causes one.
        }
        return all;
    }

    /** Says it all, unless the server ends the connection before. */
    private static void say(Connection c, byte[] bytes) {
        try {
            c.send(bytes);
        } catch (IOException e) {
            assertThat(e).isNotInstanceOf(SocketTimeoutException.class);
        }
    }

    private static long heap() {
        System.gc();
        var runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    @Test
    @DisplayName("PR-W10, PR-W12: garbage without end")
    void garbage() throws Exception {
        try (var stage = stage(new Messages().limit(10_000)); var hostile = stage.dial()) {
            var garbage = new byte[200_000];
            Arrays.fill(garbage, (byte) '<');
            say(hostile, garbage);
            assertThat(hearAll(hostile)).isEmpty();
            assertThat(stage.failures().next()).isInstanceOf(ProtocolException.class);
            stage.assertAlone();
        }
    }

    @Test
    @DisplayName("PR-W10, PR-W11: random bytes, and random bytes in frames")
    void randomBytes() throws Exception {
        var random = new Random(4);
        try (var stage = stage(new Messages())) {
            for (int i = 0; i < 20; i++) {
                var bytes = new byte[1 + random.nextInt(3_000)];
                random.nextBytes(bytes);
                try (var hostile = stage.dial()) {
                    say(hostile, i % 2 == 0 ? bytes : join(header(bytes.length), bytes));
                    try {
                        hostile.shutdownOutput();
                    } catch (IOException e) {
                        // The server was faster.
                    }
                    hearAll(hostile);
                }
                assertThat(stage.failures().next()).isInstanceOf(ProtocolException.class);
            }
            stage.assertAlone();
        }
    }

    @Test
    @DisplayName("PR-W1, PR-W12: lengths too great, and below zero for who has no unsigned numbers")
    void oversized() throws Exception {
        try (var stage = stage(new Messages())) {
            for (var header : new String[] {"3c57 01000001", "3c57 7fffffff", "3c57 80000000", "3c57 ffffffff"}) {
                try (var hostile = stage.dial()) {
                    hostile.send(hex(header));
                    assertThat(hearAll(hostile)).isEmpty();
                    assertThat(stage.failures().next()).isInstanceOf(ProtocolException.class).hasMessageContaining("limit");
                }
            }
            stage.assertAlone();
        }
    }

    @Test
    @DisplayName("PR-W13: frames that end too early")
    void truncated() throws Exception {
        var frame = WireVector.HELLO.bytes();
        try (var stage = stage(new Messages())) {
            for (int length = 1; length < frame.length; length++) {
                try (var hostile = stage.dial()) {
                    hostile.send(Arrays.copyOf(frame, length));
                    hostile.shutdownOutput();
                    assertThat(hearAll(hostile)).isEmpty();
                    assertThat(stage.failures().next()).isInstanceOf(ProtocolException.class);
                }
            }
            stage.assertAlone();
        }
    }

    @Test
    @DisplayName("PR-W13, PR-BUG-14: peers that are gone in mid-frame")
    void gone() throws Exception {
        try (var stage = stage(new Messages())) {
            for (int i = 0; i < 10; i++) {
                var hostile = stage.dial();
                hostile.send(join(written(Message.of("echo", KILOBYTE)), header(MILLION), KILOBYTE));
                hostile.abort();
            }
            HostileStage.eventually().until(() -> stage.server().stats().accepted() == 11);
            stage.assertAlone();
        }
    }

    @Test
    @DisplayName("PR-W7: empty frames, as many as go")
    void allDefault() throws Exception {
        var count = 50_000;
        var seen = new AtomicInteger();
        try (var stage = stage(new Messages().on(0, (m, peer) -> seen.incrementAndGet())); var hostile = stage.dial()) {
            var frames = new byte[6 * count];
            for (int i = 0; i < count; i++) {
                System.arraycopy(header(0), 0, frames, 6 * i, 6);
            }
            hostile.send(frames);
            HostileStage.eventually().untilAsserted(() -> assertThat(seen).hasValue(count));
            stage.assertUnharmed();
            hostile.shutdownOutput();
            stage.assertAlone();
            assertThat(stage.failures().isEmpty()).isTrue();
        }
    }

    @Test
    @DisplayName("PR-W9: a frame that dribbles has a deadline for all of it")
    void dribble() throws Exception {
        try (var stage = new HostileStage(transport, new Messages(), d -> d.message(SHORT));
                var hostile = stage.dial(Duration.ofMillis(10))) {
            hostile.send(header(MILLION));
            var open = true;
            while (open) {
                try {
                    open = hostile.receive(1).length > 0;
                } catch (SocketTimeoutException e) { // nothing for a while: on with the next byte
                    say(hostile, new byte[1]);
                } catch (IOException e) {
                    open = false;
                }
            }
            assertThat(stage.failures().next()).isInstanceOf(SocketTimeoutException.class);
            stage.assertAlone();
        }
    }

    @Test
    @DisplayName("PR-W14: a million replies to a client that does not read stay where they are")
    void aMillionReplies() throws Exception {
        var sent = new AtomicLong();
        var before = heap();
        var after = new AtomicLong();
        var messages = new Messages().on("flood", (m, peer) -> {
            try {
                for (int i = 0; i < MILLION; i++) {
                    peer.send(m.reply("flooded", KILOBYTE));
                    sent.incrementAndGet();
                }
            } finally {
                after.set(heap());
            }
        });
        try (var stage = new HostileStage(transport, messages, d -> d.write(SHORT)); var hostile = stage.dial()) {
            hostile.send(written(Message.of("flood", new byte[0])));
            stage.assertUnharmed();
            assertThat(stage.failures().next()).isInstanceOf(SocketTimeoutException.class);
            assertThat(sent).hasValueLessThan(FAR_LESS_THAN_A_MILLION);
            assertThat(after.get() - before).isLessThan(FAR_LESS_THAN_A_GIGABYTE);
            stage.assertAlone();
        }
    }

    @Test
    @DisplayName("PR-W14, PR-H3: nor do many hooks beside the reader fill the memory with what nobody reads")
    void aMillionRepliesOfManyThreads() throws Exception {
        var hooks = 50;
        var sent = new AtomicLong();
        var failures = new LinkedBlockingQueue<Exception>();
        var before = heap();
        var after = new AtomicLong();
        var messages = new Messages().onParallel("flood", (m, peer) -> {
            try {
                for (int i = 0; i < MILLION / hooks; i++) {
                    peer.send(m.reply("flooded", KILOBYTE));
                    sent.incrementAndGet();
                }
            } catch (SocketTimeoutException e) {
                after.set(heap());
                failures.add(e);
                throw e;
            }
        });
        try (var stage = new HostileStage(transport, messages, d -> d.write(SHORT)); var hostile = stage.dial()) {
            for (int i = 0; i < hooks; i++) {
                hostile.send(written(Message.of("flood", new byte[0])));
            }
            assertThat(failures.poll(20, TimeUnit.SECONDS)).isNotNull();
            stage.assertAlone();
            assertThat(failures).isEmpty();
            assertThat(sent).hasValueLessThan(FAR_LESS_THAN_A_MILLION);
            assertThat(after.get() - before).isLessThan(FAR_LESS_THAN_A_GIGABYTE);
        }
    }

    @Test
    @DisplayName("PR-W14: a client that asks and asks and never reads is held up, then dropped")
    void asksAndNeverReads() throws Exception {
        var messages = new Messages();
        try (var stage = new HostileStage(transport, messages, d -> d.write(SHORT)); var hostile = stage.dial()) {
            var asked = new AtomicLong();
            var question = written(Message.of("echo", KILOBYTE));
            Thread.ofVirtual().start(() -> {
                try {
                    for (int i = 0; i < MILLION; i++) {
                        hostile.send(question);
                        asked.incrementAndGet();
                    }
                } catch (IOException e) {
                    // dropped
                }
            });
            stage.assertUnharmed();
            assertThat(stage.failures().next()).isInstanceOf(SocketTimeoutException.class);
            assertThat(asked).hasValueLessThan(FAR_LESS_THAN_A_MILLION);
            stage.assertAlone();
        }
    }

    @Test
    @DisplayName("PR-D6: a hook that throws ends its connection, whatever it throws and wherever it runs")
    void hooksThatThrow() throws Exception {
        var messages = new Messages().on("exception", (m, peer) -> {
            throw new IOException("thrown");
        }).on("runtime exception", (m, peer) -> {
            throw new IllegalStateException("thrown");
        }).on("error", (m, peer) -> {
            throw new AssertionError("thrown");
        }).onParallel("beside", (m, peer) -> {
            throw new IllegalStateException("thrown");
        });
        try (var stage = stage(messages)) {
            for (var type : new String[] {"exception", "runtime exception", "error", "beside"}) {
                try (var hostile = stage.dial()) {
                    hostile.send(written(Message.of(type, "")));
                    assertThat(hearAll(hostile)).isEmpty();
                    assertThat(stage.failures().next()).hasMessage("thrown");
                }
            }
            stage.assertAlone();
        }
    }

    @Test
    @DisplayName("PR-D6: a hook that never ends exhausts its own stack")
    void aHookWithoutEnd() throws Exception {
        try (var stage = stage(new Messages().on("recursion", HostilePeersTest::recurse)); var hostile = stage.dial()) {
            hostile.send(written(Message.of("recursion", "")));
            assertThat(hearAll(hostile)).isEmpty();
            assertThat(stage.failures().next()).isInstanceOf(StackOverflowError.class);
            stage.assertAlone();
        }
    }

    @SuppressWarnings("InfiniteRecursion") // is what it is for
    private static void recurse(Message m, Peer peer) {
        recurse(m.id(m.id() + 1), peer);
    }

    @Test
    @DisplayName("PR-H3: a hook that blocks holds up its own connection")
    void aHookThatBlocks() throws Exception {
        var entered = new CountDownLatch(3);
        var released = new CountDownLatch(1);
        var messages = new Messages().on("block", (m, peer) -> {
            entered.countDown();
            released.await();
            peer.send(m);
        });
        var block = written(Message.of("block", "x"));
        try (var stage = stage(messages); var one = stage.dial(); var two = stage.dial(); var three = stage.dial()) {
            for (var hostile : new Connection[] {one, two, three}) {
                hostile.send(block);
            }
            entered.await();
            stage.assertUnharmed();
            released.countDown();
            for (var hostile : new Connection[] {one, two, three}) {
                assertThat(hostile.input().readNBytes(block.length)).isEqualTo(block);
            }
        }
    }

    @Test
    @DisplayName("PR-D4: a hook that closes ends its connection, after what it sent")
    void aHookThatCloses() throws Exception {
        var messages = new Messages().on("close", (m, peer) -> {
            peer.send(m);
            peer.close();
        });
        var close = written(Message.of("close", "x"));
        try (var stage = stage(messages); var hostile = stage.dial()) {
            hostile.send(close);
            assertThat(hearAll(hostile)).isEqualTo(close);
            stage.assertAlone();
            assertThat(stage.failures().isEmpty()).isTrue();
        }
    }
}
