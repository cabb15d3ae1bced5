package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Arguments, standard streams and files in UTF-8, whatever the locale; and what is not UTF-8 is told, never changed. */
@Timeout(60)
class LocaleTest {
    private static final String GREEN = "grün \uD83C\uDF33";
    /** The same for printf(1). */
    private static final String GREEN_BYTES = "gr\\303\\274n \\360\\237\\214\\263";

    @ParameterizedTest
    @ValueSource(strings = {"", "C", "POSIX", "C.UTF-8", "xx_XX.UTF-8"})
    @EnabledOnOs(OS.LINUX)
    void argumentsAreUtf8(String locale) throws Exception {
        try (var listener = listener(); var weft = WeftProcess.weftWithLocale(locale(locale), "send", "-i", "127.0.0.1", "-p",
                "" + listener.getLocalPort(), GREEN_BYTES); var peer = listener.accept()) {
            assertThat(all(peer)).isEqualTo(GREEN + "\r\n");
            assertThat(weft.exitCode()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"send", "link -t sender", "chat --connect"})
    @EnabledOnOs(OS.LINUX)
    void standardInputIsUtf8(String command) throws Exception {
        try (var listener = listener()) {
            var to = command.startsWith("chat") ? " 127.0.0.1:" + listener.getLocalPort() + " --encoding"
                    : " -i 127.0.0.1 -p " + listener.getLocalPort() + " --encoding";
            var args = (command + to + " UTF-8").split(" ");
            try (var weft = WeftProcess.weftWithLocale(Map.of(), args); var peer = listener.accept()) {
                try (var in = weft.process.getOutputStream()) {
                    in.write((GREEN + "\n").getBytes(StandardCharsets.UTF_8));
                }
                assertThat(all(peer).strip()).isEqualTo(GREEN);
                assertThat(weft.exitCode()).isZero();
            }
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void standardOutputIsUtf8() throws Exception {
        try (var receive = WeftProcess.weftWithLocale(Map.of("LC_ALL", "C"), "receive", "-p", "0")) {
            try (var peer = new Socket("127.0.0.1", WeftProcess.address(receive.told()).port())) {
                peer.getOutputStream().write((GREEN + "\r\n").getBytes(StandardCharsets.UTF_8));
            }
            assertThat(receive.out.readLine()).isEqualTo(GREEN);
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void standardErrorIsUtf8() throws Exception {
        try (var weft = WeftProcess.weftWithLocale(Map.of("LC_ALL", "C"), "serve", GREEN_BYTES)) {
            assertThat(weft.exitCode()).isEqualTo(2);
            assertThat(weft.err()).contains("no handler is named '" + GREEN + "'");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"C", "C.UTF-8"})
    @EnabledOnOs(OS.LINUX)
    void anArgumentThatIsNotUtf8IsRefused(String locale) throws Exception {
        try (var weft = WeftProcess.weftWithLocale(locale(locale), "send", "-p", "1", "gr\\374n")) {
            assertThat(weft.exitCode()).isEqualTo(2);
            assertThat(weft.err()).contains("argument 4 is not UTF-8").hasLineCount(1);
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aPathThatTheLocaleCannotSayIsAnError(@TempDir Path folder) throws Exception {
        try (var weft = WeftProcess.weftWithLocale(Map.of("LC_ALL", "C"), "serve", "echo", "--unix", folder + "/gr\\303\\274n")) {
            assertThat(weft.exitCode()).isNotZero();
            assertThat(weft.err()).contains("LC_ALL=C.UTF-8").hasLineCount(1);
        }
        try (var left = Files.list(folder)) {
            assertThat(left).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"send", "link -t sender"})
    void aLineThatIsNotUtf8IsToldAndTheOthersAreSent(String command) throws Exception {
        try (var listener = listener()) {
            var input = new ByteArrayInputStream("one\ngr\u00fcn\ntwo\n".getBytes(StandardCharsets.ISO_8859_1));
            try (var weft = Running.weftReading(input, (command + " -i 127.0.0.1 -p " + listener.getLocalPort()).split(" "));
                    var peer = listener.accept()) {
                assertThat(all(peer)).isEqualTo("one\r\ntwo\r\n");
                assertThat(weft.exitCode()).isEqualTo(1);
                assertThat(weft.err()).startsWith("weft: not sent: a line of standard input is not UTF-8").hasLineCount(1);
            }
        }
    }

    @Test
    void aChatClientTellsOfALineThatIsNotUtf8() throws Exception {
        try (var listener = listener()) {
            var input = new ByteArrayInputStream("one\ngr\u00fcn\ntwo\n".getBytes(StandardCharsets.ISO_8859_1));
            try (var weft = Running.weftReading(input, "chat", "--connect", "127.0.0.1:" + listener.getLocalPort());
                    var peer = listener.accept()) {
                assertThat(all(peer)).isEqualTo("one\ntwo\n");
                assertThat(weft.exitCode()).isEqualTo(1);
                assertThat(weft.err()).contains("weft: not sent: a line of standard input is not UTF-8");
            }
        }
    }

    private static Map<String, String> locale(String name) {
        return name.isEmpty() ? Map.of() : Map.of("LC_ALL", name);
    }

    private static ServerSocket listener() throws IOException {
        var listener = new ServerSocket(0, 50, InetAddress.ofLiteral("127.0.0.1"));
        listener.setSoTimeout(20_000);
        return listener;
    }

    /** All that it says until it ends its side. */
    private static String all(Socket peer) throws IOException {
        peer.setSoTimeout(20_000);
        return new String(peer.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
}
