package dev.weft.chat;

import static dev.weft.chat.Chats.await;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;

import dev.weft.net.Outbox;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A receiver that does not read, under each policy of its outbox; nobody else may notice. */
@Timeout(60)
class SlowReceiverTest {
    private static final int SMALL = 4096;
    private static final String TEXT = "x".repeat(15_000);
    private final LogTap log = new LogTap();

    @AfterEach
    void close() {
        log.close();
    }

    @Test
    @DisplayName("CH-BUG-3: one that never reads is disconnected when its outbox is full; the others lose nothing")
    void aDeafOneIsDisconnected() throws IOException {
        try (var server = Chats.start(Chats.lines().outbox(Outbox.disconnecting(16))); var deaf = new Peer(server, SMALL);
                var talker = new Peer(server); var listener = new Peer(server)) {
            talkUntil(talker, listener, () -> !server.clients().contains(deaf.address()));

            assertThat(server.clients()).containsExactly(talker.address(), listener.address());
            assertThat(log.troubles()).singleElement().asString().contains(deaf.address().toString(), "too slow");
            assertThat(server.stats().tooSlow()).isEqualTo(1);
            assertThat(log.lines()).contains("INFO ('127.0.0.1', " + deaf.address().port() + ") bye bye");
        }
    }

    @Test
    @DisplayName("CH-BUG-3: dropping the oldest keeps the slow one in, and gives it whole messages, the newest last")
    void aSlowOneMissesTheOldest() throws IOException {
        try (var server = Chats.start(Chats.lines().outbox(Outbox.droppingOldest(16))); var slow = new Peer(server, SMALL);
                var talker = new Peer(server); var listener = new Peer(server)) {
            var said = 0;
            for (; said < 1_000; said++) {
                talker.say(said + " " + TEXT + "\n");
                talker.line();
                listener.line();
            }
            talker.say("last\n");
            assertThat(server.clients()).contains(slow.address());

            var heard = 0;
            var number = -1;
            for (var line = slow.line(); !line.equals(talker.stamped("last\n")); line = slow.line()) {
                var next = Integer.parseInt(line.substring(talker.stamped("").length()).split(" ", 2)[0]);
                assertThat(next).isGreaterThan(number);
                assertThat(line).isEqualTo(talker.stamped(next + " " + TEXT + "\n"));
                number = next;
                heard++;
            }
            assertThat(heard).isLessThan(said);
            assertThat(number).isEqualTo(said - 1);
        }
    }

    @Test
    @DisplayName("CH-BUG-3: blocking slows the speaker, until the deaf one's patience is over")
    void aDeafOneBlocksTheSpeakerForItsPatienceOnly() throws IOException {
        var outbox = Outbox.blocking(4).patience(Duration.ofMillis(300));
        try (var server = Chats.start(Chats.lines().outbox(outbox)); var deaf = new Peer(server, SMALL); var talker = new Peer(server);
                var listener = new Peer(server)) {
            talkUntil(talker, listener, () -> !server.clients().contains(deaf.address()));

            assertThat(server.clients()).containsExactly(talker.address(), listener.address());
        }
    }

    @Test
    @DisplayName("CH-BUG-2: a receiver that is gone hurts no sender, and is deregistered")
    void deadOnesHurtNobody() throws IOException {
        try (var server = Chats.start(Chats.classic()); var talker = new Peer(server); var listener = new Peer(server)) {
            for (int i = 0; i < 50; i++) {
                new Peer(server).crash();
                talker.say("m" + i);
                talker.hears(talker.stamped("m" + i));
                listener.hears(talker.stamped("m" + i));
            }
            await().until(() -> server.clients().equals(List.of(talker.address(), listener.address())));
        }
    }

    @Test
    @DisplayName("CH-BUG-6: nothing is sent in part, however slowly it is read")
    void aSlowReaderGetsEveryByte() throws IOException {
        try (var server = Chats.start(Chats.lines().outbox(Outbox.disconnecting(1024).bytes(64 << 20))); var slow = new Peer(server, SMALL);
                var talker = new Peer(server)) {
            for (int i = 0; i < 500; i++) {
                talker.say(i + " " + "z".repeat(16_000) + "\n");
                talker.line();
            }
            for (int i = 0; i < 500; i++) {
                assertThat(slow.line()).isEqualTo(talker.stamped(i + " " + "z".repeat(16_000) + "\n"));
            }
        }
    }

    private static void talkUntil(Peer talker, Peer listener, Callable<Boolean> done) throws IOException {
        await().until(() -> {
            talker.say(TEXT + "\n");
            assertThat(talker.line()).isEqualTo(talker.stamped(TEXT + "\n"));
            assertThat(listener.line()).isEqualTo(talker.stamped(TEXT + "\n"));
            return done.call();
        });
    }
}
