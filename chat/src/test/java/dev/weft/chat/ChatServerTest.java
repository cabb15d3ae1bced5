package dev.weft.chat;

import static dev.weft.chat.Chats.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.BindException;
import java.net.Socket;
import java.nio.charset.Charset;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

import dev.weft.net.Address;
import dev.weft.net.Connection;
import dev.weft.net.Deadlines;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the original's chat does, on its own wire: GBK, one read is one message. */
@Timeout(60)
class ChatServerTest {
    private static final Charset GBK = Charset.forName("GBK");
    private final LogTap log = new LogTap();
    private ChatServer server;

    @BeforeEach
    void open() throws IOException {
        server = Chats.start(Chats.classic());
    }

    @AfterEach
    void close() {
        server.close();
        log.close();
    }

    @Test
    @DisplayName("CH-2: localhost, port 9999, GBK and reads of 1,024 bytes are the defaults")
    void theDefaultsAreTheOriginals() {
        var original = new ChatServer();

        assertThat(original.address()).isEqualTo(Address.of("localhost", 9999));
        assertThat(original.options().wire()).isEqualTo(new ChatWire(ChatWire.Unit.READ, GBK, 1024));
    }

    @Test
    @DisplayName("CH-2: start listens, starts the thread Accept and returns; each client has a thread")
    void startReturnsWhileItsThreadsServe() throws IOException {
        assertThat(server.threads()).extracting(Thread::getName).containsExactly("Accept");
        try (var a = new Peer(server); var b = new Peer(server)) {
            assertThat(server.clients()).containsExactly(a.address(), b.address());
            assertThat(server.threads()).hasSize(3).doesNotHaveDuplicates().allMatch(Thread::isAlive);
        }
    }

    @Test
    @DisplayName("CH-2: a server starts once")
    void aSecondStartIsRefused() {
        assertThatIllegalStateException().isThrownBy(server::start)
                .withMessageContaining("start: chat at").withMessageContaining("is RUNNING, not NEW");
        server.close();
        assertThatIllegalStateException().isThrownBy(server::start).withMessageContaining("is ENDED, not NEW");
    }

    @Test
    void aTakenPortIsNamedAndMayBeTriedAgain() throws IOException {
        var second = new ChatServer(Address.of("localhost", server.port()), Chats.classic());

        assertThatThrownBy(second::start).isInstanceOf(BindException.class).hasMessageContaining("localhost:" + server.port());

        server.close();
        second.start().close();
    }

    @Test
    @DisplayName("CH-3, CH-5: three clients chat; everybody, the sender too, gets exactly the stamped bytes in GBK")
    void threeClientsChat() throws IOException {
        try (var a = new Peer(server); var b = new Peer(server); var c = new Peer(server)) {
            for (var speaker : List.of(a, b, c)) {
                speaker.say("大家好 all");
                for (var listener : List.of(a, b, c)) {
                    listener.hears(speaker.stamped("大家好 all"));
                }
            }
        }
    }

