package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.Charset;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** group-chat.md: its programs in their order, each with the behaviour of its own version. */
@Timeout(120)
class GroupChatExamplesTest {
    private static final Charset GBK = Charset.forName("GBK");
    private static final String LINE = "=".repeat(30);

    private final int port = Program.freePort();

    @Test
    @DisplayName("the first program serves two clients in turn and ends (CH-1)")
    void theFirstEcho() throws Exception {
        try (var program = Program.start("FirstEcho", port); var first = program.connect(port); var second = program.connect(port)) {
            second.send("\u4f60");
            assertThat(first.send("\u4f60\u597d").readLike("Your meg = \u4f60\u597d")).isEqualTo("Your meg = \u4f60\u597d");
            assertThat(second.readToEnd()).isEqualTo("\u4f60~@#");
            assertThat(program.outputAtExit()).startsWith("tcp " + first.name()).contains(LINE + "\ntcp " + second.name());
        }
    }

    @Test
    @DisplayName("v1 answers every message of one client, and nobody else's (CH-1)")
    void v1() throws Exception {
        try (var program = Program.start("ChatV1", port); var peer = program.connect(port); var other = program.connect(port)) {
            other.send("me too");
            assertThat(peer.send("hello").readLike("Your msg = hello")).isEqualTo("Your msg = hello");
            assertThat(peer.send("\u4f60\u597d").readLike("Your msg = \u4f60\u597d")).isEqualTo("Your msg = \u4f60\u597d");
            peer.end();
            assertThat(program.outputAtExit()).startsWith("tcp " + peer.name()).hasLineCount(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ChatV2", "ChatV3"})
    @DisplayName("v2 and v3 tell who writes, and nobody else, its own words with time and address, in GBK (CH-3, CH-5)")
    void timeAndAddressToTheSender(String example) throws Exception {
        try (var program = Program.start(example, port); var one = program.connect(port); var two = program.connect(port)) {
            assertMessage(say(one, "\u4f60\u597d"), one, "\u4f60\u597d");
            assertMessage(say(two, "quit\n"), two, "quit\n");
            program.type("who");
            program.awaitOutput("3\nThread[");
            program.awaitOutput("server-accept");
            program.awaitOutput("server-2");
            quit(program, one, two);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ChatV4", "ChatV5", "ChatV6", "Chat"})
    @DisplayName("v4 and later tell all, the sender included; a character cut by the network is whole again (CH-3, CH-4, CH-5, CH-13)")
    void timeAndAddressToAll(String example) throws Exception {
        try (var program = Program.start(example, port); var one = program.connect(port); var two = program.connect(port)) {
            joined(program, one, two);
            for (var receiver : new Peer[] {one, two}) {
                var sent = receiver == one ? say(one, "\u4f60\u597d") : heard(two, one, "\u4f60\u597d");
                assertMessage(sent, one, "\u4f60\u597d");
            }
            var cut = "\u4e2d".getBytes(GBK);
            two.send(new byte[] {'a', cut[0]});
            assertMessage(heard(one, two, "a"), two, "a");
            two.send(new byte[] {cut[1]});
            assertMessage(heard(one, two, "\u4e2d"), two, "\u4e2d");
            quit(program);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ChatV5", "ChatV6", "Chat"})
    @DisplayName("v5 and later let go who says exactly quit, or ends, and say so; the others hear nothing of it (CH-6, CH-8)")
    void byeBye(String example) throws Exception {
        try (var program = Program.start(example, port);
                var stays = program.connect(port);
                var quits = program.connect(port);
                var ends = program.connect(port)) {
            joined(program, stays, quits, ends);
            assertThat(quits.send("quit").readToEnd()).isEmpty();
            assertThat(ends.end().readToEnd()).isEmpty();
            program.awaitOutput(quits.pythonName() + " bye bye\n");
            program.awaitOutput(ends.pythonName() + " bye bye\n");
            assertMessage(say(stays, "still here"), stays, "still here");
            quit(program, stays);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ChatV6", "Chat"})
    @DisplayName("v6 and its rewriting go on when a client crashes (CH-7, CH-BUG-2)")
    void aClientThatCrashes(String example) throws Exception {
        try (var program = Program.start(example, port); var stays = program.connect(port); var crashes = program.connect(port)) {
            joined(program, stays, crashes);
            crashes.reset();
            program.awaitOutput(crashes.pythonName() + " bye bye\n");
            assertMessage(say(stays, "still here"), stays, "still here");
            program.awaitReport("reset");
            quit(program, stays);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ChatV5", "ChatV6", "Chat"})
    @DisplayName("the prompt of v5 and later lists the threads and the clients by address (CH-8)")
    void theConsole(String example) throws Exception {
        try (var program = Program.start(example, port); var one = program.connect(port)) {
            joined(program, one);
            program.type("who");
            program.awaitOutput("\n[" + one.name() + "]\n");
            assertThat(program.output()).contains("2\n", "server-accept", "server-1");
            quit(program, one);
        }
    }

    @Test
    @DisplayName("makefile reads a line, its end kept, and writes it back with ### (CH-12)")
    void makeFile() throws Exception {
        try (var program = Program.start("MakeFile", port); var peer = program.connect(port)) {
            peer.send("hel").send("lo\r\nnot read");
            assertThat(peer.readLike("hello\n###")).isEqualTo("hello\n###");
            assertThat(program.outputAtExit()).endsWith("hello\n");
        }
    }

    @Test
    @DisplayName("the client knocks until the server is there, or back, says hello, sends the console, prints what comes (CH-11)")
    void chatClient() throws Exception {
        try (var client = Program.start("ChatClient", port)) {
            client.awaitOutput("127.0.0.1:" + port);
            try (var listener = new ServerSocket(port, 1, Program.LOCAL)) {
                listener.setSoTimeout((int) Program.PATIENCE.toMillis());
                try (var server = new Peer(listener.accept())) {
                    assertThat(server.readLike("say hello")).isEqualTo("say hello");
                    client.type("  \u4f60\u597d ");
                    assertThat(server.readLike("\u4f60\u597d", GBK)).isEqualTo("\u4f60\u597d");
                    server.send("\u6b22\u8fce".getBytes(GBK));
                    client.awaitOutput("\u6b22\u8fce");
                }
                try (var server = new Peer(listener.accept())) {
                    assertThat(server.readLike("say hello")).isEqualTo("say hello");
                    client.type("quit");
                    assertThat(client.exit()).isZero();
                    assertThat(server.readToEnd()).isEmpty();
                }
            }
        }
    }

    @Test
    @DisplayName("the client and v6 talk to each other")
    void clientAndServer() throws Exception {
        try (var server = Program.start("ChatV6", port); var peer = server.connect(port)) {
            joined(server, peer);
            try (var client = Program.start("ChatClient", port)) {
                server.awaitOutput("tcp 127.0.0.1");
                assertThat(new String(peer.read("[2000-01-01 00:00:00] 127.0.0.1:".length()), GBK)).endsWith("127.0.0.1:");
                client.awaitOutput(" say hello");
                client.type("quit");
                assertThat(client.exit()).isZero();
            }
            quit(server);
        }
    }

    @Test
    @DisplayName("MyHandler prints what it was given, answers ### text ###, and ends with its client (SS-E6)")
    void myHandler() throws Exception {
        try (var program = Program.start("MyHandler", port); var peer = program.connect(port); var other = program.connect(port)) {
            assertThat(peer.send("hello").readLike("### hello ###")).isEqualTo("### hello ###");
            assertThat(other.send("quit").readLike("### quit ###")).isEqualTo("### quit ###");
            assertThat(peer.end().readToEnd()).isEmpty();
            program.awaitOutput("tcp " + peer.name());
            program.awaitOutput("\n" + peer.name() + "\n");
            program.awaitOutput("\nserver ");
            program.awaitOutput("\n" + LINE + "\n");
            program.awaitOutput("\n" + "-".repeat(30) + "\n");
        }
    }

    @Test
    @DisplayName("EchoHandler answers ### text ### until quit or the end, the others unaffected, and its console ends it (SS-E5)")
    void echoHandler() throws Exception {
        try (var program = Program.start("EchoHandler", port); var one = program.connect(port); var two = program.connect(port)) {
            assertThat(one.send("hello").readLike("### hello ###")).isEqualTo("### hello ###");
            assertThat(two.send("quit\n").readLike("### quit\n ###")).isEqualTo("### quit\n ###");
            assertThat(one.send("quit").readToEnd()).isEmpty();
            assertThat(two.send("\u4f60").readLike("### \u4f60 ###")).isEqualTo("### \u4f60 ###");
            quit(program, two);
            assertThat(program.output()).startsWith(">>>").contains("-".repeat(30)).endsWith(LINE + "\n");
        }
    }

    /** Waits until each has been let in: before, it would not hear what is said. */
    private static void joined(Program program, Peer... peers) {
        for (var peer : peers) {
            program.awaitOutput("tcp " + peer.name() + " -> ");
        }
    }

    /** What a peer hears when it says this. */
    private static String say(Peer peer, String text) throws IOException {
        peer.send(text.getBytes(GBK));
        return heard(peer, peer, text);
    }

    private static String heard(Peer peer, Peer from, String text) throws IOException {
        return peer.readLike("[2000-01-01 00:00:00] " + from.name() + " " + text, GBK);
    }

    private static void assertMessage(String message, Peer from, String text) {
        assertThat(message).startsWith("[").endsWith("] " + from.name() + " " + text);
        var time = LocalDateTime.parse(message.substring(1, 20), DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss"));
        assertThat(time).isBetween(LocalDateTime.now().minusMinutes(2), LocalDateTime.now());
    }

    /** quit at the console ends the process, and every client with it (CH-8, CH-BUG-1). */
    private static void quit(Program program, Peer... peers) throws Exception {
        program.type("quit");
        assertThat(program.exit()).as(program::report).isZero();
        for (var peer : peers) {
            assertThat(peer.readToEnd()).isEmpty();
        }
    }
}
