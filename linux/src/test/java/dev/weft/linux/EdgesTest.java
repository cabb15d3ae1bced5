package dev.weft.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import dev.weft.linux.sys.Layouts;
import dev.weft.linux.sys.Libc;
import dev.weft.linux.sys.Sockets;
import dev.weft.net.Address;
import dev.weft.net.Concurrency;
import dev.weft.net.Connection;
import dev.weft.net.Server;
import dev.weft.net.spi.StreamChannel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An edge comes once: whatever shares it is read, and nobody waits for another that never comes. */
@Timeout(60)
class EdgesTest {
    private static final int CONNECTIONS = 400;
    private static final InetAddress LOCAL = InetAddress.ofLiteral("127.0.0.1");

    @TempDir
    Path folder;

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    @AfterEach
    void end() {
        threads.shutdownNow();
    }

    @ParameterizedTest
    @ValueSource(strings = {"tcp", "unix"})
    void aRequestAndTheEndInOneEdgeAreBothSeen(String kind) throws Exception {
        var builder = kind.equals("tcp") ? Server.tcp("localhost", 0) : Server.unix(folder.resolve("s"));
        try (var server = builder.open(EdgesTest::answerUntilTheEnd).start()) {
            List<Future<String>> answers = new ArrayList<>();
            for (int i = 0; i < CONNECTIONS; i++) {
                var request = "request " + i + "\n";
                answers.add(threads.submit(() -> {
                    try (var c = Connection.to(server.address()).open()) {
                        c.send(request);
                        c.shutdownOutput();
                        return new String(c.input().readAllBytes(), StandardCharsets.US_ASCII);
                    }
                }));
            }
            for (int i = 0; i < CONNECTIONS; i++) {
                assertThat(answers.get(i).get(20, TimeUnit.SECONDS)).isEqualTo("request " + i + "\nthe end\n");
            }
        }
    }

    @Test
    void aConnectionThatIsWatchedAfterItsPeerHasEndedIsReadToItsEnd() throws Exception {
        try (var acceptor = Server.tcp("localhost", 0).listen()) {
            for (int i = 0; i < CONNECTIONS; i++) {
                try (var peer = new Socket(LOCAL, acceptor.port())) {
                    peer.getOutputStream().write("all there is\n".getBytes(StandardCharsets.US_ASCII));
                    peer.shutdownOutput();
                    try (var c = acceptor.accept()) {
                        assertThat(soon(() -> new String(c.input().readAllBytes(), StandardCharsets.US_ASCII))).isEqualTo("all there is\n");
                    }
                }
            }
        }
    }

    private static void answerUntilTheEnd(Connection c) throws IOException {
        for (var line : c.lines()) {
            c.send(line + "\n");
        }
        c.send("the end\n");
    }

    @Test
    void dataAndAResetInOneEdgeAreBothSeen() throws Exception {
        try (var acceptor = Server.tcp("localhost", 0).listen()) {
            var peer = new Socket(LOCAL, acceptor.port());
            var c = acceptor.accept();
            var reader = threads.submit(() -> {
                try (c) {
                    return "the end of " + c.input().readAllBytes().length + " bytes";
                } catch (IOException e) {
                    return "broken";
                }
            });
            try (peer) {
                peer.getOutputStream().write(1);
                peer.setSoLinger(true, 0);
            }
            assertThat(reader.get(20, TimeUnit.SECONDS)).isEqualTo("broken");
        }
    }

    @Test
    void whatFollowsUrgentDataIsRead() throws Exception {
        // tcp(7): a read stops where urgent data stand, and is short though more has arrived.
        try (var acceptor = Server.tcp("localhost", 0).listen()) {
            for (int round = 0; round < 100; round++) {
                try (var peer = new Socket(LOCAL, acceptor.port()); var c = acceptor.accept()) {
                    peer.setTcpNoDelay(true);
                    peer.getOutputStream().write("before".getBytes(StandardCharsets.US_ASCII));
                    peer.sendUrgentData('!');
                    peer.getOutputStream().write("after\n".getBytes(StandardCharsets.US_ASCII));
                    assertThat(soon(c::readLine)).isEqualTo("beforeafter");
                    c.send("ok\n");
                    assertThat(peer.getInputStream().readNBytes(3)).asString(StandardCharsets.US_ASCII).isEqualTo("ok\n");
                }
            }
        }
    }

    @Test
    void urgentDataToAWaitingReaderLeaveTheConnectionInOrder() throws Exception {
        try (var acceptor = Server.tcp("localhost", 0).listen(); var peer = new Socket(LOCAL, acceptor.port()); var c = acceptor.accept()) {
            peer.setTcpNoDelay(true);
            for (int round = 0; round < 200; round++) {
                var line = threads.submit(c::readLine);
                peer.getOutputStream().write("a".getBytes(StandardCharsets.US_ASCII));
                peer.sendUrgentData('!');
                peer.getOutputStream().write("b\n".getBytes(StandardCharsets.US_ASCII));
                assertThat(line.get(20, TimeUnit.SECONDS)).isEqualTo("ab");
            }
        }
    }

