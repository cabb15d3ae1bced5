package dev.weft.testkit;

import static dev.weft.testkit.Rule.rule;
import static dev.weft.testkit.StreamSubject.Trait.HALF_CLOSE;
import static dev.weft.testkit.StreamSubject.Trait.WHOLE_WRITES;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.IntStream;

import dev.weft.net.Connection;
import dev.weft.net.Framing;
import dev.weft.net.MessageHandler;
import dev.weft.net.MessageRequestHandler;
import dev.weft.net.Server;

/** Servers in message form: each message once, whole, in order, with what a handler may do while it has one. */
final class MessageRules {
    static final List<Rule<Stage>> RULES = List.of(
            rule("message form: a line, its answer, for three clients", MessageRules::echo).inThisJvm(),
            rule("message form: setup once, a message after the other with the fields of one object, finish once", MessageRules::classForm),
            rule("message form: every framing, many messages in a segment or cut anywhere", MessageRules::framings).inThisJvm(),
            rule("message form: thousands of messages at once are handled in order, however long their answers", MessageRules::order).inThisJvm(),
            rule("message form: messages far longer than any buffer", MessageRules::longMessages).inThisJvm(),
            rule("message form: answers gather while messages are unread", MessageRules::gather).inThisJvm().needs(WHOLE_WRITES),
            rule("message form: answers leave before the rest of a message is waited for", MessageRules::leaveBeforeTheRest).inThisJvm(),
            rule("message form: sends and frames leave in their order", MessageRules::mixed).inThisJvm(),
            rule("message form: what handle throws ends its connection only, after finish", MessageRules::handleThrows),
            rule("message form: when setup throws neither handle nor finish runs", MessageRules::setupThrows),
            rule("message form: the end inside a message is an error of the peer, between two it is none", MessageRules::endInside).inThisJvm(),
            rule("message form: a message above its limit is refused, and nothing after it is handled", MessageRules::limit).inThisJvm());

    private MessageRules() {}

    private static <T> Server serve(Stage stage, Framing<T> framing, MessageHandler<? super T> handler) throws IOException {
        return stage.keep(stage.builder().open(framing, handler)).start();
    }

    private static void echo(Stage stage) throws Exception {
        var server = serve(stage, Framing.lines(), (line, c) -> c.send(line + "\n"));
        for (int i = 0; i < 3; i++) {
            try (var client = stage.dial(server).open()) {
                for (var line : List.of("hello", "", "world")) {
                    client.send(line + "\n");
                    assertEquals(line, client.readLine());
                }
            }
        }
    }

    /** Tells the client of all that is called. */
    static class Counter extends MessageRequestHandler<String> {
        private int lines;

        Counter() {
            super(Framing.lines());
        }

        @Override
        protected void setup() throws Exception {
            write("setup by " + connection().remote().equals(Connection.current().remote()));
        }

        @Override
        protected void handle(String line) throws Exception {
            write(++lines + ": " + line);
        }

        @Override
        protected void finish() throws Exception {
            write("finish after " + lines);
        }
    }

    private static void classForm(Stage stage) throws Exception {
        assertThrows(IllegalArgumentException.class, () -> stage.builder().open(new Counter()));
        assertThrows(IllegalStateException.class, () -> new Counter().finish());
        var client = stage.connect(stage.serve(Counter.class));
        client.send("one\ntwo\n");
        assertEquals("setup by true", client.readLine());
        assertEquals("1: one", client.readLine());
        assertEquals("2: two", client.readLine());
        client.send("three\n");
        assertEquals("3: three", client.readLine());
        if (stage.subject().has(HALF_CLOSE)) {
            client.shutdownOutput();
            assertEquals("finish after 3", client.readLine());
            assertEquals(0, client.receive(1).length);
        }
    }

    private static void framings(Stage stage) throws Exception {
        for (var framing : List.of(Framing.delimited("\r\n"), Framing.lengthPrefixed(2), Framing.lengthPrefixed(4), Framing.varintPrefixed(),
                Framing.fixed(5), Framing.rawLines().map(b -> Arrays.copyOf(b, b.length - 1), b -> {
                    var line = Arrays.copyOf(b, b.length + 1);
                    line[b.length] = '\n';
                    return line;
                }))) {
            var server = serve(stage, framing, (message, c) -> c.frames(framing).write(message));
            try (var client = stage.dial(server).open()) {
                var frames = client.frames(framing);
                var messages = List.of("hello".getBytes(StandardCharsets.US_ASCII), "world".getBytes(StandardCharsets.US_ASCII));
                frames.writeAll(messages);
                for (var message : messages) {
                    assertArrayEquals(message, frames.read());
                }
                for (var b : EncodedBytes.of(framing, messages)) {
                    client.send(new byte[] {b});
                }
                for (var message : messages) {
                    assertArrayEquals(message, frames.read());
                }
            }
            server.close();
        }
    }

    private static void order(Stage stage) throws Exception {
        var server = serve(stage, Framing.lines(), (line, c) -> c.send(line + "\n"));
        var client = stage.connect(server);
        var lines = IntStream.range(0, 5_000).mapToObj(i -> i + "x".repeat(i % 97)).toList();
        var sending = stage.run(() -> client.send(String.join("\n", lines) + "\n"));
        for (var line : lines) {
            assertEquals(line, client.readLine());
        }
        sending.await();
    }

