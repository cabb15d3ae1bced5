package dev.weft.chat;

import static dev.weft.chat.Chats.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The chat in lines, which is not the original's but what nc speaks (SPEC CH-4). */
@Timeout(60)
class ChatLinesTest {
    private final LogTap log = new LogTap();
    private ChatServer server;

    @BeforeEach
    void open() throws IOException {
        server = Chats.start(Chats.lines());
    }

    @AfterEach
    void close() {
        server.close();
        log.close();
    }

    @Test
    @DisplayName("CH-4: a line is a message, a newline ends each broadcast; several may come at once, and one in pieces")
    void linesAreMessages() throws IOException {
        try (var a = new Peer(server); var b = new Peer(server)) {
            a.say("one\ntwo\r\n\nthr");
            b.hears(a.stamped("one\n") + a.stamped("two\n") + a.stamped("\n"));
            a.say("ee 三\n");
            b.hears(a.stamped("three 三\n"));
        }
    }

    @Test
    @DisplayName("CH-6: the line quit ends a client; a last line may lack its end")
    void theLineQuitEnds() throws IOException {
        try (var a = new Peer(server); var b = new Peer(server)) {
            a.say(" quit\nquit\nnever heard\n");
            assertThat(b.line()).isEqualTo(a.stamped(" quit\n"));
            await().until(() -> server.clients().size() == 1);
            try (var c = new Peer(server)) {
                c.say("unended");
                c.endsItsHalf();
                b.hears(c.stamped("unended\n"));
            }
        }
    }

    @Test
    @DisplayName("CH-7: a line over the limit ends its sender, and the log says so")
    void aLineOverTheLimitEndsItsSender() throws IOException {
        try (var a = new Peer(server); var b = new Peer(server)) {
            a.say("x".repeat(16 * 1024) + "\n");
            b.hears(a.stamped("x".repeat(16 * 1024) + "\n"));
            a.say("x".repeat(16 * 1024 + 1) + "\n");
            await().until(() -> server.clients().size() == 1);
            assertThat(log.troubles()).singleElement().asString().contains("16384");
        }
    }

    @Test
    void aLineMustBeWholeInTime() throws IOException {
        var hasty = Chats.lines().deadlines(Chats.lines().deadlines().message(Duration.ofMillis(100)));
        try (var quick = Chats.start(hasty); var dribbler = new Peer(quick)) {
            dribbler.say("never");
            dribbler.hearsTheEnd();
            await().until(() -> !log.troubles().isEmpty());
            assertThat(log.troubles()).singleElement().asString().contains("100 ms");
        }
    }

    @Test
    void anyCharsetWillDoAndWhatItCannotSayIsReplaced() throws IOException {
        try (var latin = Chats.start(Chats.lines().wire(ChatWire.lines(StandardCharsets.ISO_8859_1))); var peer = new Peer(latin)) {
            peer.say("h\u00e9\u0085\n");
            peer.hears(peer.stamped("h\u00e9?\n"));
        }
    }

    @Test
    void aCharsetThatCannotBeReadInSuchUnitsIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> ChatWire.lines(StandardCharsets.UTF_16));
        assertThatIllegalArgumentException().isThrownBy(() -> ChatWire.classic(Charset.forName("ISO-2022-JP")));
        assertThatIllegalArgumentException().isThrownBy(() -> ChatWire.lines(Charset.forName("ISO-2022-JP")));
        assertThatIllegalArgumentException().isThrownBy(() -> ChatWire.lines().limit(1 << 20)).withMessageContaining("131072");
    }
}
