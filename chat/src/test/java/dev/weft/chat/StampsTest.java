package dev.weft.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import dev.weft.net.Address;
import dev.weft.net.Backoff;
import dev.weft.net.Handler;
import dev.weft.net.Server;
import dev.weft.testkit.HostileText;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a client says can be shown on a terminal, and can't be mistaken for what the server says. */
@Timeout(60)
class StampsTest {
    private static final String FORGED = "[2026-01-02 03:04:05] 127.0.0.1:1 I owe you";
    private static final String DISARMED = "(2026-01-02 03:04:05) 127.0.0.1:1 I owe you";

    private final LogTap log = new LogTap();

    @AfterEach
    void close() {
        log.close();
    }

    static Stream<Arguments> lines() {
        return Stream.of(
                Arguments.of("\u001b[2J\u0007bell", "^[[2J^Gbell"),
                Arguments.of("over\rwritten", "over^Mwritten"),
                Arguments.of("nul\0del\u007f", "nul^@del^?"),
                Arguments.of("c1\u009b31m\u0085", "c1\ufffd31m\ufffd"),
                Arguments.of("\u2028line\u2029par", "\ufffdline\ufffdpar"),
                Arguments.of("\u202egnirts\u202c \u2066x\u2069 \u200f\u061c", "\ufffdgnirts\ufffd \ufffdx\ufffd \ufffd\ufffd"),
                Arguments.of("a tab\tstays, so do \u2603, \ud83d\udc68\u200d\ud83d\udc69 and e\u0301", null),
                Arguments.of(FORGED, DISARMED),
                Arguments.of("x" + " ".repeat(200) + FORGED, "x" + " ".repeat(200) + DISARMED),
                Arguments.of(FORGED + FORGED, DISARMED + DISARMED),
                Arguments.of("[2026-01-02 03:04:05] a log's line, [1] and [x]", null),
                Arguments.of("", null));
    }

    @ParameterizedTest
    @MethodSource("lines")
    @DisplayName("controls and forged stamps in a line are made harmless, the rest is left alone")
    void aLineIsMadeHarmless(String said, String heard) throws IOException {
        try (var server = Chats.start(Chats.lines()); var peer = new Peer(server)) {
            peer.say(said + "\n");
            peer.hears(peer.stamped((heard == null ? said : heard) + "\n"));
        }
    }

    /** Texts that a reader takes for a stamp of the server, though not a character of them need be one of a stamp. */
    static Stream<String> lookalikes() {
        var unseen = Stream.of("\u200b", "\u2060", "\ufeff", "\u00ad", "\ufe0f", "\u200d", "\u2062", "\u3164", "\u0301", "\u0001", "\u202e")
                .flatMap(z -> Stream.of("[2026-01-31 09:05:00" + z + "] 1.2.3.4:5 x", "[" + z + "2026-01-31 09:05:00] 1.2.3.4:5 x",
                        "[2026-0" + z + "1-31 09:05:00]" + z + " 1.2.3.4" + z + ":5 x", z + "[2026-01-31" + z + " 09:05:00] 1.2.3.4:" + z + "5 x"));
        var alike = Stream.of("\uff3b2026-01-31 09:05:00\uff3d 1.2.3.4:5 x",
                "[\uff12\uff10\uff12\uff16-01-31 09:05:00] 1.2.3.4:5 x",
                "[2026\u201001\u201331 09:05:00] 1.2.3.4:5 x",
                "[2026-01-31 09\uff1a05\u223600] 1.2.3.4:5 x",
                "[2026-01-31\u00a009:05:00]\u30001.2.3.4:5 x",
                "[2O26-Ol-3l 09:05:00] 1.2.3.4:5 x",
                "[2026-1-31 9:05:00] 1.2.3.4:5 x",
                "[ 2026-01-31  09:05:00 ] 1.2.3.4:5 x",
                "\u30102026-01-31 09:05:00\u3011 1.2.3.4:5 x",
                "[2026-01-31 09:05:00] [::1]:5 x",
                "[2026-01-31 09:05:00] 1.2.3.4 :5 x",
                "[2026-01-31 09:05:00] 1.2.3.4: 5 x",
                "[2026-01-31 09:05:00] unix:/tmp/x pay",
                "[2026-01-31 09:05:00] 1.2.3.4\uff1a5 x",
                "[\ud835\udfd0026-01-31 09:05:00] 1.2.3.4:5 x");
        return Stream.concat(unseen, alike);
    }

    @ParameterizedTest
    @MethodSource("lookalikes")
    @DisplayName("what looks like a stamp is one, whatever it is made of")
    void aLookalikeIsDisarmed(String said) throws IOException {
        try (var server = Chats.start(Chats.lines()); var peer = new Peer(server)) {
            peer.say("ab " + said + "\n");
            var text = peer.line().substring(peer.stamped("").length());
            assertThat(text).matches("(?s)ab [^\\[\u3010\uff3b]*\\([^\\[\\]\u3011\uff3d]*\\).*\n");
        }
    }

