package dev.weft.chat;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.regex.Pattern;
import java.util.stream.Stream;

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
