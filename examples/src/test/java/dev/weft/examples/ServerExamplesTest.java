package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The examples of what a server can be told, and of what handlers are. */
@Timeout(120)
class ServerExamplesTest {
    private final int port = Program.freePort();

    @TempDir
    Path folder;

    @Test
    void theSmallestServerAnswersInCapitalsAndEndsOnSigterm() throws Exception {
        try (var server = Program.start("Smallest", port)) {
            try (var peer = server.connect(port)) {
                assertThat(peer.send("hello\n").readToEnd()).isEqualTo("HELLO");
            }
            server.terminate();
            server.exit();
            assertThat(server.report()).doesNotContain("Exception");
        }
    }

    @Test
    void eachLineIsAMessage() throws Exception {
        try (var server = Program.start("ByMessage", port); var peer = server.connect(port)) {
            peer.send("one\ntwo\n");
            assertThat(peer.readLine()).isEqualTo("ONE\n");
            assertThat(peer.readLine()).isEqualTo("TWO\n");
            server.terminate();
            assertThat(server.exit()).isZero();
            assertThat(server.report()).doesNotContain("Exception");
        }
    }

    @Test
    void theClassFormRemembersEachConnection() throws Exception {
        try (var server = Program.start("CountedLines", port); var peer = server.connect(port); var other = server.connect(port)) {
            assertThat(peer.readLine()).isEqualTo("say something\n");
            peer.send("one\ntwo\n");
            assertThat(peer.readLine()).isEqualTo("1: one\n");
            assertThat(peer.readLine()).isEqualTo("2: two\n");
            assertThat(other.readLine()).isEqualTo("say something\n");
            other.send("one\n");
            assertThat(other.readLine()).isEqualTo("1: one\n");
        }
    }

    @Test
    void handlerTestNeedsNoPort() throws Exception {
        try (var program = Program.start("HandlerTest", Map.of())) {
            assertThat(program.outputAtExit()).isEqualTo("passed\n");
        }
    }

    @Test
    @DisplayName("StopFromInside ends when a handler shuts the server down (SS-14)")
    void stopFromInside() throws Exception {
        try (var server = Program.start("StopFromInside", port); var goesOn = server.connect(port)) {
            assertThat(goesOn.send("go on\n").readToEnd()).isEmpty();
            try (var stops = server.connect(port)) {
                stops.send("stop\n");
                assertThat(server.exit()).isZero();
            }
        }
    }

    @Test
    void gracefulFinishesWhatIsBegunAndSaysGoodBye() throws Exception {
        try (var server = Program.start("Graceful", port); var peer = server.connect(port)) {
            // All three came together, so after the first answer the others are begun.
            assertThat(peer.send("1\n500\n1\n").readLine()).isEqualTo("slept 1\n");
            server.terminate();
            assertThat(peer.readToEnd()).isEqualTo("slept 500\nslept 1\nBYE the server is going down\n");
            server.exit();
            assertThat(server.output()).isNotEmpty();
        }
    }

    @Test
    @DisplayName("Observed logs what a handler threw, and lets only its network in (SS-19, SS-21)")
    void observed() throws Exception {
        var network = Map.of("port", port, "network", "127.0.0.1");
        try (var server = Program.start("Observed", network); var peer = server.connect(port)) {
            assertThat(peer.send("41\n").readToEnd()).isEqualTo("next: 42\n");
            try (var garbage = server.connect(port)) {
                assertThat(garbage.send("x\n").readToEnd()).isEmpty();
                server.awaitReport("from " + garbage.name());
                server.awaitReport("NumberFormatException");
            }
            try (var stranger = server.connect(port, InetAddress.ofLiteral("127.0.0.2"))) {
                assertThat(stranger.readToEnd()).isEmpty();
            }
        }
    }

    @Test
    void houseRulesServesATcpAndAUnixSocketAndStopsOnEnter() throws Exception {
        var socket = folder.resolve("house.sock");
        try (var server = Program.start("HouseRules", Map.of("port", port, "socket", socket)); var peer = server.connect(port)) {
            assertThat(peer.readToEnd()).isEqualTo("a");
            server.awaitOutput("enter to stop server at 0.0.0.0:" + port);
            try (var unix = SocketChannel.open(StandardProtocolFamily.UNIX)) {
                unix.connect(UnixDomainSocketAddress.of(socket));
                var answer = ByteBuffer.allocate(1);
                unix.read(answer);
                assertThat(answer.array()).containsExactly('b');
            }
            server.type("");
            assertThat(server.exit()).isZero();
            assertThat(Files.exists(socket)).isFalse();
        }
    }