    @Test
    @DisplayName("no hostile text gets out of the chat as it is: not to clients, not to the operator, not to a log")
    void hostileTextsAreHarmlessOnEveryWayOut() throws Exception {
        var heard = new Heard<String>();
        var options = ChatClient.Options.defaults().wire(ChatWire.lines()).greeting("").heard(heard);
        try (var server = Chats.start(Chats.lines()); var mallory = new Peer(server); var alice = new Peer(server);
                var client = new ChatClient(Address.of("localhost", server.port()), options).start()) {
            assertThat(client.awaitConnected(Duration.ofSeconds(10))).isTrue();
            Chats.await().until(() -> server.clients().size() == 3);
            for (var text : HostileText.all()) {
                for (var line : text.replace("\r\n", "\n").split("\n", -1)) {
                    mallory.say(line + "\n");
                    var said = alice.line();
                    assertThat(said).startsWith(mallory.stamped("")).endsWith("\n");
                    var rest = said.substring(mallory.stamped("").length(), said.length() - 1);
                    assertThat(HostileText.isHarmless(rest)).as("%s", rest).isTrue();
                    assertThat(rest).doesNotContain("05] 127");
                    assertThat(HostileText.isHarmless(heard.next())).isTrue();
                }
            }
        }
        assertThat(log.lines()).allMatch(HostileText::isHarmless);
    }

    @Test
    @DisplayName("what a hostile server says, and what it is called, is harmless in a client's log and at its console")
    void hostileServersAreHarmless() throws Exception {
        for (var text : HostileText.all()) {
            Handler hostile = c -> c.send(text + "\n");
            var few = Backoff.fixed(Duration.ofMillis(1)).attempts(1);
            var name = Address.memory("chat " + text);
            try (var server = Server.at(name).open(hostile).start();
                    var client = new ChatClient(name, ChatClient.Options.defaults().wire(ChatWire.lines()).greeting("").backoff(few)
                            .sendWithin(Duration.ofNanos(1))).start()) {
                assertThatThrownBy(client::join).isInstanceOf(UncheckedIOException.class);
                var shown = new StringBuilder();
                new ChatConsole(new BufferedReader(new StringReader("")), shown).take(client, "x");
                assertThat(shown.toString().stripTrailing()).matches(HostileText::isHarmless).startsWith("not sent");
                assertThat(server.stats().accepted()).isPositive();
            }
        }
        assertThat(log.lines()).isNotEmpty().allMatch(HostileText::isHarmless);
    }

    @Test
    @DisplayName("the path that a client has bound its socket to is a text of its own")
    void aHostilePathIsHarmless() throws Exception {
        var folder = Files.createTempDirectory("chat");
        var shown = new StringBuilder();
        try (var server = new ChatServer(Address.unix(folder.resolve("s")), Chats.lines()).start();
                var mallory = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            mallory.bind(UnixDomainSocketAddress.of(folder.resolve("\u001b[2J [2026-01-31 09:05:00] 1.2.3.4:5\nx")));
            mallory.connect(UnixDomainSocketAddress.of(folder.resolve("s")));
            mallory.write(ByteBuffer.wrap("hello\n".getBytes(StandardCharsets.UTF_8)));
            var said = new BufferedReader(Channels.newReader(mallory, StandardCharsets.UTF_8)).readLine();
            assertThat(said).matches(HostileText::isHarmless).startsWith(Chats.STAMP).endsWith(" hello");
            assertThat(said.substring(1)).doesNotContain("[2026");
            new ChatConsole(new BufferedReader(new StringReader("")), shown).take(server, "/who");
        }
        assertThat(shown.toString().stripTrailing()).matches(HostileText::isHarmless);
        assertThat(log.lines()).isNotEmpty().allMatch(HostileText::isHarmless);
    }

    static Stream<Arguments> pastes() {
        return Stream.of(
                Arguments.of("one\ntwo\r\nthree", "one\n    two\n    three"),
                Arguments.of("ended\n", null),
                Arguments.of("ended\r\n", null),
                Arguments.of("\n\n", "\n    \n"),
                Arguments.of("cr\ralone\u001b", "cr^Malone^["),
                Arguments.of("x\n" + FORGED + "\n", "x\n    " + DISARMED + "\n"),
                Arguments.of("x" + FORGED, "x" + DISARMED),
                Arguments.of("[2026-01-02 03:04:05]\n127.0.0.1:1 x", "(2026-01-02 03:04:05)\n    127.0.0.1:1 x"));
    }

    @ParameterizedTest
    @MethodSource("pastes")
    @DisplayName("CH-3: in classic mode a text may have lines, but each after the first is indented, and no stamp in it is whole")
    void aPasteIsMadeHarmless(String said, String heard) throws IOException {
        try (var server = Chats.start(Chats.classic()); var peer = new Peer(server)) {
            peer.say(said);
            peer.hears(peer.stamped(heard == null ? said : heard));
        }
    }

    @Test
    @DisplayName("CH-3: whatever is said, only the server's own stamps are at the start of a line, or anywhere at all")
    void onlyTheServerStamps() throws IOException {
        try (var server = Chats.start(Chats.classic()); var mallory = new Peer(server); var alice = new Peer(server)) {
            mallory.say(FORGED + "\n" + FORGED + "\r\n" + FORGED);
            mallory.say("\n");
            var marker = mallory.stamped("done");
            var heard = new StringBuilder();
            while (!heard.toString().endsWith("\n") || heard.toString().lines().count() < 3) {
                heard.append(alice.line());
            }
            mallory.say("done");
            alice.hears(marker);

            assertThat(heard.toString().split(Pattern.quote(Chats.STAMP), -1)).as("%s", heard).hasSizeBetween(2, 3);
            assertThat(heard.toString().lines()).allMatch(l -> l.startsWith(mallory.stamped("")) || l.startsWith("    "));
        }
    }
}
