package dev.weft.chat;

import static dev.weft.chat.Chats.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;

import dev.weft.net.DrainReport;
import dev.weft.net.LifeState;
import dev.weft.net.Outbox;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A drain and a close really end. */
@Timeout(60)
class ChatServerStopTest {
    private final LogTap log = new LogTap();

    @AfterEach
    void close() {
        log.close();
    }

    @Test
    @DisplayName("CH-BUG-1, CH-9: a drain wakes everybody, joins every thread, closes every socket and frees the port")
    void nothingIsLeft() throws IOException {
        var server = Chats.start(Chats.classic());
        try (var idle = new Peer(server); var talker = new Peer(server)) {
            talker.say("x");
            idle.hears(talker.stamped("x"));
            talker.hears(talker.stamped("x"));
            var threads = server.threads();
            assertThat(threads).hasSize(3);

            var report = server.drain(Duration.ofSeconds(5));

            assertThat(report.clean()).as("%s", report).isTrue();
            assertThat(report.finished()).isEqualTo(2);
            await().untilAsserted(() -> assertThat(threads).noneMatch(Thread::isAlive));
            assertThat(server.threads()).isEmpty();
            assertThat(server.clients()).isEmpty();
            idle.hearsTheEnd();
            talker.hearsTheEnd();
            assertThatThrownBy(() -> new Peer(server).close()).as("nobody listens there").isInstanceOf(ConnectException.class);
            assertThat(log.errors()).as("CH-BUG-6: nobody fails over a client that is gone").isEmpty();
        }
    }

    @Test
    void aSecondDrainReturnsTheFirstOnesReport() throws IOException {
        var server = Chats.start(Chats.classic());
        try (var peer = new Peer(server)) {
            var report = server.drain(Duration.ofSeconds(5));

            assertThat(server.drain(Duration.ofSeconds(5))).isSameAs(report);
            assertThat(report.finished()).isEqualTo(1);
            peer.hearsTheEnd();
        }
    }

    @Test
    void drainingWhatWasNeverStartedForbidsTheStart() {
        var server = new ChatServer();

        assertThat(server.drain(Duration.ofSeconds(5))).isEqualTo(new DrainReport(Duration.ZERO, 0, 0, 0, List.of()));
        assertThatIllegalStateException().isThrownBy(server::start);
        assertThat(server.state()).isEqualTo(LifeState.ENDED);
        server.join();
    }

    @Test
    void aCloseRacingWithStartAlwaysEnds() throws IOException {
        for (int i = 0; i < 50; i++) {
            var server = Chats.start(Chats.classic());
            server.close();
            assertThat(server.threads()).isEmpty();
        }
    }

    @Test
    void joinReturnsAfterTheEnd() throws Exception {
        var server = Chats.start(Chats.classic());
        var waiter = Thread.ofVirtual().start(server::join);
        await().until(() -> waiter.getState() == Thread.State.WAITING);

        server.close();

        assertThat(waiter.join(Duration.ofSeconds(10))).isTrue();
    }

    @Test
    @DisplayName("CH-BUG-1: half a character holds the drain no longer than its deadline")
    void aClientInTheMiddleOfACharacterIsInterrupted() throws IOException {
        var server = Chats.start(Chats.classic());
        try (var half = new Peer(server)) {
            half.say(new byte[] {'x', (byte) 0xc4});
            half.hears(half.stamped("x"));

            var report = server.drain(Duration.ofMillis(200));

            assertThat(report.took()).isLessThan(Duration.ofSeconds(3));
            assertThat(report.interrupted()).isEqualTo(1);
            assertThat(report.aborted()).isZero();
            half.hearsTheEnd();
            assertThat(log.errors()).isEmpty();
        }
    }

    @Test
    @DisplayName("CH-BUG-1, CH-BUG-3: a sender blocked by a client that does not read is freed by a drain")
    void blockedSendersAreFreed() throws Exception {
        var server = Chats.start(Chats.classic().outbox(Outbox.blocking(4).bytes(4096).patience(Duration.ofMinutes(5))));
        try (var deaf = new Peer(server, 4096); var talker = new Peer(server)) {
            assertThat(server.clients()).containsExactly(deaf.address(), talker.address());
            var threads = server.threads();
            var flood = Thread.ofVirtual().start(() -> {
                try {
                    while (true) {
                        talker.say("y".repeat(1024));
                    }
                } catch (IOException e) {
                    // The server is gone.
                }
            });
            var ears = Thread.ofVirtual().start(() -> {
                try {
                    talker.rest();
                } catch (IOException e) {
                    // So it is here.
                }
            });
            // The talker's own thread stands in the broadcast: it waits for room in front of the deaf one.
            await().until(() -> threads.stream().anyMatch(
                    t -> List.of(t.getStackTrace()).toString().contains("Group.send") && t.getState() == Thread.State.WAITING));

            var report = server.drain(Duration.ofMillis(300));

            assertThat(report.took()).isLessThan(Duration.ofSeconds(5));
            assertThat(report.aborted()).as("who never stops talking is ended by the interrupt too: %s", report).isZero();
            assertThat(server.threads()).isEmpty();
            assertThat(flood.join(Duration.ofSeconds(10))).isTrue();
            assertThat(ears.join(Duration.ofSeconds(10))).isTrue();
        }
    }

    @Test
    void everyCallThatRacesTheDrainEnds() throws Exception {
        var server = Chats.start(Chats.classic());
        try (var peer = new Peer(server); var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Callable<DrainReport> drain = () -> server.drain(Duration.ofSeconds(5));
            for (var report : threads.invokeAll(Collections.nCopies(8, drain))) {
                assertThat(report.get().finished()).isEqualTo(1);
            }
            peer.hearsTheEnd();
        }
    }

    @Test
    void noDescriptorIsLeft() throws IOException {
        var open = new File("/proc/self/fd");
        assumeTrue(open.isDirectory(), "no /proc/self/fd to count descriptors in");
        round();
        var before = open.list().length;
        for (int i = 0; i < 20; i++) {
            round();
        }
        await().untilAsserted(() -> assertThat(open.list().length).isLessThanOrEqualTo(before + 2));
    }

    private static void round() throws IOException {
        try (var server = Chats.start(Chats.classic()); var a = new Peer(server); var b = new Peer(server); var c = new Peer(server)) {
            a.say("quit");
            b.crash();
            await().until(() -> server.clients().equals(List.of(c.address())));
        }
    }
}
