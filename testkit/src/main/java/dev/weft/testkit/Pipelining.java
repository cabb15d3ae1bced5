package dev.weft.testkit;

import static dev.weft.testkit.Rule.rule;
import static dev.weft.testkit.StreamSubject.Trait.WHOLE_WRITES;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import dev.weft.net.Connection;
import dev.weft.net.Framing;

/** Answers to pipelined requests leave together, and never later than they are waited for. */
final class Pipelining {
    static final List<Rule<Stage>> RULES = List.of(
            rule("answers gather while requests are unread", Pipelining::gather).needs(WHOLE_WRITES),
            rule("answers leave before a read that waits for the rest of a message", Pipelining::leaveBeforeBlocking),
            rule("answers leave before a read of another view waits", Pipelining::leaveBeforeRawRead),
            rule("a frame of a handler that has read nothing leaves at once", Pipelining::clock),
            rule("a frame of another thread leaves at once", Pipelining::otherThread),
            rule("flush sends what was gathered", Pipelining::flush),
            rule("a send comes after what was gathered", Pipelining::sendKeepsTheOrder),
            rule("what was gathered leaves when the handler returns", Pipelining::leaveAtTheEnd),
            rule("what many threads want to send at once leaves in few writes, each whole", Pipelining::together).needs(WHOLE_WRITES).inThisJvm(),
            rule("a client may pipeline any number of requests", Pipelining::deep));

    private Pipelining() {}

    private static void gather(Stage stage) throws Exception {
        var counting = new CountingTransport(stage.subject().transport());
        var server = stage.open(stage.builder().transport(counting), c -> {
            var lines = c.lines();
            for (var line : lines) {
                lines.write(line);
            }
        }).start();
        var client = stage.connect(server);
        client.send("ready?\n");
        client.readLine();
        var before = counting.writes();
        var requests = IntStream.range(0, 1_000).mapToObj(i -> "request " + i).toList();
        client.send(String.join("\n", requests) + "\n");
        for (var request : requests) {
            assertEquals(request, client.readLine());
        }
        var writes = counting.writes() - before;
        assertTrue(writes <= 250, "1,000 answers took " + writes + " writes");
    }

    /** While one thread's write waits for the peer, the others' queue up behind it. */
    private static void together(Stage stage) throws Exception {
        var writers = 500;
        var ahead = new byte[8 << 20];
        var counting = new CountingTransport(stage.subject().transport());
        var threads = new CopyOnWriteArrayList<Thread>();
        var server = stage.open(stage.builder().transport(counting), c -> {
            threads.add(sending(c, ahead));
            Eventually.holds("the first write waits for the peer", () -> waits(threads.getFirst()));
            for (int i = 0; i < writers; i++) {
                threads.add(sending(c, ("from " + i + "\n").getBytes(StandardCharsets.US_ASCII)));
            }
            c.readLine();
        }).start();
        var client = stage.connect(server);
        Eventually.holds("all writers wait", () -> threads.size() == writers + 1 && threads.stream().allMatch(Pipelining::waits));
        assertEquals(ahead.length, client.input().readNBytes(ahead.length).length);
        var before = counting.writes();
        var lines = new HashSet<String>();
        for (int i = 0; i < writers; i++) {
            lines.add(client.readLine());
        }
        assertEquals(IntStream.range(0, writers).mapToObj(i -> "from " + i).collect(Collectors.toSet()), lines);
        var writes = counting.writes() - before;
        assertTrue(writes <= writers / 10, writers + " writers' lines took " + writes + " writes");
        client.send("done\n");
    }

    private static Thread sending(Connection c, byte[] bytes) {
        return Thread.ofVirtual().start(() -> {
            try {
                c.send(bytes);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    private static boolean waits(Thread thread) {
        return thread.getState() == Thread.State.WAITING || thread.getState() == Thread.State.TIMED_WAITING;
    }

    private static void leaveBeforeBlocking(Stage stage) throws Exception {
        var client = stage.connect(stage.serve(c -> {
            var lines = c.lines();
            for (var line : lines) {
                lines.write(line);
            }
        }));
        client.send("one\ntw");
        assertEquals("one", client.readLine());
        client.send("o\nthr");
        assertEquals("two", client.readLine());
        client.send("ee\n");
        assertEquals("three", client.readLine());
    }

    private static void leaveBeforeRawRead(Stage stage) throws Exception {
        var client = stage.connect(stage.serve(c -> {
            var lines = c.lines();
            lines.write(lines.read());
            assertEquals('x', c.input().read());
            assertEquals('y', c.receive(1)[0]);
        }));
        client.send("one\nx");
        assertEquals("one", client.readLine());
        client.send("y");
        assertEquals(0, client.receive(1).length);
    }

    private static void clock(Stage stage) throws Exception {
        var seen = stage.latch();
        var client = stage.connect(stage.serve(c -> {
            c.lines().write("tick");
            seen.await();
        }));
        assertEquals("tick", client.readLine());
        seen.countDown();
    }

    private static void otherThread(Stage stage) throws Exception {
        var seen = stage.latch();
        var client = stage.connect(stage.serve(c -> {
            c.readLine();
            Scene.Task.run(() -> c.lines().write("from elsewhere")).await();
            seen.await();
        }));
        client.send("one\ntwo\n");
        assertEquals("from elsewhere", client.readLine());
        seen.countDown();
    }

    private static void flush(Stage stage) throws Exception {
        var seen = stage.latch();
        var client = stage.connect(stage.serve(c -> {
            var lines = c.lines();
            lines.write(lines.read());
            lines.flush();
            lines.flush();
            seen.await();
            c.readLine();
        }));
        client.send("one\ntwo\n");
        assertEquals("one", client.readLine());
        seen.countDown();
    }

    private static void sendKeepsTheOrder(Stage stage) throws Exception {
        var seen = stage.latch();
        var client = stage.connect(stage.serve(c -> {
            var lines = c.lines();
            lines.write(lines.read());
            c.send("sent\n");
            seen.await();
            lines.write(lines.read());
        }));
        client.send("one\ntwo\n");
        assertEquals("one", client.readLine());
        assertEquals("sent", client.readLine());
        seen.countDown();
        assertEquals("two", client.readLine());
    }

    private static void leaveAtTheEnd(Stage stage) throws Exception {
        var client = stage.connect(stage.serve(c -> {
            var lines = c.lines();
            var one = lines.read();
            var two = lines.read();
            lines.write(two);
            lines.write(one);
        }));
        client.send("one\ntwo\n");
        assertEquals("two", client.readLine());
        assertEquals("one", client.readLine());
        assertEquals(0, client.receive(1).length);
    }

    private static void deep(Stage stage) throws Exception {
        var client = stage.connect(stage.serve(c -> {
            var frames = c.frames(Framing.lengthPrefixed(4));
            for (var frame : frames) {
                frames.write(frame);
            }
        }));
        var frames = client.frames(Framing.lengthPrefixed(4));
        var sender = stage.run(() -> {
            for (int i = 0; i < 1_000; i++) {
                frames.write(new byte[i % 500]);
            }
        });
        for (int i = 0; i < 1_000; i++) {
            assertEquals(i % 500, frames.read().length);
        }
        sender.await();
    }
}
