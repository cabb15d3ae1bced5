package dev.weft.testkit;

import static dev.weft.testkit.Rule.rule;
import static dev.weft.testkit.StreamSubject.Trait.HALF_CLOSE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import dev.weft.net.Connection;
import dev.weft.net.Framing;
import dev.weft.net.Group;
import dev.weft.net.MessageHandler;
import dev.weft.net.Server;

/** Servers in message form: what a handler may do while it has a message, and what others may do to its connection. */
final class MessageHandlers {
    static final List<Rule<Stage>> RULES = List.of(
            rule("message form: a peer that has ended its output gets all answers", MessageHandlers::halfClose).inThisJvm().needs(HALF_CLOSE),
            rule("message form: a handler that closes gets no further message", MessageHandlers::closes).inThisJvm(),
            rule("message form: a handler reads on from its connection itself", MessageHandlers::readsOn).inThisJvm(),
            rule("message form: Connection.current and Server.current are those of the message", MessageHandlers::current).inThisJvm(),
            rule("message form: another thread's send leaves at once, wherever the connection stands", MessageHandlers::others).inThisJvm(),
            rule("message form: what a handler sends to another connection leaves at once", MessageHandlers::toAnother).inThisJvm().parallel(2),
            rule("message form: a group's message reaches connections that rest", MessageHandlers::group).inThisJvm().parallel(3),
            rule("message form: an interrupt of a handler's own is not the next message's", MessageHandlers::ownInterrupt).inThisJvm());

    private MessageHandlers() {}

    private static Server serve(Stage stage, Framing<String> framing, MessageHandler<String> handler) throws IOException {
        return stage.keep(stage.builder().open(framing, handler)).start();
    }

    private static void readsOn(Stage stage) throws Exception {
        var client = stage.connect(serve(stage, Framing.lines(), (line, c) -> {
            if (line.equals("body")) {
                c.send("go on\n");
                c.send(new String(c.frames(Framing.lengthPrefixed(1)).read(), StandardCharsets.US_ASCII) + "\n");
            } else {
                c.send(line + ", " + c.readLine() + "\n");
            }
        }));
        client.send("one\n");
        client.send("two\nbody\n");
        assertEquals("one, two", client.readLine());
        assertEquals("go on", client.readLine());
        client.send("\4text3\n4\n");
        assertEquals("text", client.readLine());
        assertEquals("3, 4", client.readLine());
    }

    private static void current(Stage stage) throws Exception {
        var server = new AtomicReference<Server>();
        server.set(stage.keep(stage.builder().open(Framing.lines(), (line, c) -> {
            assertSame(c, Connection.current());
            assertSame(server.get(), Server.current());
            assertTrue(server.get().threads().contains(Thread.currentThread()));
            c.send(line + "\n");
        })));
        server.get().start();
        var client = stage.connect(server.get());
        for (var line : List.of("one", "two")) {
            client.send(line + "\n");
            assertEquals(line, client.readLine());
        }
        assertThrows(IllegalStateException.class, Connection::current);
    }

    private static void others(Stage stage) throws Exception {
        var connections = new LinkedBlockingQueue<Connection>();
        var client = stage.connect(serve(stage, Framing.lines(), (line, c) -> {
            connections.add(c);
            c.send(line + "\n");
        }));
        client.send("one\n");
        assertEquals("one", client.readLine());
        var c = connections.take();
        c.send("while it rests\n");
        assertEquals("while it rests", client.readLine());
        client.send("a part ");
        c.send("inside a message\n");
        assertEquals("inside a message", client.readLine());
        client.send("and the rest\n");
        assertEquals("a part and the rest", client.readLine());
    }

    private static void toAnother(Stage stage) throws Exception {
        var connections = new LinkedBlockingQueue<Connection>();
        var go = stage.latch();
        var server = serve(stage, Framing.lines(), (line, c) -> {
            if (line.equals("listen")) {
                connections.add(c);
                c.send("listening\n");
            } else {
                connections.take().send(line + "\n");
                go.await();
                c.send("done\n");
            }
        });
        var listener = stage.connect(server);
        listener.send("listen\n");
        assertEquals("listening", listener.readLine());
        listener.send("a part of a line");
        var speaker = stage.connect(server);
        speaker.send("hear\n");
        assertEquals("hear", listener.readLine());
        go.countDown();
        assertEquals("done", speaker.readLine());
    }

    private static void group(Stage stage) throws Exception {
        var group = new Group<>(Framing.lines());
        var server = serve(stage, Framing.lines(), (line, c) -> {
            if (line.equals("join")) {
                group.join(c);
                c.send("joined\n");
            } else {
                group.send(line);
            }
        });
        var clients = List.of(stage.connect(server), stage.connect(server), stage.connect(server));
        for (var client : clients) {
            client.send("join\n");
            assertEquals("joined", client.readLine());
        }
        clients.getFirst().send("to all\n");
        for (var client : clients) {
            assertEquals("to all", client.readLine());
        }
    }

    private static void ownInterrupt(Stage stage) throws Exception {
        var interrupted = new LinkedBlockingQueue<Boolean>();
        var server = serve(stage, Framing.lines(), (line, c) -> {
            interrupted.add(Thread.currentThread().isInterrupted());
            c.send(line + "\n");
            Thread.currentThread().interrupt();
        });
        var client = stage.connect(server);
        for (var line : List.of("one", "two")) {
            client.send(line + "\n");
            assertEquals(line, client.readLine());
        }
        client.close();
        stage.witness().awaitCount("closed", 1);
        var other = stage.connect(server);
        other.send("three\n");
        assertEquals("three", other.readLine());
        for (int i = 0; i < 3; i++) {
            assertFalse(interrupted.poll(10, TimeUnit.SECONDS), "message " + i);
        }
    }

    private static void closes(Stage stage) throws Exception {
        var handled = new LinkedBlockingQueue<String>();
        var client = stage.connect(serve(stage, Framing.lines(), (line, c) -> {
            handled.add(line);
            c.send("bye\n");
            c.close();
        }));
        try {
            client.send("one\ntwo\n");
            assertEquals("bye", client.readLine());
            assertEquals(0, client.receive(1).length);
        } catch (IOException e) {
            // The second line was still on its way: it met a connection that is closed.
        }
        stage.witness().awaitCount("closed", 1);
        assertEquals(List.of("one"), List.copyOf(handled));
    }

    private static void halfClose(Stage stage) throws Exception {
        var client = stage.connect(serve(stage, Framing.lines(), (line, c) -> c.send(line + "\n")));
        client.send("one\ntwo\nlast");
        client.shutdownOutput();
        var lines = new ArrayList<String>();
        client.lines().forEach(lines::add);
        assertEquals(List.of("one", "two", "last"), lines);
    }
}
