package dev.weft.testkit;

import static dev.weft.testkit.Rule.rule;
import static dev.weft.testkit.StreamSubject.Trait.VISIBLE_RESET;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import dev.weft.net.Connection;
import dev.weft.net.Framing;
import dev.weft.net.Server;

/** Peers that do what they should not: an error for the observer, the connection gone, the server whole, nothing leaked. */
final class HostilePeers {
    static final List<Rule<Stage>> RULES = List.of(
            rule("a line without an end is refused at its limit", HostilePeers::endlessLine),
            rule("garbage where a message should be is an error of its connection", HostilePeers::garbage),
            rule("bytes that are no text become U+FFFD and harm nobody", HostilePeers::noText),
            rule("a reset in mid-message is an error of its connection", HostilePeers::resetInside).needs(VISIBLE_RESET),
            rule("peers that come and go leak neither descriptors nor threads", HostilePeers::comeAndGo),
            rule("peers that say nothing do not stop the next", HostilePeers::silent).concurrent(),
            rule("a peer that does not read holds up only its own handler", HostilePeers::neverReads).concurrent(),
            rule("SS-22: handlers that fail leave no trace", HostilePeers::failingHandlers));

    private HostilePeers() {}

    private static void assertWhole(Stage stage, Server server) throws IOException {
        try (var client = stage.dial(server).open()) {
            client.send("hello world\n");
            assertEquals("hello world", client.readLine());
        }
        Eventually.holds("no request is left", () -> server.stats().active() == 0 && server.connections().isEmpty());
    }

    private static Server echo(Stage stage) throws IOException {
        return stage.serve(c -> {
            for (var line : c.lines()) {
                c.send(line + "\n");
            }
        });
    }

    private static void endlessLine(Stage stage) throws Exception {
        var server = echo(stage);
        var client = stage.connect(server);
        try {
            for (int i = 0; i < 3 * 1_024; i++) {
                client.send(new byte[1_024]);
            }
        } catch (IOException e) {
            // The server has dropped it, as it should.
        }
        stage.witness().failure(ProtocolException.class);
        assertWhole(stage, server);
    }

    private static void garbage(Stage stage) throws Exception {
        var server = stage.serve(c -> {
            if (c.readLine().equals("frames")) {
                c.frames(Framing.lengthPrefixed(4)).forEach(frame -> {});
            }
            c.send("hello world\n");
        });
        var garbage = new byte[1_000];
        new Random(3).nextBytes(garbage);
        garbage[0] = (byte) 0xff;
        for (int i = 0; i < 5; i++) {
            var client = stage.connect(server);
            client.send("frames\n");
            try {
                client.send(garbage);
            } catch (IOException e) {
                // The server has dropped it already.
            }
            stage.witness().failure(ProtocolException.class);
            client.close();
        }
        assertWhole(stage, server);
    }

    private static void noText(Stage stage) throws Exception {
        var server = echo(stage);
        var client = stage.connect(server);
        client.send(new byte[] {'a', (byte) 0xff, (byte) 0xc3, 'b', '\n'});
        assertEquals("a\ufffd\ufffdb", client.readLine());
        client.close();
        assertWhole(stage, server);
    }

    private static void resetInside(Stage stage) throws Exception {
        var entered = stage.latch();
        var server = stage.serve(c -> {
            c.awaitMessage();
            entered.countDown();
            c.send(c.readLine() + "\n");
        });
        var client = stage.connect(server);
        client.send("begun, and never");
        entered.await();
        client.abort();
        stage.witness().failure(IOException.class);
        assertWhole(stage, server);
    }

    private static void comeAndGo(Stage stage) throws Exception {
        var server = echo(stage);
        assertWhole(stage, server);
        var descriptors = Resources.descriptors();
        var threads = Thread.activeCount();
        for (int i = 0; i < 40; i++) {
            var client = stage.dial(server).open();
            switch (i % 4) {
                case 0 -> client.close();
                case 1 -> client.abort();
                case 2 -> {
                    client.send("hello\nhello");
                    client.abort();
                }
                default -> {
                    client.send("hello\n");
                    client.close();
                }
            }
        }
        assertWhole(stage, server);
        Resources.awaitDescriptors(descriptors + more(stage));
        Resources.awaitThreads(threads + (stage.sequential() ? 0 : Math.min(8, Scene.atOnce(stage.concurrency()))));
        stage.witness().forget();
    }

    /** Each worker process that came in the meantime costs its server three descriptors. */
    private static int more(Stage stage) {
        return stage.processes() ? 3 * Scene.atOnce(stage.concurrency()) : 0;
    }

    private static void silent(Stage stage) throws Exception {
        var server = echo(stage);
        var silent = new ArrayList<Connection>();
        for (int i = 0; i < Math.min(100, Scene.atOnce(stage.concurrency()) - 1); i++) {
            silent.add(stage.connect(server));
        }
        stage.witness().awaitCount("accepted", silent.size());
        try (var client = stage.dial(server).open()) {
            client.send("hello\n");
            assertEquals("hello", client.readLine());
        }
        silent.forEach(Connection::close);
        assertWhole(stage, server);
    }

    private static void neverReads(Stage stage) throws Exception {
        var entered = stage.latch();
        var server = stage.open(stage.tight(), c -> {
            if (c.readLine().equals("flood")) {
                entered.countDown();
                c.send(new byte[Stage.MORE_THAN_BUFFERS]);
            }
            c.send("hello world\n");
        }).start();
        var flooded = stage.connectTight(server);
        flooded.send("flood\n");
        entered.await();
        try (var client = stage.dial(server).open()) {
            client.send("hello\n");
            assertEquals("hello world", client.readLine());
        }
        flooded.abort();
        assertWhole(stage, server);
        stage.witness().forget();
    }

    private static void failingHandlers(Stage stage) throws Exception {
        var server = stage.serve(c -> {
            var line = c.readLine();
            if (line.startsWith("fail")) {
                throw new IllegalStateException(line);
            }
            c.send(line + "\n");
        });
        assertWhole(stage, server);
        var descriptors = Resources.descriptors();
        for (int i = 0; i < 20; i++) {
            try (var client = stage.dial(server).open()) {
                client.send("fail " + i + "\n");
                assertEquals("", new String(client.input().readAllBytes(), StandardCharsets.UTF_8));
            }
            stage.witness().failure(IllegalStateException.class, "fail " + i);
        }
        assertWhole(stage, server);
        assertEquals(20, server.stats().failed());
        Resources.awaitDescriptors(descriptors + more(stage));
    }
}
