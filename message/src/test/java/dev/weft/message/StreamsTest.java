package dev.weft.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Streams of messages by the stream property (SPEC PR-W6). */
class StreamsTest extends EveryPlaceTest {
    private Messages joining() {
        return new Messages().onStream("up", (parts, p) -> {
            var all = new StringBuilder();
            for (var part : parts) {
                all.append(part.text()).append('.');
            }
            ends.heard.add(all.toString());
        });
    }

    @Test
    void aStreamsPartsReachOneHookInOrder() throws Exception {
        var peer = ends.client(joining(), new Messages());
        try (var up = peer.stream("up")) {
            up.write("a");
            up.write("b".getBytes());
        }
        assertThat(ends.next()).isEqualTo("a.b.");
        var finished = peer.stream("up");
        finished.write("c");
        finished.finish("d".getBytes());
        finished.close();
        assertThat(ends.next()).isEqualTo("c.d.");
        assertThatThrownBy(() -> finished.write("e")).isInstanceOf(IllegalStateException.class).hasMessageContaining("up is finished");
    }

    @Test
    void manyStreamsOfOneTypeGoOnBesideOneAnother() throws Exception {
        var peer = ends.client(joining(), new Messages());
        var streams = new ArrayList<OutgoingStream>();
        for (int i = 0; i < 10; i++) {
            streams.add(peer.stream("up"));
        }
        for (int part = 0; part < 3; part++) {
            for (int i = 0; i < 10; i++) {
                streams.get(i).write(i + "" + part);
            }
        }
        for (int i = 0; i < 10; i++) {
            streams.get(i).close();
            assertThat(ends.next()).isEqualTo("%d0.%d1.%d2.".formatted(i, i, i));
        }
    }

    /** PR-W6: a low-level sender of the original, which gives every part the id −1. */
    @Test
    void partsAreToldApartByWhateverIdTheyBear() throws Exception {
        var peer = ends.client(joining(), new Messages());
        var type = Message.type("up");
        peer.send(new Message(-1, type, "a".getBytes(), Message.PART));
        peer.send(new Message(-1, type, "b".getBytes(), Message.LAST_PART));
        assertThat(ends.next()).isEqualTo("a.b.");
        peer.send("up", "plain");
        assertThat(ends.next()).isEqualTo("plain.");
    }

    /** PR-W6: no reassembly for a plain hook. */
    @Test
    void aPlainHookGetsPartsAsTheyAre() throws Exception {
        var peer = ends.client(new Messages().on("up", (m, p) -> ends.heard.add(m.stream() + m.text())), new Messages());
        try (var up = peer.stream("up")) {
            up.write("a");
        }
        assertThat(ends.next()).isEqualTo("2a");
        assertThat(ends.next()).isEqualTo("3");
    }

    @Test
    void aRequestMayBeAnsweredByAStream() throws Exception {
        var peer = ends.client(new Messages().on("count", (m, p) -> {
            try (var down = p.stream(m, "counted")) {
                for (int i = 0; i < 1_000; i++) {
                    down.write("" + i);
                }
            }
        }).on("one", (m, p) -> p.send(m.reply("is", "alone"))), new Messages());
        try (var parts = peer.requestStream(Message.of("count", ""))) {
            for (int i = 0; i < 1_000; i++) {
                assertThat(parts.read().text()).isEqualTo("" + i);
            }
            assertThatThrownBy(parts::read).isInstanceOf(EOFException.class);
        }
        try (var one = peer.requestStream(Message.of("one", ""))) {
            assertThat(one.read().text()).isEqualTo("alone");
            assertThat(one).isEmpty();
        }
    }

    @Test
    void aStreamThatIsLeftEarlyHoldsNobodyUp() throws Exception {
        var atClient = new Messages();
        var peer = ends.client(new Messages().onParallel("count", (m, p) -> {
            try (var down = p.stream(m, "counted")) {
                for (int i = 0; i < 1_000; i++) {
                    down.write("" + i);
                }
            }
            ends.heard.add("sent");
        }).on("echo", (m, p) -> p.send(m.reply("echoed", ""))), atClient);
        var parts = peer.requestStream(Message.of("count", ""));
        assertThat(parts.read(Ends.SOON).text()).isEqualTo("0");
        parts.close();
        assertThat(ends.next()).isEqualTo("sent");
        peer.request("echo", "", Ends.SOON);
        assertThat(atClient.stats().lateReplies()).isPositive();
        assertThat(atClient.stats().unknown()).isZero();
    }

