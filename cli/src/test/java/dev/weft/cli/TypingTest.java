package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** On a terminal: what comes while somebody types stands above the line, and the line stays as it was typed. */
@Timeout(120)
@EnabledOnOs(OS.LINUX)
class TypingTest {
    private static final String STAMP = "\\[.{19}\\] 127\\.0\\.0\\.1:\\d+ ";

    @Test
    void whatComesDoesNotBreakTheLineOfAChatClient() throws Exception {
        try (var chat = Running.weft("chat", "--port", "0")) {
            var port = chat.ready().port();
            try (var screen = Screen.weft("chat", "--connect", "127.0.0.1:" + port); var other = new Socket("127.0.0.1", port)) {
                screen.awaitLine("weft: connected to 127\\.0\\.0\\.1:\\d+").awaitLast(">>>");
                screen.type("half a l").awaitLast(">>>half a l");
                say(other, "one");
                say(other, "zwei grün");
                screen.awaitLine(STAMP + "zwei grün").awaitLine(STAMP + "one").awaitLast(">>>half a l");

                screen.type("ine\n").awaitLine(STAMP + "half a line").awaitLine(">>>half a line");
                screen.type("quit\n");
                assertThat(screen.exitCode()).isZero();
            }
        }
    }

    @Test
    void theServersLogDoesNotLandBehindItsPrompt() throws Exception {
        try (var screen = Screen.weft("chat", "--port", "0")) {
            screen.awaitLine("listening on tcp://.*").awaitLast(">>>");
            screen.type("qu").awaitLast(">>>qu");
            try (var other = new Socket("127.0.0.1", port(screen))) {
                say(other, "hello");
                screen.awaitLine("\\S+ \\S+ chat-1 .*accepted .*").awaitLast(">>>qu");
            }
            screen.awaitLine(".* bye bye").awaitLast(">>>qu");
            assertThat(screen.lines()).noneMatch(line -> line.matches(">>>.*accepted.*|.*bye bye.*>>>.*"));

            screen.type("it\n");
            assertThat(screen.exitCode()).isZero();
        }
    }

    @Test
    void whatALinkReceivesDoesNotBreakTheLine() throws Exception {
        try (var screen = Screen.weft("link", "--server", "-i", "127.0.0.1", "-p", "0")) {
            screen.awaitLine("listening on tcp://.*");
            try (var peer = new Socket("127.0.0.1", port(screen))) {
                peer.setSoTimeout(20_000);
                screen.type("ask").awaitLast("ask");
                peer.getOutputStream().write("answer\r\n".getBytes(StandardCharsets.UTF_8));
                screen.awaitLine("answer").awaitLast("ask");

                screen.type("ed\n");
                assertThat(new String(peer.getInputStream().readNBytes(7), StandardCharsets.UTF_8)).isEqualTo("asked\r\n");
            }
            screen.awaitLast("Graceful shutdown");
            assertThat(screen.exitCode()).isZero();
        }
    }

    /** Quotes, backslashes and exclamation marks mean something to many line editors. */
    @ParameterizedTest
    @ValueSource(strings = {"it's \"quoted", "back\\slash \\", "!! !1 bang", "grün \uD83C\uDF33"})
    void aLineIsSentAsItWasTyped(String line) throws Exception {
        try (var screen = Screen.weft("send", "--server", "-i", "127.0.0.1", "-p", "0")) {
            screen.awaitLine("listening on tcp://.*");
            try (var peer = new Socket("127.0.0.1", port(screen))) {
                peer.setSoTimeout(20_000);
                screen.type(line + "\n").type("second\n\u0004"); // Ctrl-D is the end of the input

                assertThat(new String(peer.getInputStream().readAllBytes(), StandardCharsets.UTF_8)).isEqualTo(line + "\r\nsecond\r\n");
                assertThat(screen.exitCode()).isZero();
            }
        }
    }

    @Test
    void ctrlCEndsItAndTheTerminalIsAsItWas() throws Exception {
        try (var screen = Screen.weft("chat", "--port", "0")) {
            screen.awaitLast(">>>").type("half").awaitLast(">>>half");
            screen.type("\u0003");

            assertThat(screen.exitCode()).isZero();
            assertThat(screen.lines()).contains(">>>half");
        }
    }

    private static int port(Screen screen) {
        var ready = screen.lines().stream().filter(line -> line.startsWith("listening on tcp://")).findFirst().orElseThrow();
        return WeftProcess.address(ready).port();
    }

    private static void say(Socket socket, String line) throws IOException {
        socket.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
    }
}
