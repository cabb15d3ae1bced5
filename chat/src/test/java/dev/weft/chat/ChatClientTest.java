package dev.weft.chat;

import static dev.weft.chat.Chats.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.Charset;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import dev.weft.net.Address;
import dev.weft.net.Backoff;
import dev.weft.net.Handler;
import dev.weft.net.LifeState;
import dev.weft.net.Server;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ChatClientTest {
    private static final Charset GBK = Charset.forName("GBK");
    private final LogTap log = new LogTap();
    private final Heard<String> heard = new Heard<>();
    private final Heard<String> states = new Heard<>();

    private final ChatClientObserver observer = new ChatClientObserver() {
        @Override
        public void connected(Address server) {
            states.accept("connected");
        }

        @Override
        public void lost(Address server, String why) {
            states.accept("lost");
        }

        @Override
        public void ended(Address server) {
            states.accept("ended");
        }
    };

    @AfterEach
    void close() {
        log.close();
    }

    private ChatClient.Options options(ChatWire wire) {
        return ChatClient.Options.defaults().wire(wire).heard(heard).observer(observer).backoff(Backoff.fixed(Duration.ofMillis(10)));
    }

    private ChatClient client(int port, ChatWire wire) {
        return new ChatClient(Address.of("localhost", port), options(wire)).start();
    }

    /** A port where nobody listens now. */
    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}))) {
            return socket.getLocalPort();
        }
    }

    @Test
    @DisplayName("CH-11: localhost, port 9999, say hello are the defaults; CH-BUG-5: and the server's charset")
    void theDefaultsAreTheOriginals() {
        var client = new ChatClient();

        assertThat(client.server()).isEqualTo(Address.of("localhost", 9999));
        assertThat(client.options().greeting()).isEqualTo("say hello");
        assertThat(client.options().wire()).isEqualTo(ChatServer.Options.defaults().wire());
        assertThat(client.state()).isEqualTo(LifeState.NEW);
    }

    @Test
    @DisplayName("CH-11: it says hello, sends, and hears on the thread recv; CH-BUG-5: in GBK both ways")
    void itChats() throws Exception {
        try (var server = Chats.start(Chats.classic()); var client = client(server.port(), ChatWire.classic())) {
            assertThat(heard.next()).endsWith(" say hello");
            assertThat(client.threads()).singleElement().extracting(Thread::getName).isEqualTo("recv");
            client.send("你好");
            assertThat(heard.next()).isEqualTo(Chats.STAMP + " " + server.clients().getFirst() + " 你好");
            assertThat(client.connected()).isTrue();
        }
    }

    @Test
    @DisplayName("CH-11: the original's recv logs what it hears")
    void whatIsHeardIsLogged() throws Exception {
        try (var server = Chats.start(Chats.classic());
                var client = new ChatClient("localhost", server.port()).start()) {
            await().until(() -> log.lines().stream().anyMatch(l -> l.startsWith("INFO " + Chats.STAMP) && l.endsWith(" say hello")));
            client.send("x\u0007\n");
            await().until(() -> log.lines().stream().anyMatch(l -> l.startsWith("INFO " + Chats.STAMP) && l.endsWith(" x^G")));
        }
    }

    @Test
    void itChatsInLines() throws Exception {
        try (var server = Chats.start(Chats.lines()); var client = client(server.port(), ChatWire.lines())) {
            assertThat(heard.next()).endsWith(" say hello");
            client.send("");
            assertThat(heard.next()).endsWith(" ");
            client.send("€ 5");
            assertThat(heard.next()).endsWith(" € 5");
            assertThatIllegalArgumentException().isThrownBy(() -> client.send("two\nlines"));
            assertThatIllegalArgumentException().isThrownBy(() -> client.send("x".repeat(16 * 1024 + 1)));
            client.send("still in");
            assertThat(heard.next()).endsWith(" still in");
        }
    }

    @Test
    @DisplayName("CH-11: what a foreign server sends is made harmless too; CH-4: a character it cuts is kept")
    void aForeignServerCannotDriveTheTerminal() throws Exception {
        try (var listener = new ServerSocket(0, 1, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}));
                var client = client(listener.getLocalPort(), ChatWire.classic());
                var accepted = listener.accept()) {
            assertThat(new String(accepted.getInputStream().readNBytes(9), GBK)).isEqualTo("say hello");
            accepted.getOutputStream().write("\u001b[2Ja\tb\r\nc".getBytes(GBK));
            assertThat(heard.next()).isEqualTo("^[[2Ja\tb\nc");
            var bytes = "x世".getBytes(GBK);
            accepted.getOutputStream().write(bytes, 0, 2);
            assertThat(heard.next()).isEqualTo("x");
            accepted.getOutputStream().write(bytes, 2, 1);
            assertThat(heard.next()).isEqualTo("世");
            assertThat(client.connected()).isTrue();
        }
    }

    @Test
    @DisplayName("CH-11: a refused connection is tried until it stands; send waits for it")
    void itWaitsForTheServerToCome() throws Exception {
        var port = freePort();
        try (var client = client(port, ChatWire.lines())) {
            await().until(() -> log.lines().stream().anyMatch(l -> l.startsWith("WARNING") && l.contains(":" + port)));
            assertThat(client.state()).isEqualTo(LifeState.RUNNING);
            assertThat(client.connected()).isFalse();
            var sender = Thread.ofVirtual().start(() -> {
                try {
                    client.send("at last");
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            try (var server = Chats.start(Chats.lines(), port); var peer = new Peer(server)) {
                assertThat(client.awaitConnected(Duration.ofSeconds(10))).isTrue();
                assertThat(sender.join(Duration.ofSeconds(10))).isTrue();
                await().until(() -> server.clients().size() == 2);
                peer.say("now\n");
                heard.until(peer.stamped("now"));
                assertThat(states.next()).isEqualTo("connected");
            }
        }
    }

    @Test
    @DisplayName("CH-11, CH-BUG-5: when the server goes it does not spin on the end of the stream; it reconnects when one is there again")
    void itReconnectsToAServerRestartedOnItsPort() throws Exception {
        var first = Chats.start(Chats.classic());
        try (var client = client(first.port(), ChatWire.classic())) {
            assertThat(heard.next()).endsWith(" say hello");
            first.close();
            states.until("lost");
            assertThat(client.connected()).isFalse();

            try (var second = Chats.start(Chats.classic(), first.port())) {
                assertThat(heard.next()).as("greeted on each connection").endsWith(" say hello");
                states.until("connected");
                client.send("back");
                assertThat(heard.next()).endsWith(" back");
                assertThat(second.clients()).hasSize(1);
            }
            states.until("lost");
        }
        states.until("ended");
    }

    @Test
    void sendSaysWhyThereIsNoConnection() throws Exception {
        var port = freePort();
        var impatient = options(ChatWire.classic()).sendWithin(Duration.ofMillis(100));
        try (var client = new ChatClient(Address.of("localhost", port), impatient)) {
            assertThatIllegalStateException().isThrownBy(() -> client.send("x")).withMessageContaining("not started");
            client.start();
            await().until(() -> log.lines().stream().anyMatch(l -> l.startsWith("WARNING")));
            assertThatThrownBy(() -> client.send("x")).isInstanceOf(SocketTimeoutException.class)
                    .hasMessageContaining("localhost:" + port).hasMessageContaining("100 ms").hasMessageContaining("refused");
            client.drain(Duration.ofSeconds(1));
            assertThatThrownBy(() -> client.send("x")).isInstanceOf(SocketException.class).hasMessageContaining("stopped");
        }
    }

    @Test
    void itGivesUpWhenItsBackoffDoes() throws Exception {
        var few = options(ChatWire.classic()).backoff(Backoff.fixed(Duration.ofMillis(1)).attempts(2));
        try (var client = new ChatClient(Address.of("localhost", freePort()), few).start()) {
            assertThatThrownBy(client::join).isInstanceOf(UncheckedIOException.class).hasMessageContaining("gave up");

            assertThat(client.state()).isEqualTo(LifeState.ENDED);
            assertThat(log.errors()).singleElement().asString().contains("gave up", "failure 3");
            assertThatThrownBy(() -> client.send("x")).isInstanceOf(SocketException.class).hasMessageContaining("given up");
            assertThat(client.awaitConnected(Duration.ofSeconds(10))).isFalse();
        }
    }

    @Test
    @DisplayName("a server that closes at once is called on ever more slowly")
    void aServerThatClosesAtOnceIsLeftInPeace() throws Exception {
        var few = options(ChatWire.classic()).backoff(Backoff.fixed(Duration.ofMillis(1)).attempts(3));
        try (var full = Chats.start(Chats.classic().maxClients(1));
                var in = new Peer(full);
                var client = new ChatClient(Address.of("localhost", full.port()), few).start()) {
            assertThatThrownBy(client::join).isInstanceOf(UncheckedIOException.class).hasMessageContaining("gave up");

            assertThat(full.stats().rejected()).isEqualTo(4);
            assertThat(full.clients()).containsExactly(in.address());
        }
    }

    @Test
    @DisplayName("nor is a server left less in peace that says something first")
    void aServerThatGreetsAndClosesIsLeftInPeace() throws Exception {
        var few = options(ChatWire.lines()).backoff(Backoff.fixed(Duration.ofMillis(1)).attempts(3));
        Handler greeting = c -> c.send("welcome\n");
        try (var brief = Server.tcp("localhost", 0).open(greeting).start();
                var client = new ChatClient(Address.of("localhost", brief.port()), few).start()) {
            assertThatThrownBy(client::join).isInstanceOf(UncheckedIOException.class).hasMessageContaining("gave up");

            assertThat(brief.stats().accepted()).isEqualTo(4);
        }
    }

    @Test
    @DisplayName("CH-BUG-5, CH-BUG-1: close ends the thread recv wherever it is")
    void closeEndsEverything() throws Exception {
        try (var server = Chats.start(Chats.classic())) {
            var reading = client(server.port(), ChatWire.classic());
            assertThat(reading.awaitConnected(Duration.ofSeconds(10))).isTrue();
            var pausing = new ChatClient(Address.of("localhost", freePort()),
                    options(ChatWire.classic()).backoff(Backoff.fixed(Duration.ofHours(1)))).start();
            await().until(() -> log.lines().stream().anyMatch(l -> l.startsWith("WARNING")));
            for (var client : new ChatClient[] {reading, pausing}) {
                var recv = client.threads().getFirst();

                client.close();
                client.close();

                assertThat(recv.isAlive()).isFalse();
                assertThat(client.threads()).isEmpty();
                assertThat(client.state()).isEqualTo(LifeState.ENDED);
                assertThatIllegalStateException().isThrownBy(client::start);
            }
            await().until(() -> server.clients().isEmpty());
        }
    }

    @Test
    void closeDoesNotWaitForAConsumerThatHangs() throws Exception {
        var inside = new CountDownLatch(1);
        var never = new CountDownLatch(1);
        try (var server = Chats.start(Chats.classic())) {
            var client = new ChatClient(Address.of("localhost", server.port()), options(ChatWire.classic()).heard(text -> {
                inside.countDown();
                try {
                    never.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            })).start();
            assertThat(inside.await(10, TimeUnit.SECONDS)).isTrue();
            var recv = client.threads().getFirst();

            client.close();

            assertThat(recv.isAlive()).isFalse();
        }
    }

    @Test
    void closeHearsTheServerOut() throws Exception {
        try (var listener = new ServerSocket(0, 1, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}));
                var client = client(listener.getLocalPort(), ChatWire.classic());
                var accepted = listener.accept()) {
            assertThat(client.awaitConnected(Duration.ofSeconds(10))).isTrue();
            var stop = Thread.ofVirtual().start(client::close);

            assertThat(new String(accepted.getInputStream().readAllBytes(), GBK)).as("all, to the end").isEqualTo("say hello");
            accepted.getOutputStream().write("last words".getBytes(GBK));
            accepted.shutdownOutput();

            assertThat(heard.next()).isEqualTo("last words");
            assertThat(stop.join(Duration.ofSeconds(10))).isTrue();
        }
    }

    @Test
    @DisplayName("a drain is bounded though the server takes nothing, and frees who is blocked in send")
    void aDrainDoesNotWaitForAServerThatDoesNotRead() throws Exception {
        try (var deaf = new ServerSocket(0, 1, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}));
                var client = client(deaf.getLocalPort(), ChatWire.classic());
                var accepted = deaf.accept()) {
            var sender = Thread.ofVirtual().start(() -> {
                try {
                    while (true) {
                        client.send("x".repeat(100_000));
                    }
                } catch (IOException e) {
                    // As it should be.
                }
            });
            await().until(() -> sender.getState() == Thread.State.WAITING && accepted.isConnected());
            client.drain(Duration.ofSeconds(1));

            assertThat(client.threads()).isEmpty();
            assertThat(sender.join(Duration.ofSeconds(10))).isTrue();
        }
    }

    @Test
    void aConsumerMayAnswerThrowAndClose() throws Exception {
        try (var server = Chats.start(Chats.lines()); var peer = new Peer(server)) {
            var self = new ChatClient[1];
            self[0] = new ChatClient(Address.of("localhost", server.port()), options(ChatWire.lines()).greeting("").heard(text -> {
                try {
                    if (text.endsWith(" ping")) {
                        self[0].send("pong");
                    } else if (text.endsWith(" bye")) {
                        self[0].close();
                    } else if (text.endsWith(" throw")) {
                        throw new IllegalStateException("as asked");
                    }
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            }));
            self[0].start();
            await().until(() -> server.clients().size() == 2);
            peer.say("throw\nping\nbye\n");
            assertThat(peer.line()).endsWith(" throw\n");
            assertThat(List.of(peer.line(), peer.line(), peer.line())).anyMatch(l -> l.endsWith(" pong\n"));

            self[0].join();

            assertThat(self[0].state()).isEqualTo(LifeState.ENDED);
            assertThat(log.errors()).anyMatch(l -> l.contains("consumer"));
        }
    }

    @Test
    void whatWasSentBeforeTheCloseArrives() throws Exception {
        try (var server = Chats.start(Chats.classic().wire(ChatWire.lines(GBK))); var peer = new Peer(server)) {
            var client = client(server.port(), server.options().wire());
            client.send("再见");
            client.close();

            assertThat(heard.next()).endsWith(" say hello");
            assertThat(heard.next()).as("the echo that was on its way").endsWith(" 再见");
            await().until(() -> server.clients().equals(List.of(peer.address())));
            assertThat(log.errors()).as("nothing was reset").isEmpty();
            assertThat(peer.line()).endsWith(" say hello\n");
            assertThat(peer.line()).endsWith(" 再见\n");
        }
    }
}
