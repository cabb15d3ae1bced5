package dev.weft.chat;

import static dev.weft.chat.Chats.await;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PipedReader;
import java.io.PipedWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.time.Duration;

import dev.weft.net.Address;
import dev.weft.net.LifeState;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ChatConsoleTest {
    private final LogTap log = new LogTap();
    private final StringWriter out = new StringWriter();

    @AfterEach
    void close() {
        log.close();
    }

    private ChatConsole typing(String... lines) {
        return new ChatConsole(new BufferedReader(new StringReader(String.join("\n", lines) + "\n")), out);
    }

    @Test
    @DisplayName("CH-8: anything lists the number of threads, the threads one per line, then the clients' addresses; quit stops and leaves")
    void theServersConsoleLists() throws IOException {
        var server = Chats.start(Chats.classic());
        try (var a = new Peer(server); var b = new Peer(server)) {
            var threads = server.threads();

            typing("who", " quit", "quit", "never read").run(server);

            var listed = out.toString().split(">>>", -1);
            assertThat(listed).hasSize(4);
            assertThat(listed[0]).isEmpty();
            assertThat(listed[1].lines()).hasSize(5).satisfiesExactly(
                    count -> assertThat(count).isEqualTo("3"),
                    first -> assertThat(first).startsWith("Accept #" + threads.getFirst().threadId() + " platform "),
                    second -> assertThat(second).matches("chat-1 #\\d+ virtual [A-Z_]+"),
                    third -> assertThat(third).matches("chat-2 #\\d+ virtual [A-Z_]+"),
                    clients -> assertThat(clients).isEqualTo("[" + a.address() + ", " + b.address() + "]"));
            assertThat(listed[2].lines()).as("the server's line is not stripped").hasSize(5);
            assertThat(listed[3]).isEmpty();
            assertThat(threads).noneMatch(Thread::isAlive);
            a.hearsTheEnd();
        }
    }

    @Test
    @DisplayName("in lines, the server's console lists threads and clients when it is asked to")
    void theServersConsoleListsWhenAsked() throws IOException {
        var server = Chats.start(Chats.lines());
        try (var a = new Peer(server)) {
            typing("", "/who", " /threads ", "who", "quit", "never read").run(server);

            var listed = out.toString().split(">>>", -1);
            assertThat(listed).hasSize(6);
            assertThat(listed[1]).isEmpty();
            assertThat(listed[2].strip()).isEqualTo("[" + a.address() + "]");
            assertThat(listed[3].lines()).hasSize(3).satisfiesExactly(
                    count -> assertThat(count).isEqualTo("2"),
                    first -> assertThat(first).startsWith("Accept #"),
                    second -> assertThat(second).startsWith("chat-1 #"));
            assertThat(listed[4].lines()).singleElement().asString().contains("quit", "/threads", "/who");
            a.hearsTheEnd();
        }
    }

    @Test
    @DisplayName("in lines, the client's console sends lines and lists its threads when it is asked to")
    void theClientsConsoleListsWhenAsked() throws IOException {
        try (var server = Chats.start(Chats.lines()); var other = new Peer(server);
                var client = new ChatClient(Address.of("localhost", server.port()), ChatClient.Options.defaults().wire(ChatWire.lines()).greeting(""))
                        .start()) {
            typing("good morning", "/threads", "good night", "quit").run(client);

            assertThat(other.line()).endsWith(" good morning\n");
            assertThat(other.line()).endsWith(" good night\n");
            var listed = out.toString().split(">>>", -1);
            assertThat(listed).hasSize(5);
            assertThat(listed[1]).isEmpty();
            assertThat(listed[2]).matches("1\\Rrecv #\\d+ platform [A-Z_]+\\R");
            assertThat(listed[3]).isEmpty();
        }
    }

    @Test
    @DisplayName("CH-BUG-1, CH-8: the end of the input stops the server as quit does")
    void theEndOfTheInputStops() throws IOException {
        var server = Chats.start(Chats.classic());

        new ChatConsole(new BufferedReader(new StringReader("")), out).run(server);

        assertThat(out).hasToString(">>>");
        assertThat(server.threads()).isEmpty();
    }

    @Test
    @DisplayName("CH-11: a line is stripped, sent, and the threads are listed; quit, stripped, stops")
    void theClientsConsoleSends() throws Exception {
        var heard = new Heard<String>();
        var keys = new PipedWriter();
        try (var server = Chats.start(Chats.classic());
                var client = new ChatClient(Address.of("localhost", server.port()), ChatClient.Options.defaults().heard(heard)).start();
                var reader = new BufferedReader(new PipedReader(keys))) {
            var console = Thread.ofPlatform().start(() -> {
                try {
                    new ChatConsole(reader, out).run(client);
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            assertThat(heard.next()).endsWith(" say hello");
            keys.write("  good morning \n");
            keys.flush();
            assertThat(heard.next()).endsWith(" good morning");
            await().until(() -> out.toString().matches("(?s)>>>1\\Rrecv #\\d+ platform [A-Z_]+\\R>>>"));
            keys.write(" quit\n");
            keys.flush();

            assertThat(console.join(Duration.ofSeconds(10))).isTrue();
            assertThat(client.state()).isEqualTo(LifeState.ENDED);
        }
    }

    @Test
    @DisplayName("CH-11: what cannot be sent is said, and the console goes on")
    void theClientsConsoleSaysWhatWentWrong() throws IOException {
        var nowhere = ChatClient.Options.defaults().sendWithin(Duration.ofNanos(1));
        var client = new ChatClient(Address.memory("nobody"), nowhere).start();

        typing("x", "quit").run(client);

        assertThat(out.toString()).startsWith(">>>not sent: no connection to memory:nobody").endsWith(">>>");
    }
}