    @Test
    void wrappedPrintsHowLongTheHandlerTook() throws Exception {
        try (var server = Program.start("Wrapped", port); var peer = server.connect(port)) {
            assertThat(peer.send("hello\n").readToEnd()).isEqualTo("hello\n");
            server.awaitOutput("tcp " + peer.name());
            server.awaitOutput(" ns\n");
        }
    }

    @Test
    void sessionAnswersFromItsDatabase() throws Exception {
        try (var server = Program.start("Session", port); var peer = server.connect(port)) {
            assertThat(peer.send("weft\nwarp\n").readLine()).isEqualTo("the threads across the loom\n");
            assertThat(peer.readLine()).isEqualTo("?\n");
        }
    }

    @Test
    @DisplayName("RawTcp answers before it closes the client's socket, and goes on after one that says nothing or resets (RPC-T1, RPC-T2, RPC-T3)")
    void rawTcp() throws Exception {
        try (var server = Program.start("RawTcp", port)) {
            try (var resets = server.connect(port)) {
                resets.reset();
            }
            try (var silent = server.connect(port)) {
                assertThat(silent.end().readToEnd()).isEmpty();
            }
            try (var peer = server.connect(port)) {
                assertThat(peer.send("hello").readToEnd()).isEqualTo("got 5 bytes");
            }
            try (var client = Program.start("RawTcpClient", port, "hello", "again")) {
                assertThat(client.outputAtExit()).isEqualTo("got 11 bytes\n");
            }
        }
    }

    @Test
    void gameSendsStatesAndDirectAnswersInOrder() throws Exception {
        try (var server = Program.start("Game", port); var player = server.connect(port); var slow = server.connect(port)) {
            slow.send("ping\n");
            assertThat(player.readLine()).isEqualTo("welcome\n");
            assertThat(player.readLine()).startsWith("state ");
            assertThat(player.readLine()).startsWith("state ");
            player.send("ping\n");
            var answer = player.readLine();
            while (answer.startsWith("state ")) {
                answer = player.readLine();
            }
            assertThat(answer).isEqualTo("pong\n");
        }
    }

    @Test
    void nicknamesTellsAllOneOrWhoIsThere() throws Exception {
        try (var server = Program.start("Nicknames", port); var ann = server.connect(port); var bob = server.connect(port)) {
            enter(ann, "ann");
            enter(bob, "bob");
            assertThat(bob.send("hi all\n/who\n").readLine()).contains("ann", "bob");
            assertThat(ann.readLine()).isEqualTo("bob: hi all\n");
            assertThat(ann.send("@bob a secret\n").end().readToEnd()).isEmpty();
            assertThat(bob.readLine()).isEqualTo("ann> @bob a secret\n");
            try (var second = server.connect(port)) {
                second.send("bob\n");
                assertThat(second.readToEnd()).isEqualTo("name? taken\n");
            }
        }
    }

    @Test
    void proxyPassesBothDirectionsAndTheHalfClose() throws Exception {
        try (var target = new ServerSocket(0, 1, Program.LOCAL)) {
            target.setSoTimeout((int) Program.PATIENCE.toMillis());
            try (var proxy = Program.start("Proxy", Map.of("port", port, "to", target.getLocalPort()));
                    var client = proxy.connect(port);
                    var upstream = new Peer(target.accept())) {
                client.send("question").end();
                assertThat(upstream.readToEnd()).isEqualTo("question");
                upstream.send("answer").end();
                assertThat(client.readToEnd()).isEqualTo("answer");
            }
        }
    }

    /** In the room once /who says so. */
    private static void enter(Peer peer, String name) throws Exception {
        assertThat(peer.send(name + "\n/who\n").readLike("name? ")).isEqualTo("name? ");
        assertThat(peer.readLine()).contains(name);
    }
}