    @Test
    void aStreamThatNobodyReadsHoldsItsSenderUp() throws Exception {
        var go = new Semaphore(0);
        var peer = ends.client(new Messages().onStream("up", (parts, p) -> {
            go.acquire();
            var n = 0;
            for (var part : parts) {
                assertThat(part.text()).startsWith(n++ + " ");
            }
            ends.heard.add("" + n);
        }), new Messages());
        var sent = new AtomicInteger();
        var sender = Thread.ofVirtual().start(() -> {
            try (var up = peer.stream("up")) {
                for (int i = 0; i < 2_000; i++) {
                    up.write(i + " " + "x".repeat(10_000));
                    sent.incrementAndGet();
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        Awaitility.await().until(() -> sender.getState() == Thread.State.WAITING && sent.get() > IncomingStream.MOST);
        assertThat(sent.get()).isLessThan(2_000);
        go.release();
        assertThat(ends.next()).isEqualTo("2000");
        sender.join();
    }

    @Test
    void waitingForAPartMayTimeOutAndGoOn() throws Exception {
        var go = new Semaphore(0);
        var peer = ends.client(new Messages().onParallel("late", (m, p) -> {
            go.acquire();
            p.send(m.reply("is", "there"));
        }), new Messages());
        try (var parts = peer.requestStream(Message.of("late", ""))) {
            assertThatThrownBy(() -> parts.read(Duration.ofMillis(20))).isInstanceOf(SocketTimeoutException.class).hasMessageContaining("20 ms");
            go.release();
            assertThat(parts.read(Ends.SOON).text()).isEqualTo("there");
        }
    }

    @Test
    void theEndOfTheConnectionBreaksStreamsOff() throws Exception {
        var server = ends.serve(new Messages().onStream("up", (parts, p) -> {
            try {
                for (var part : parts) {
                    ends.heard.add(part.text());
                }
            } catch (UncheckedIOException e) {
                ends.heard.add("broken off");
            }
        }).on("count", (m, p) -> {
            p.stream(m, "counted").write("0");
            p.close();
        }));
        var peer = ends.connect(new Messages(), server);
        peer.stream("up").write("a");
        assertThat(ends.next()).isEqualTo("a");
        peer.close();
        assertThat(ends.next()).isEqualTo("broken off");
        var parts = ends.connect(new Messages(), server).requestStream(Message.of("count", ""));
        assertThat(parts.read(Ends.SOON).text()).isEqualTo("0");
        assertThatThrownBy(() -> parts.read(Ends.SOON)).isInstanceOf(IOException.class).hasMessageContaining("broke off");
    }

    @Test
    void oneStreamTooManyEndsTheConnection() throws Exception {
        var peer = ends.client(joining().parallelism(3), new Messages());
        for (int i = 0; i < 4; i++) {
            peer.stream("up").write("x");
        }
        assertThat(ends.failure()).isInstanceOf(ProtocolException.class).hasMessageContaining("too many open streams");
        peer.join();
    }

    /** Or a peer could have any number of them remembered. */
    @Test
    void streamsWhoseHookHasReturnedCountUntilTheirLastPart() throws Exception {
        var messages = new Messages().onStream("up", (parts, p) -> ends.heard.add("done")).parallelism(3);
        var peer = ends.client(messages, new Messages());
        for (int i = 0; i < 3; i++) {
            peer.stream("up").write("x");
            assertThat(ends.next()).isEqualTo("done");
        }
        peer.stream("up").write("x");
        assertThat(ends.failure()).isInstanceOf(ProtocolException.class).hasMessageContaining("too many open streams");
    }

    @Test
    void whatAStreamsHookLeavesUnreadIsDropped() throws Exception {
        var peer = ends.client(new Messages().onStream("up", (parts, p) -> ends.heard.add(parts.read().text()))
                .on("sync", (m, p) -> ends.heard.add("sync")), new Messages());
        try (var up = peer.stream("up")) {
            for (int i = 0; i < 1_000; i++) {
                up.write("" + i);
            }
        }
        peer.send("sync", "");
        assertThat(new String[] {ends.next(), ends.next()}).containsExactlyInAnyOrder("0", "sync");
    }

    @Test
    void aHookOnTheReadingThreadCannotReadAStreamOfItsOwn() throws Exception {
        ends.client(new Messages().on("x", (m, p) -> p.requestStream(m)), new Messages()).send("x", "");
        assertThat(ends.failure()).isInstanceOf(IllegalStateException.class).hasMessageContaining("onParallel");
    }
}
