package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The examples of gRPC: the document's own, also with Python at the other end, and the route guide's. */
@Timeout(240)
class CallExamplesTest {
    private static final Path DOCUMENTS = Path.of("grpc");
    private static final Path TRY = Path.of("src", "main", "protobuf", "try.proto");

    private final int port = Program.freePort();

    @TempDir
    Path folder;

    @Test
    @DisplayName("the document's server and client: from the .proto to the answer (RPC-2, RPC-3)")
    void serverAndClient() throws Exception {
        try (var server = calls("TryServer")) {
            server.connect(port).close();
            try (var client = calls("TryClient")) {
                assertThat(client.outputAtExit()).isEqualTo("value: [2, 3]\n");
            }
            server.terminate();
            server.exit();
            assertThat(server.report()).doesNotContain("Exception");
        }
    }

    @Test
    @DisplayName("the document's client in Python calls the server in Java, and the client in Java the document's server (RPC-3, RPC-5)")
    void pythonBothWays() throws Exception {
        for (var program : new String[] {"client.py", "server.py"}) {
            Files.copy(DOCUMENTS.resolve(program), folder.resolve(program));
        }
        var python = PythonCalls.of(TRY, new Protoc(Files.createDirectory(folder.resolve("protoc"))), folder);
        try (var server = calls("TryServer")) {
            server.connect(port).close();
            try (var client = python.start("client.py", Integer.toString(port))) {
                assertThat(client.outputAtExit()).isEqualTo("value: [2, 3]\n");
            }
        }
        var theirs = Program.freePort();
        try (var server = python.start("server.py", Integer.toString(theirs))) {
            server.connect(theirs).close();
            try (var client = Program.startCalls("TryClient", Map.of("port", theirs))) {
                assertThat(client.outputAtExit()).isEqualTo("value: [2, 3]\n");
            }
        }
    }

    @Test
    @DisplayName("all four kinds, and a route from a file (RPC-1)")
    void fourKinds() throws Exception {
        var file = Files.writeString(folder.resolve("route.txt"), "1\n2\n3\n");
        try (var server = calls("RouteServer")) {
            server.connect(port).close();
            try (var client = calls("RouteClient"); var recorder = calls("RouteRecordFile", file.toString())) {
                assertThat(client.outputAtExit()).isEqualTo("meridian 7\nmeridian 0\nmeridian 1\nmeridian 2\n10\nseen: first\n");
                assertThat(recorder.outputAtExit()).isEqualTo("3 points\n");
            }
            try (var recorder = calls("RouteRecordFile", folder.resolve("missing.txt").toString())) {
                assertThat(recorder.exit()).isNotZero();
                assertThat(recorder.report()).contains("NoSuchFileException: " + folder.resolve("missing.txt"));
            }
        }
    }

    @Test
    @DisplayName("a status, a deadline, and metadata both ways (RPC-6, RPC-7, RPC-8)")
    void errors() throws Exception {
        try (var program = calls("RouteErrors")) {
            assertThat(program.outputAtExit()).isEqualTo("UNAUTHENTICATED\nin time, weft\nDEADLINE_EXCEEDED\n");
        }
    }

    @Test
    void routeTestNeedsNoServer() throws Exception {
        try (var program = calls("RouteTest")) {
            assertThat(program.outputAtExit()).isEqualTo("passed\n");
        }
    }

    private Program calls(String example, String... arguments) {
        return Program.startCalls(example, Map.of("port", port), arguments);
    }
}
