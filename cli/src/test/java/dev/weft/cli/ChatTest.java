package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import dev.weft.net.Address;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code weft chat}, server and client. */
@Timeout(60)
class ChatTest {
    private static final String STAMP = "\\[\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d] ";
    private static final Charset GBK = Charset.forName("GBK");

    @Test
    @DisplayName("CH-3, CH-4, CH-5: what one says in a line, all three read, in UTF-8 lines with time and address")
    void threeClientsChatInLines() throws IOException {
        try (var weft = Running.weft("chat", "--port", "0")) {
            try (var room = new Room(weft.ready(), 3)) {
                var b = room.peers.get(1);
                b.send("grüß 你好\n");
                for (var peer : room.peers) {
                    assertThat(peer.readLine()).matches(STAMP + "127\\.0\\.0\\.1:" + b.port() + " grüß 你好");
                }
            }
        }
    }

    @Test
    @DisplayName("CH-6: exactly quit leaves, and nobody is told")
    void quitLeaves() throws IOException {
        try (var weft = Running.weft("chat", "--port", "0")) {
            try (var room = new Room(weft.ready(), 2)) {
                var leaver = room.peers.get(0);
                leaver.send("quit\n");
                assertThat(leaver.in.read()).isEqualTo(-1);
                room.peers.get(1).send("alone\n");
                assertThat(room.peers.get(1).readLine()).endsWith(" alone");
            }
            await().untilAsserted(() -> assertThat(weft.err()).contains("bye bye"));
        }
    }

    @Test
    @DisplayName("CH-3, CH-4: --classic is GBK, a read is a message, and no line end is added")
    void classic() throws IOException {
        try (var weft = Running.weft("chat", "--classic", "--port", "0")) {
            try (var a = new Peer(weft.ready(), GBK)) {
                a.send("你好");
                assertThat(a.read("你好")).matches(STAMP + "127\\.0\\.0\\.1:" + a.port() + " 你好");
            }
        }
    }

    @Test
    void anotherEncodingHoldsBothWays() throws IOException {
        try (var weft = Running.weft("chat", "--encoding", "Big5", "--port", "0"); var a = new Peer(weft.ready(),
                Charset.forName("Big5"))) {
            a.send("中文\n");
            assertThat(a.readLine()).endsWith(" 中文");
        }
    }

    @Test
    void theClientAboveTheLimitIsTurnedAway() throws IOException {
        try (var weft = Running.weft("chat", "--max-clients", "1", "--port", "0")) {
            var server = weft.ready();
            try (var inside = new Room(server, 1); var b = new Peer(server, StandardCharsets.UTF_8)) {
                assertThat(inside.peers).hasSize(1);
                assertThat(b.in.read()).isEqualTo(-1);
            }
        }
    }

    @Test
    @DisplayName("CH-11: the client sends the lines of its input and prints what comes; the end of input ends it")
    void theClientSendsItsInputAndPrintsWhatComes() throws IOException {
        try (var room = Running.weft("chat", "--port", "0")) {
            var server = room.ready();
            var keyboard = new PipedOutputStream();
            try (var others = new Room(server, 1);
                    var client = Running.weftReading(new PipedInputStream(keyboard), "chat", "--connect", server.toString())) {
                var peer = others.peers.get(0);
                keyboard.write("  hello there \n".getBytes(StandardCharsets.UTF_8));
                keyboard.flush();
                assertThat(peer.readLine()).endsWith(" hello there");
                assertThat(client.line()).endsWith(" hello there");
                peer.send("and hello to you\n");
                assertThat(client.line()).endsWith(" and hello to you");

                keyboard.close();
                assertThat(client.exitCode()).isZero();
            }
        }
    }

    @Test
    @DisplayName("CH-11: quit ends the client")
    void quitEndsTheClient() throws IOException {
        try (var room = Running.weft("chat", "--port", "0")) {
            var server = room.ready();
            var keyboard = new PipedOutputStream();
            try (var client = Running.weftReading(new PipedInputStream(keyboard), "chat", "--connect", server.toString())) {
                keyboard.write("quit\n".getBytes(StandardCharsets.UTF_8));
                keyboard.flush();
                assertThat(client.exitCode()).isZero();
            }
        }
    }

    @Test
    @DisplayName("CH-11: a lost connection is made again")
    void theClientConnectsAgain() throws IOException {
        var keyboard = new PipedOutputStream();
        Address server;
        Running client;
        try (var room = Running.weft("chat", "--port", "0")) {
            server = room.ready();
            client = Running.weftReading(new PipedInputStream(keyboard), "chat", "--connect", server.toString());
            keyboard.write("first\n".getBytes(StandardCharsets.UTF_8));
            keyboard.flush();
            assertThat(client.line()).endsWith(" first");
        }
        try (client; var room = Running.weft("chat", "--port", Integer.toString(server.port()))) {
            room.ready();
            await().untilAsserted(() -> assertThat(client.err()).containsSubsequence("connected to", "lost", "connected to"));
            keyboard.write("second\n".getBytes(StandardCharsets.UTF_8));
            keyboard.flush();
            assertThat(client.line()).endsWith(" second");
        }
    }

    @Test
    void aLineThatCouldNotBeSentIsAFailure() throws IOException {
        var port = portWithoutServer();
        var input = new ByteArrayInputStream("lost\n".getBytes(StandardCharsets.UTF_8));
        try (var client = Running.weftReading(input, "chat", "--connect", "127.0.0.1:" + port)) {
            assertThat(client.exitCode()).isEqualTo(1);
            assertThat(client.err()).contains("not sent").contains("127.0.0.1:" + port);
        }
    }

    private static int portWithoutServer() throws IOException {
        try (var nobody = new ServerSocket(0)) {
            return nobody.getLocalPort();
        }
    }

    /** Clients that have all heard each other. */
    private static final class Room implements AutoCloseable {
        private final List<Peer> peers = new ArrayList<>();

        Room(Address server, int size) throws IOException {
            for (int i = 0; i < size; i++) {
                var peer = new Peer(server, StandardCharsets.UTF_8);
                peers.add(peer);
                peer.send("I am " + i + "\n");
                for (var each : peers) {
                    each.awaitLine(" I am " + i);
                }
            }
        }

        @Override
        public void close() throws IOException {
            for (var peer : peers) {
                peer.close();
            }
        }
    }

    /** A client that knows nothing of Weft. */
    private static final class Peer implements AutoCloseable {
        private final Socket socket;
        private final Charset charset;
        private final BufferedReader in;

        Peer(Address server, Charset charset) throws IOException {
            socket = new Socket(server.host(), server.port());
            socket.setSoTimeout(20_000);
            this.charset = charset;
            in = new BufferedReader(new InputStreamReader(socket.getInputStream(), charset));
        }

        int port() {
            return socket.getLocalPort();
        }

        void send(String text) throws IOException {
            socket.getOutputStream().write(text.getBytes(charset));
        }

        /** The next line that is no introduction: those of a broadcast in progress reach a newcomer, or not, and in any order. */
        String readLine() throws IOException {
            var line = in.readLine();
            while (line.contains(" I am ")) {
                line = in.readLine();
            }
            return line;
        }

        void awaitLine(String end) throws IOException {
            for (var line = in.readLine(); !line.endsWith(end); line = in.readLine()) {
                // Somebody else's.
            }
        }

        /** All up to these words. */
        String read(String end) throws IOException {
            var text = new StringBuilder();
            while (text.indexOf(end) < 0) {
                text.append((char) in.read());
            }
            return text.toString();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
