package dev.weft.chat;

import static dev.weft.chat.Chats.await;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import dev.weft.net.Address;
import dev.weft.net.Connection;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Very many clients who come, say one line, and go, all at once. */
@Timeout(120)
class ManyResetsTest {
    private final LogTap log = new LogTap();

    @AfterEach
    void close() {
        log.close();
    }

    @Test
    @DisplayName("clients who come and go by the thousand are told in a few lines, and leave nothing behind")
    void resetsCostLittle() throws Exception {
        try (var server = Chats.start(Chats.lines())) {
            try (var alice = new Peer(server); var bob = new Peer(server)) {
                for (int i = 0; i < 2_000; i++) {
                    try (var c = Connection.to(Address.of("localhost", server.port())).open()) {
                        c.send("one line\n");
                        c.abort();
                    }
                    if (i % 200 == 0) {
                        alice.say("still here\n");
                        hears(bob, alice.stamped("still here\n"));
                    }
                }
                await().until(() -> server.clients().size() == 2);
                alice.say("over\n");
                hears(bob, alice.stamped("over\n"));
            }
            await().until(() -> server.stats().active() == 0);
        }
        assertThat(log.lines()).as("of some 2,000 clients").hasSizeLessThan(300);
        assertThat(log.errors()).isEmpty();
    }

    private static void hears(Peer peer, String line) throws IOException {
        while (!peer.line().equals(line)) {
            // what the others have said
        }
    }

    /** What is said at once reaches everybody whole, in each speaker's order, and takes fewer broadcasts than lines. */
    @Test
    @DisplayName("what many say at once goes out together, whole and in order")
    void whatIsSaidAtOnceGoesOutTogether() throws Exception {
        var speakers = 20;
        var lines = 100;
        try (var server = Chats.start(Chats.lines()); var listener = new Peer(server)) {
            var peers = new ArrayList<Peer>();
            for (int i = 0; i < speakers; i++) {
                peers.add(new Peer(server));
            }
            var begin = new CountDownLatch(1);
            var failed = new AtomicInteger();
            var threads = new ArrayList<Thread>();
            for (var peer : peers) {
                threads.add(Thread.ofVirtual().start(() -> {
                    try {
                        begin.await();
                        for (int n = 0; n < lines; n++) {
                            peer.say("line " + n + "\n");
                        }
                    } catch (IOException | InterruptedException e) {
                        failed.incrementAndGet();
                    }
                }));
            }
            begin.countDown();
            var next = new int[speakers];
            for (int i = 0; i < speakers * lines; i++) {
                var line = listener.line();
                for (int s = 0; s < speakers; s++) {
                    if (line.startsWith(peers.get(s).stamped(""))) {
                        assertThat(line).isEqualTo(peers.get(s).stamped("line " + next[s]++ + "\n"));
                    }
                }
            }
            for (var thread : threads) {
                assertThat(thread.join(java.time.Duration.ofNanos(TimeUnit.SECONDS.toNanos(10)))).isTrue();
            }
            assertThat(failed).hasValue(0);
            assertThat(next).containsOnly(lines);
            for (var peer : peers) {
                peer.close();
            }
        }
    }
}
