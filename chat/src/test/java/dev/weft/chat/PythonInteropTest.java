package dev.weft.chat;

import static dev.weft.chat.Chats.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import dev.weft.net.Address;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Both of our ends against bare Python sockets, as the original uses them. Skipped where there is no python3. */
@Timeout(60)
class PythonInteropTest {
    private final LogTap log = new LogTap();
    private final List<Process> started = new ArrayList<>();
    @TempDir
    Path scripts;

    @BeforeEach
    void pythonIsThere() {
        var path = Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator));
        assumeTrue(path.anyMatch(dir -> Files.isExecutable(Path.of(dir, "python3"))),
                "SKIPPED: no python3 on the PATH, so nothing was proved about real Python peers");
    }

    @AfterEach
    void close() {
        started.forEach(Process::destroyForcibly);
        log.close();
    }

    private Process python(String script, String... args) throws IOException {
        var file = scripts.resolve(script);
        try (var in = getClass().getResourceAsStream(script)) {
            Files.copy(in, file);
        }
        var command = new ArrayList<>(List.of("python3", "-u", file.toString()));
        command.addAll(List.of(args));
        var builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put("PYTHONIOENCODING", "utf-8");
        var process = builder.start();
        started.add(process);
        return process;
    }

    private static BufferedReader output(Process process) {
        return process.inputReader(StandardCharsets.UTF_8);
    }

    @Test
    @DisplayName("CH-3, CH-4, CH-6, CH-13: a Python client chats with our server in GBK, both ways")
    void aPythonClientChatsWithOurServer() throws IOException {
        try (var server = Chats.start(Chats.classic()); var peer = new Peer(server)) {
            var client = python("gbk_client.py", Integer.toString(server.port()));
            try (var out = output(client); Writer in = new OutputStreamWriter(client.getOutputStream(), StandardCharsets.UTF_8)) {
                var address = "127.0.0.1:" + out.readLine().substring("port ".length());
                await().until(() -> server.clients().contains(Address.parse(address)));
                in.write("大家好\n");
                in.flush();
                var said = Chats.STAMP + " " + address + " 大家好";
                peer.hears(said);
                assertThat(out.readLine()).isEqualTo(said);
                peer.say("你好 from Java");
                assertThat(out.readLine()).isEqualTo(peer.stamped("你好 from Java"));
                in.write("quit\n");
                in.flush();
                assertThat(out.readLine()).isEqualTo("end");
                await().until(() -> server.clients().equals(List.of(peer.address())));
            }
        }
    }

    @Test
    @DisplayName("CH-11, CH-BUG-5: our client chats through a Python server in GBK, both ways")
    void ourClientChatsThroughAPythonServer() throws Exception {
        var server = python("gbk_server.py");
        try (var out = output(server)) {
            var port = Integer.parseInt(out.readLine());
            var heard = new Heard<String>();
            try (var client = new ChatClient(Address.of("localhost", port), ChatClient.Options.defaults().heard(heard)).start()) {
                assertThat(heard.next()).matches("\\[\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\\] 127\\.0\\.0\\.1:\\d+ say hello");
                client.send("大家好");
                assertThat(heard.next()).endsWith(" 大家好");
                client.send("quit");
                assertThat(out.readLine()).startsWith("left ");
            }
        }
    }
}
