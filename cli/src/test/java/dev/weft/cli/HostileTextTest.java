package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import dev.weft.testkit.HostileText;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What strangers say and what they are called reaches no terminal, no log and no environment as it is. */
@Timeout(120)
class HostileTextTest {
    private static final int FEW = 10;

    private Path folder;

    /** With a short name, as a socket's path has 107 bytes. */
    @BeforeEach
    void makeAFolder() throws IOException {
        folder = Files.createTempDirectory("w");
    }

    @AfterEach
    void removeIt() throws IOException {
        try (var files = Files.list(folder)) {
            for (var file : files.toList()) {
                Files.deleteIfExists(file);
            }
        }
        Files.delete(folder);
    }

    @ParameterizedTest
    @ValueSource(strings = {"serve upper --unix", "message serve --unix", "serve echo --idle-timeout 50ms --unix"})
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void thePathOfAPeer(String line) throws Exception {
        var texts = HostileText.all();
        var peers = 0;
        for (int from = 0; from < texts.size(); from += FEW) { // a server tells of so many peers in a minute, and counts the others
            peers += pathsOfPeers(line, texts.subList(from, Math.min(from + FEW, texts.size())));
        }
        assertThat(peers).isGreaterThan(20);
    }

    private int pathsOfPeers(String line, List<String> texts) throws Exception {
        var server = folder.resolve("s");
        try (var weft = Running.weft((line + " " + server).split(" "))) {
            weft.line();
            var peers = 0;
            for (var text : texts) {
                try (var peer = peer(text, server).orElse(null)) {
                    if (peer == null) {
                        continue;
                    }
                    peers++;
                    // To the message server these are no message, which it tells.
                    peer.write(ByteBuffer.wrap("hi\n".getBytes(StandardCharsets.US_ASCII)));
                    peer.shutdownOutput();
                    Channels.newInputStream(peer).readAllBytes();
                }
            }
            var expected = peers;
            if (line.startsWith("serve upper")) {
                await().untilAsserted(() -> assertThat(weft.out).hasSize(2 * expected));
            } else if (line.startsWith("message") && expected > 0) {
                await().untilAsserted(() -> assertThat(weft.err()).hasLineCount(expected));
            }
            assertHarmless(weft);
            return peers;
        }
    }

    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void thePathOfAPeerInTheEnvironmentOfACommand() throws Exception {
        var server = folder.resolve("s");
        try (var weft = Running.weft("serve", "--unix", server.toString(), "--exec", "printf '%s' \"$WEFT_REMOTE\"")) {
            weft.line();
            for (var text : HostileText.all()) {
                try (var peer = peer(text, server).orElse(null)) {
                    if (peer != null) {
                        var remote = new String(Channels.newInputStream(peer).readAllBytes(), StandardCharsets.UTF_8);
                        assertThat(remote).startsWith("unix:").satisfies(name -> assertThat(HostileText.isHarmless(name)).as(name).isTrue());
                    }
                }
            }
        }
    }

    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void thePathOfAServerInItsReadyLine() throws Exception {
        for (var text : List.of("s\nlistening on tcp:192.0.2.1:9 (epoll)", "\u001b[2J")) {
            try (var weft = Running.weft("serve", "echo", "--unix", folder.resolve(text).toString())) {
                assertThat(weft.line()).startsWith("listening on unix://").matches(HostileText::isHarmless);
                assertThat(weft.out).isEmpty();
            }
        }
    }

    @Test
    void whatMessagesSay() throws Exception {
        try (var weft = Running.weft("message", "serve", "--port", "0")) {
            var server = weft.ready().toString();
            for (var text : HostileText.all()) {
                var request = Running.done("message", "request", server, "type", text);
                assertThat(request.exitCode()).as(request.err()).isZero();
                assertThat(request.out).as("a reply may have lines").allMatch(HostileText::isHarmless);
                assertThat(weft.line()).matches(HostileText::isHarmless, text);
            }
            assertThat(weft.out).isEmpty();
        }
    }

    @Test
    void whatAQueueBrings() throws Exception {
        try (var weft = Running.weft("receive", "-i", "127.0.0.1", "-p", "0", "--delimiter", "\\x1e")) {
            await().untilAsserted(() -> assertThat(weft.err()).startsWith("listening on "));
            var texts = HostileText.all();
            try (var peer = new Socket("127.0.0.1", WeftProcess.address(weft.err().lines().findFirst().orElseThrow()).port())) {
                for (var text : texts) {
                    peer.getOutputStream().write((text + "\u001e").getBytes(StandardCharsets.UTF_8));
                }
            }
            await().untilAsserted(() -> assertThat(weft.out).hasSize(texts.size()));
            assertHarmless(weft);
        }
    }