    @Test
    @DisplayName("CH-3: the stamp is the local time, to the second")
    void theStampIsLocalTime() throws IOException {
        try (var real = Chats.start(ChatServer.Options.defaults()); var peer = new Peer(real)) {
            var before = LocalDateTime.now(ZoneId.systemDefault()).minusSeconds(1);
            peer.say("x\n");

            var line = peer.line();

            assertThat(line).matches("\\[\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\\] 127\\.0\\.0\\.1:\\d+ x\n");
            var stamp = LocalDateTime.parse(line.substring(1, 20), DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss"));
            assertThat(stamp).isBetween(before, LocalDateTime.now(ZoneId.systemDefault()));
        }
    }

    @Test
    @DisplayName("CH-4: no more than 1,024 bytes are one message")
    void aLongTextIsSeveralMessages() throws IOException {
        try (var peer = new Peer(server)) {
            peer.say("x".repeat(1024));
            peer.hears(peer.stamped("x".repeat(1024)));
            peer.say("y".repeat(3000) + "\n");

            var pieces = peer.line().split(Pattern.quote(peer.stamped("")), -1);

            assertThat(pieces[0]).isEmpty();
            assertThat(pieces).hasSizeGreaterThanOrEqualTo(4).allMatch(piece -> piece.length() <= 1024);
            assertThat(String.join("", pieces)).isEqualTo("y".repeat(3000) + "\n");
        }
    }

    @ParameterizedTest
    @DisplayName("CH-4: a GBK character cut by the network is kept for the next read, wherever the cut is")
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    void aCharacterMayBeCutAnywhere(int cut) throws IOException {
        var text = "你好x世界";
        var bytes = text.getBytes(GBK);
        try (var peer = new Peer(server)) {
            var whole = List.of("", "", "你", "你", "你好", "你好x", "你好x", "你好x世", "你好x世").get(cut);
            peer.say(Arrays.copyOfRange(bytes, 0, cut));
            if (!whole.isEmpty()) {
                peer.hears(peer.stamped(whole));
            }
            peer.say(Arrays.copyOfRange(bytes, cut, bytes.length));
            peer.hears(peer.stamped(text.substring(whole.length())));
        }
    }

    @Test
    @DisplayName("CH-4: half a character may wait as long as silence may: the deadline of a message is for lines")
    void halfACharacterHasNoDeadline() throws IOException {
        var hasty = Chats.classic().deadlines(Deadlines.defaults().message(Duration.ofMillis(1)));
        try (var quick = Chats.start(hasty); var slow = new Peer(quick); var other = new Peer(quick)) {
            slow.say(new byte[] {'x', (byte) 0xc4});
            slow.hears(slow.stamped("x"));
            for (var began = System.nanoTime(); System.nanoTime() - began < 50_000_000;) {
                other.say("meanwhile");
                slow.hears(other.stamped("meanwhile"));
            }
            slow.say(new byte[] {(byte) 0xe3});
            slow.hears(slow.stamped("你"));
        }
    }

    @Test
    @DisplayName("CH-4: characters cut by the limit of a read lose nothing")
    void charactersAcrossTheLimitAreKept() throws IOException {
        var text = "a" + "汉".repeat(2000);
        try (var peer = new Peer(server)) {
            peer.say(text + "\n");

            assertThat(peer.line().replace(peer.stamped(""), "")).isEqualTo(text + "\n");
        }
    }

    @Test
    @DisplayName("CH-6: exactly quit ends a client, is logged, and is told to nobody")
    void quitEndsAClient() throws IOException {
        try (var leaver = new Peer(server); var other = new Peer(server)) {
            leaver.say("quit");
            leaver.hearsTheEnd();
            await().until(() -> server.clients().equals(List.of(other.address())));
            assertThat(log.lines()).contains("INFO ('127.0.0.1', " + leaver.address().port() + ") bye bye");

            other.say("still here");
            other.hears(other.stamped("still here"));
        }
    }

    @ParameterizedTest
    @DisplayName("CH-6: anything but exactly quit is text")
    @ValueSource(strings = {"quit\n", " quit", "QUIT", "quitting"})
    void almostQuitIsText(String text) throws IOException {
        try (var peer = new Peer(server)) {
            peer.say(text);
            peer.hears(peer.stamped(text));
            assertThat(server.clients()).containsExactly(peer.address());
        }
    }

    @Test
    @DisplayName("CH-6, CH-BUG-4: the end of a client's stream deregisters it, logged and told to nobody")
    void theEndOfAStreamEndsAClient() throws IOException {
        try (var leaver = new Peer(server); var other = new Peer(server)) {
            leaver.endsItsHalf();
            leaver.hearsTheEnd();
            await().until(() -> server.clients().equals(List.of(other.address())));
            assertThat(log.lines()).contains("INFO ('127.0.0.1', " + leaver.address().port() + ") bye bye");

            other.say("x");
            other.hears(other.stamped("x"));
            assertThat(log.errors()).isEmpty();
        }
    }

    @Test
    @DisplayName("CH-7, CH-BUG-2: a failing read is logged in one line and ends that client only")
    void aCrashedClientIsLoggedAndForgotten() throws IOException {
        try (var victim = new Peer(server); var other = new Peer(server)) {
            victim.say("x");
            other.hears(victim.stamped("x"));
            victim.hears(victim.stamped("x")); // or it is the server's write that fails, and the read sees an end
            var port = victim.address().port();
            victim.crash();
            await().until(() -> server.clients().equals(List.of(other.address())));

            await().until(() -> log.troubles().size() == 1);
            assertThat(log.errors()).isEmpty();
            assertThat(log.lines()).contains("INFO ('127.0.0.1', " + port + ") bye bye");
            other.say("y");
            other.hears(other.stamped("y"));
        }
    }

    @Test
    @DisplayName("CH-BUG-2: bytes that are no text are replaced; the client stays, and nobody else is hurt")
    void undecodableBytesAreReplaced() throws IOException {
        try (var a = new Peer(server); var b = new Peer(server)) {
            a.say(new byte[] {'<', (byte) 0xff, (byte) 0xff, '>', '!'});
            // GBK has no U+FFFD, so it leaves as a question mark.
            var said = a.stamped("<??>!");
            a.hears(said);
            b.hears(said);
            a.say("in");
            b.hears(a.stamped("in"));
        }
    }

    @Test
    @DisplayName("CH-9: each accepted socket is logged at INFO")
    void anAcceptedSocketIsLogged() throws IOException {
        try (var peer = new Peer(server)) {
            await().until(() -> log.lines().contains("INFO accepted " + peer.address() + " -> 127.0.0.1:" + server.port()));
        }
    }

    @Test
    void clientsBeyondTheMostAreClosedAtOnce() throws IOException {
        try (var small = Chats.start(Chats.classic().maxClients(1)); var in = new Peer(small)) {
            try (var tooMany = new Socket("127.0.0.1", small.port())) {
                tooMany.setSoTimeout(10_000);
                assertThat(tooMany.getInputStream().read()).isEqualTo(-1);
            }
            in.say("x");
            in.hears(in.stamped("x"));
            assertThat(small.stats().rejected()).isEqualTo(1);
        }
    }

    @Test
    @DisplayName("CH-10, CH-BUG-4: clients that come and go during broadcasts cost nobody a message")
    void clientsMayComeAndGoDuringBroadcasts() throws Exception {
        var messages = 500;
        try (var talker = new Peer(server); var listener = new Peer(server)) {
            var churn = new AtomicBoolean(true);
            var failures = new CopyOnWriteArrayList<Throwable>();
            var churners = IntStream.range(0, 4).mapToObj(i -> Thread.ofVirtual().start(() -> {
                for (int n = 0; churn.get(); n++) {
                    try (var p = new Peer(server)) {
                        if (n % 2 == 0) {
                            p.crash();
                        }
                    } catch (Throwable t) {
                        failures.add(t);
                    }
                }
            })).toList();
            for (int n = 0; n < messages; n++) {
                talker.say("m" + n);
                talker.hears(talker.stamped("m" + n));
                listener.hears(talker.stamped("m" + n));
            }
            churn.set(false);
            for (var c : churners) {
                assertThat(c.join(Duration.ofSeconds(20))).isTrue();
            }
            assertThat(failures).isEmpty();
            await().until(() -> server.clients().size() == 2);
        }
    }

    @Test
    void aServerInMemoryHasNoPorts() throws IOException {
        var address = Address.memory("chat-test");
        try (var memory = new ChatServer(address, Chats.lines()).start();
                var c = Connection.to(address).open()) {
            c.send("hello\n");
            assertThat(c.readLine()).startsWith(Chats.STAMP).endsWith(" hello");
            assertThat(memory.clients()).hasSize(1);
        }
    }
}
