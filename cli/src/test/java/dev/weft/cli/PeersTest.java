package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The command against programs that were not written for it: nc and Python. */
@Timeout(60)
class PeersTest {
    @TempDir
    private Path folder;

    @Test
    @DisplayName("CH-5: three nc chat")
    void threeNcChat() throws Exception {
        Tools.need("nc");
        try (var room = Running.weft("chat", "--port", "0")) {
            var port = Integer.toString(room.ready().port());
            var all = new ArrayList<Nc>();
            try {
                for (int i = 0; i < 3; i++) {
                    var nc = new Nc("127.0.0.1", port);
                    all.add(nc);
                    nc.type("I am " + i);
                    for (var each : all) {
                        each.awaitLine(" I am " + i);
                    }
                }
            } finally {
                all.forEach(Nc::close);
            }
        }
    }

    @Test
    @DisplayName("SS-E1: nc is answered by upper")
    void ncIsAnsweredByUpper() throws Exception {
        Tools.need("nc");
        try (var weft = Running.weft("serve", "upper", "--tcp", "127.0.0.1:0");
                var nc = new Nc("127.0.0.1", Integer.toString(weft.ready().port()))) {
            nc.type("hello nc");
            // nc stays until its own input ends, so there is no end of stream to read to, and no line end either.
            assertThat(nc.read("HELLO NC".length())).isEqualTo("HELLO NC");
            assertThat(weft.line()).isEqualTo("127.0.0.1 wrote:");
            assertThat(weft.line()).isEqualTo("b'hello nc'");
        }
    }

    @Test
    void ncReachesAUnixSocket() throws Exception {
        Tools.need("nc");
        var path = folder.resolve("s").toString();
        try (var weft = Running.weft("serve", "echo", "--unix", path)) {
            weft.ready();
            try (var nc = new Nc("-U", path)) {
                nc.type("over a path");
                assertThat(nc.out.readLine()).isEqualTo("over a path");
            }
        }
    }

    @Test
    @DisplayName("SS-E1: the document's own TCP client prints Sent and Received")
    void thePythonClientOverTcp() throws Exception {
        try (var weft = Running.weft("serve", "upper", "--tcp", "127.0.0.1:0")) {
            assertThat(python("""
                    import socket, sys
                    data = "hello world with TCP"
                    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as sock:
                        sock.connect(("localhost", int(sys.argv[1])))
                        sock.sendall(bytes(data + "\\n", "utf-8"))
                        received = str(sock.recv(1024), "utf-8")
                    print("Sent:     {}".format(data))
                    print("Received: {}".format(received))
                    """, weft.ready().port())).isEqualTo("Sent:     hello world with TCP\nReceived: HELLO WORLD WITH TCP\n");
            assertThat(weft.line()).isEqualTo("127.0.0.1 wrote:");
            assertThat(weft.line()).isEqualTo("b'hello world with TCP'");
        }
    }

    @Test
    @DisplayName("SS-E3: the document's own UDP client prints Sent and Received")
    void thePythonClientOverUdp() throws Exception {
        try (var weft = Running.weft("serve", "upper", "--udp", "127.0.0.1:0")) {
            assertThat(python("""
                    import socket, sys
                    data = "hello world with UDP"
                    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                    sock.settimeout(10)
                    sock.sendto(bytes(data + "\\n", "utf-8"), ("localhost", int(sys.argv[1])))
                    print("Sent:     {}".format(data))
                    print("Received: {}".format(str(sock.recv(1024), "utf-8")))
                    """, weft.ready().port())).isEqualTo("Sent:     hello world with UDP\nReceived: HELLO WORLD WITH UDP\n");
        }
    }

    private static String python(String program, int port) throws IOException, InterruptedException {
        Tools.need("python3");
        var python = new ProcessBuilder("python3", "-c", program, Integer.toString(port)).redirectErrorStream(true).start();
        try {
            var text = new String(python.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(python.waitFor(20, TimeUnit.SECONDS)).isTrue();
            return text;
        } finally {
            python.destroyForcibly();
        }
    }

    /** A netcat. */
    private static final class Nc implements AutoCloseable {
        private final Process process;
        private final BufferedReader out;

        Nc(String... args) throws IOException {
            var command = new ArrayList<>(List.of("nc"));
            command.addAll(List.of(args));
            process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
            out = process.inputReader(StandardCharsets.UTF_8);
        }

        void type(String line) throws IOException {
            process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
            process.getOutputStream().flush();
        }

        /** Others' lines may come before, or after: a newcomer may hear a broadcast in progress. */
        void awaitLine(String end) throws IOException {
            for (var line = out.readLine(); !line.endsWith(end); line = out.readLine()) {
                // Somebody else's.
            }
        }

        String read(int length) throws IOException {
            return new String(process.getInputStream().readNBytes(length), StandardCharsets.UTF_8);
        }

        @Override
        public void close() {
            process.destroyForcibly();
        }
    }
}