    @Test
    void whatAChatBrings() throws Exception {
        try (var chat = Running.weft("chat", "--port", "0")) {
            var server = chat.ready();
            var typed = new PipedOutputStream();
            try (var reader = Running.weftReading(new PipedInputStream(typed), "chat", "--connect", server.toString());
                    var peer = new Socket(server.host(), server.port())) {
                await().untilAsserted(() -> assertThat(reader.err()).contains("connected"));
                typed.write("ready\n".getBytes(StandardCharsets.US_ASCII));
                await().untilAsserted(() -> assertThat(reader.out).isNotEmpty());
                for (var text : HostileText.all()) {
                    peer.getOutputStream().write((text + "\n").getBytes(StandardCharsets.UTF_8));
                }
                peer.getOutputStream().write("the last\n".getBytes(StandardCharsets.US_ASCII));
                await().untilAsserted(() -> assertThat(reader.out).anyMatch(line -> line.endsWith("the last")));
                assertHarmless(reader);
                assertHarmless(chat);
                typed.close();
            }
        }
    }

    @Test
    void whatAHandlersFailureQuotes() throws Exception {
        var folder = Quoting.class.getProtectionDomain().getCodeSource().getLocation().getPath();
        try (var weft = Running.weft("serve", "dev.weft.cli.Quoting", "--class-path", folder, "--tcp", "127.0.0.1:0", "--debug")) {
            var server = weft.ready();
            for (var text : HostileText.all()) {
                try (var peer = new Socket(server.host(), server.port())) {
                    peer.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
                    peer.shutdownOutput();
                    peer.getInputStream().readAllBytes();
                } catch (IOException e) {
                    // It is reset, as the handler has failed.
                }
            }
            var failures = HostileText.all().size();
            await().untilAsserted(() -> assertThat(weft.err().lines().filter(line -> line.contains("Caused by: "))).hasSize(failures));
            assertHarmless(weft);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"%s", "message %s", "serve %s", "serve echo --tcp %s", "serve echo --unix %s/none/s", "serve %s --class-path .",
            "serve echo --class-path %s", "serve echo --concurrency %s", "serve echo --idle-timeout %s", "serve echo --grace %s",
            "serve echo --max-connections %s", "chat --encoding %s", "chat --outbox %s", "chat --connect %s", "message serve --echo %s",
            "message serve --reply %s", "message send %s x", "message send 127.0.0.1:1 x --file %s", "message request 127.0.0.1:1 %s --type-number",
            "send --delivery %s", "send --timeout %s", "link --type %s", "link --port %s", "call %s list",
            "call 127.0.0.1:1 list --header %s", "call 127.0.0.1:1 list --ca %s"})
    void whatAnErrorQuotes(String line) {
        for (var text : HostileText.all()) {
            var words = line.split(" ");
            for (int i = 0; i < words.length; i++) {
                words[i] = words[i].replace("%s", text);
            }
            var weft = Running.done(words);

            assertThat(weft.exitCode()).as(line).isNotZero();
            assertThat(weft.err()).hasLineCount(1);
            assertHarmless(weft);
        }
    }

    private static void assertHarmless(Running weft) {
        var lines = new ArrayList<>(weft.out);
        lines.addAll(List.of(weft.err().split("\n", -1)));
        assertThat(lines).allSatisfy(line -> assertThat(HostileText.isHarmless(line)).as(line).isTrue());
        assertThat(lines).noneMatch(line -> line.startsWith("INFO: forged") || line.startsWith("SEVERE: forged"));
    }

    /** A client that is bound to this name; empty where the file system can't say it. */
    private Optional<SocketChannel> peer(String name, Path server) throws IOException {
        UnixDomainSocketAddress own;
        try {
            own = UnixDomainSocketAddress.of(folder.resolve("x" + name.replace('/', '_')));
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
        var peer = SocketChannel.open(StandardProtocolFamily.UNIX);
        peer.bind(own);
        peer.connect(UnixDomainSocketAddress.of(server));
        return Optional.of(peer);
    }
}