    @Test
    void aShortReadOfAUnixSocketDoesNotMeanThatItIsEmpty() throws Exception {
        // unix(7): a read ends where a descriptor was passed along, with more bytes behind it.
        try (var pair = StreamPair.at(Address.unix(folder.resolve("pair")))) {
            assertThat(pair.server().read(new byte[100], 0, 100)).isZero();
            passAlong(pair.client(), "one");
            passAlong(pair.client(), "two");
            passAlong(pair.client(), "three");
            assertThat(soon(() -> read(pair.server(), "onetwothree".length()))).isEqualTo("onetwothree");
        }
    }

    /** Sends a text with a descriptor: cmsg(3). */
    private static void passAlong(StreamChannel channel, String text) throws IOException {
        try (var arena = java.lang.foreign.Arena.ofConfined()) {
            var bytes = arena.allocateFrom(text, StandardCharsets.US_ASCII);
            var part = arena.allocate(Layouts.IOVEC);
            part.set(java.lang.foreign.ValueLayout.ADDRESS, 0, bytes);
            part.set(java.lang.foreign.ValueLayout.JAVA_LONG, 8, text.length());
            var control = arena.allocate(Layouts.CMSGHDR_INT);
            control.set(java.lang.foreign.ValueLayout.JAVA_LONG, 0, 20); // CMSG_LEN of one int
            control.set(java.lang.foreign.ValueLayout.JAVA_INT, 8, Sockets.SOL_SOCKET);
            control.set(java.lang.foreign.ValueLayout.JAVA_INT, 12, 1); // SCM_RIGHTS
            control.set(java.lang.foreign.ValueLayout.JAVA_INT, 16, channel.fileno().orElseThrow());
            var message = arena.allocate(Layouts.MSGHDR);
            message.set(java.lang.foreign.ValueLayout.ADDRESS, 16, part);
            message.set(java.lang.foreign.ValueLayout.JAVA_LONG, 24, 1);
            message.set(java.lang.foreign.ValueLayout.ADDRESS, 32, control);
            message.set(java.lang.foreign.ValueLayout.JAVA_LONG, 40, control.byteSize());
            assertThat(Libc.sendMessage(channel.fileno().orElseThrow(), message, Libc.MSG_NOSIGNAL, Libc.errnoRoom(arena)))
                    .isEqualTo(text.length());
        }
    }

    private static String read(StreamChannel channel, int length) throws IOException {
        var heard = new ByteArrayOutputStream();
        var buffer = new byte[100];
        while (heard.size() < length) {
            heard.write(buffer, 0, StreamPair.read(channel, buffer));
        }
        return heard.toString(StandardCharsets.US_ASCII);
    }

    @Test
    void aReaderWhoseArrayIsSmallGetsAllThatCameInOneEdge() throws Exception {
        try (var pair = StreamPair.tcp()) {
            var text = "0123456789".repeat(100);
            assertThat(pair.server().read(new byte[1], 0, 1)).isZero();
            StreamPair.write(pair.client(), text.getBytes(StandardCharsets.US_ASCII));
            var heard = soon(() -> {
                var s = new StringBuilder();
                var three = new byte[3];
                while (s.length() < text.length()) {
                    s.append(new String(three, 0, StreamPair.read(pair.server(), three), StandardCharsets.US_ASCII));
                }
                return s.toString();
            });
            assertThat(heard).isEqualTo(text);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 50})
    void manyLargeMessagesBothWaysAtOnceArriveWhole(int connections) throws Exception {
        // Both directions full: each edge of room and of data is needed.
        var size = 2_000_000;
        try (var server = Server.tcp("localhost", 0).concurrency(Concurrency.virtualThreads()).open(c -> c.input().transferTo(c.output())).start()) {
            List<Future<Integer>> sizes = new ArrayList<>();
            for (int i = 0; i < connections; i++) {
                sizes.add(threads.submit(() -> {
                    try (var c = Connection.to(server.address()).open()) {
                        var reader = threads.submit(() -> c.input().readAllBytes().length);
                        c.send(new byte[size / connections]);
                        c.shutdownOutput();
                        return reader.get(20, TimeUnit.SECONDS);
                    }
                }));
            }
            for (var one : sizes) {
                assertThat(one.get(20, TimeUnit.SECONDS)).isEqualTo(size / connections);
            }
        }
    }

    private <T> T soon(Callable<T> action) throws Exception {
        return threads.submit(action).get(20, TimeUnit.SECONDS);
    }
}