    private static void longMessages(Stage stage) throws Exception {
        var framing = Framing.lengthPrefixed(4).limit(4 << 20);
        var server = serve(stage, framing, (message, c) -> c.frames(framing).write(message));
        var client = stage.connect(server);
        var message = new byte[(2 << 20) + 1];
        Arrays.fill(message, (byte) 'm');
        var frames = client.frames(framing);
        var sending = stage.run(() -> frames.writeAll(List.of(message, new byte[] {1}, message)));
        assertArrayEquals(message, frames.read());
        assertArrayEquals(new byte[] {1}, frames.read());
        assertArrayEquals(message, frames.read());
        sending.await();
    }

    private static void gather(Stage stage) throws Exception {
        var counting = new CountingTransport(stage.subject().transport());
        var server = stage.keep(stage.builder().transport(counting).open(Framing.lines(), (line, c) -> c.send(line + "\n"))).start();
        var client = stage.connect(server);
        client.send("ready?\n");
        client.readLine();
        var before = counting.writes();
        var lines = IntStream.range(0, 1_000).mapToObj(i -> "request " + i).toList();
        client.send(String.join("\n", lines) + "\n");
        for (var line : lines) {
            assertEquals(line, client.readLine());
        }
        var writes = counting.writes() - before;
        assertTrue(writes <= 250, "1,000 answers took " + writes + " writes");
    }

    private static void leaveBeforeTheRest(Stage stage) throws Exception {
        var client = stage.connect(serve(stage, Framing.lines(), (line, c) -> c.send(line + "\n")));
        client.send("one\ntwo\nthr");
        assertEquals("one", client.readLine());
        assertEquals("two", client.readLine());
        client.send("ee\n");
        assertEquals("three", client.readLine());
    }

    private static void mixed(Stage stage) throws Exception {
        var client = stage.connect(serve(stage, Framing.lines(), (line, c) -> {
            c.lines().write("1 " + line);
            c.send("2 " + line + "\n");
            c.output().write(("3 " + line + "\n").getBytes(StandardCharsets.UTF_8));
            c.lines().write("4 " + line);
        }));
        client.send("a\nb\n");
        for (var line : List.of("a", "b")) {
            for (int i = 1; i <= 4; i++) {
                assertEquals(i + " " + line, client.readLine());
            }
        }
    }

    static final class FailsInHandle extends Counter {
        @Override
        protected void handle(String line) throws Exception {
            super.handle(line);
            if (line.equals("fail")) {
                throw new IllegalStateException("handle");
            }
        }
    }

    private static void handleThrows(Stage stage) throws Exception {
        var server = stage.serve(FailsInHandle.class);
        try (var client = stage.dial(server).open()) {
            client.send("fine\nfail\n");
            var lines = new ArrayList<String>();
            client.lines().forEach(lines::add);
            assertEquals(List.of("setup by true", "1: fine", "2: fail", "finish after 2"), lines);
        }
        stage.witness().failure(IllegalStateException.class, "handle");
        var other = stage.connect(server);
        other.send("fine\n");
        assertEquals("setup by true", other.readLine());
        assertEquals("1: fine", other.readLine());
    }

    static final class FailsInSetup extends Counter {
        @Override
        protected void setup() throws Exception {
            super.setup();
            throw new IllegalStateException("setup");
        }
    }

    private static void setupThrows(Stage stage) throws Exception {
        var client = stage.connect(stage.serve(FailsInSetup.class));
        assertEquals("setup by true", client.readLine());
        assertEquals(0, client.receive(1).length);
        stage.witness().failure(IllegalStateException.class, "setup");
    }

    private static void endInside(Stage stage) throws Exception {
        var framing = Framing.lengthPrefixed(2);
        var handled = new LinkedBlockingQueue<String>();
        var server = serve(stage, framing, (message, c) -> handled.add(new String(message, StandardCharsets.US_ASCII)));
        try (var client = stage.dial(server).open()) {
            client.frames(framing).write("whole".getBytes(StandardCharsets.US_ASCII));
            client.send(new byte[] {0, 9, 'c', 'u', 't'});
        }
        stage.witness().failure(ProtocolException.class);
        assertEquals(List.of(true), stage.witness().takeBlame());
        assertEquals("whole", handled.take());
        try (var client = stage.dial(server).open()) {
            client.frames(framing).write("again".getBytes(StandardCharsets.US_ASCII));
        }
        assertEquals("again", handled.take());
        stage.witness().awaitCount("closed", 2);
    }

    private static void limit(Stage stage) throws Exception {
        var handled = new LinkedBlockingQueue<String>();
        var server = serve(stage, Framing.lines().limit(10), (line, c) -> {
            handled.add(line);
            c.send(line + "\n");
        });
        var client = stage.connect(server);
        client.send("0123456789\n");
        assertEquals("0123456789", client.readLine());
        try {
            client.send("0123456789a\nshort\n");
            assertEquals(0, client.receive(1).length);
        } catch (IOException e) {
            // The rest was still on its way: it met a connection that is closed.
        }
        stage.witness().failure(ProtocolException.class);
        assertEquals(List.of(true), stage.witness().takeBlame());
        assertEquals(List.of("0123456789"), List.copyOf(handled));
    }
}
