package dev.weft.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import dev.weft.net.Connection;
import dev.weft.net.Server;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The document's first example with Pruina-Socket itself on one side and Weft on the other (SPEC PR-E1): {@code -Dweft.pruina=DIRECTORY}
 * names a checkout of it. One message at a time, as it loses those that come together (PR-BUG-2).
 */
@Timeout(90)
class PruinaOriginalTest {
    private static final String PROPERTY = "weft.pruina";
    private static final String SCRIPT = "pruina_original.py";
    private static final String MODULES = "google.protobuf, tqdm";
    private static final Path UTILITIES = Path.of("pruina", "socket", "handler", "util");
    private static final List<String> TEXTS = List.of("hello world!", "中文消息😀", "x".repeat(5_000), "the last");

    @TempDir
    private static Path modules;

    private static String interpreter = "";

    @BeforeAll
    static void original() throws Exception {
        var checkout = System.getProperty(PROPERTY, "");
        assumeTrue(!checkout.isEmpty(), "SKIPPED: Weft was not tried against Pruina-Socket itself; to do so, run with -D" + PROPERTY
                + "=DIRECTORY, a checkout of it, where a python3 has its packages protobuf and tqdm");
        interpreter = interpreter();
        copy(Path.of(checkout, "pruina"), modules.resolve("pruina"));
        // It imports the one by the name of the other, which only a file system that does not look at case forgives (PR-BUG-15).
        Files.copy(modules.resolve(UTILITIES).resolve("Util.py"), modules.resolve(UTILITIES).resolve("util.py"));
    }

    private static String interpreter() throws InterruptedException {
        for (var candidate : List.of("python3", "/usr/bin/python3")) {
            if (PythonPeer.isHere(candidate, MODULES)) {
                return candidate;
            }
        }
        return abort("SKIPPED: no python3 here has the packages protobuf and tqdm, which Pruina-Socket needs");
    }

    private static void copy(Path from, Path to) throws IOException {
        try (var files = Files.walk(from)) {
            for (var file : (Iterable<Path>) files::iterator) {
                Files.copy(file, to.resolve(from.relativize(file)));
            }
        }
    }

    private static PythonPeer original(String... arguments) throws IOException {
        // What generated its protobuf classes was older than today's fast decoders allow.
        var environment = Map.of("PYTHONPATH", modules.toString(), "PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION", "python");
        return PythonPeer.running(interpreter, environment, SCRIPT, arguments);
    }

    @Test
    @DisplayName("PR-E1: its server, and a client of Weft")
    void itsServer() throws Exception {
        var heard = new LinkedBlockingQueue<String>();
        var messages = new Messages().on("server response", (m, server) -> heard.add(server.localName() + ": get '" + m.text() + "'"));
        try (var python = original("server"); var client = messages.open(Connection.to("localhost", python.number("port")))) {
            for (var text : TEXTS) {
                client.send("client msg", text);
                assertThat(python.line()).isEqualTo("server: get '" + text + "'");
                assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo("client: get '" + text + "'");
            }
        }
    }

    @Test
    @DisplayName("PR-E1: its client, and a server of Weft")
    void itsClient() throws Exception {
        var heard = new LinkedBlockingQueue<String>();
        var messages = new Messages().on("client msg", (m, client) -> {
            heard.add(client.localName() + ": get '" + m.text() + "'");
            client.send("server response", m.data());
        });
        try (var server = messages.open(Server.tcp("localhost", 0)).start();
                var python = original("client", Integer.toString(server.port()), TEXTS.get(0), TEXTS.get(1), TEXTS.get(2), TEXTS.get(3))) {
            for (var text : TEXTS) {
                assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo("server: get '" + text + "'");
                assertThat(python.line()).isEqualTo("client: get '" + text + "'");
            }
            assertThat(python.rest()).containsExactly("client: the end");
        }
    }
}
