package dev.weft.testkit;

import static dev.weft.testkit.Rule.rule;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.net.ProtocolException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Random;

import dev.weft.net.Framing;

/** Bytes, lines, messages and texts on one connection: nothing lost, nothing invented, whatever the views. */
final class Conversation {
    static final List<Rule<Stage>> RULES = List.of(
            rule("SS-E7: read a line, write it back, for three clients", Conversation::echo),
            rule("SS-45: readLine reads on until the newline, over several receives", Conversation::readsOn),
            rule("SS-45: the last line may lack its end, and then there is none", Conversation::lastLine),
            rule("SS-45: lines end in LF or CR LF", Conversation::lineEnds),
            rule("SS-43: send never truncates: 16 MiB and a byte", Conversation::sendsAll),
            rule("SS-43: so does output, which leaves at once", Conversation::outputSendsAll),
            rule("SS-43: an empty send is nothing, and allowed", Conversation::sendsNothing),
            rule("SS-45: receive returns what has come, and an empty array at the end", Conversation::receives),
            rule("CH-12: all views of one connection mix without losing a byte", Conversation::viewsMix),
            rule("CH-12: text in GBK, with characters cut by the network", Conversation::gbk),
            rule("CH-12: as a text file: CR LF becomes LF, the end is empty", Conversation::textFile),
            rule("PR-W9: frames of every kind, many in a segment or cut anywhere", Conversation::framings),
            rule("PR-W12: a message above its limit is refused, and nothing after it is read", Conversation::limits),
            rule("PR-W13: the end inside a message is an error, between two it is none", Conversation::endInside),
            rule("SS-45: JDK readers and writers work on the streams", Conversation::jdkStreams),
            rule("PR-W14: whole writes of many threads never interleave", Conversation::writesDoNotInterleave),
            rule("PR-W14: frames of many threads never interleave", Conversation::framesDoNotInterleave),
            rule("SS-43: both sides send a megabyte at once", Conversation::bothWays));

    private Conversation() {}

    private static void echo(Stage stage) throws Exception {
        var server = stage.serve(c -> c.send(c.readLine() + "\n"));
        for (int i = 0; i < 3; i++) {
            try (var client = stage.dial(server).open()) {
                client.send("hello world\n");
                assertEquals("hello world", client.readLine());
                assertThrows(EOFException.class, client::readLine);
            }
        }
    }

    private static void readsOn(Stage stage) throws Exception {
        var server = stage.serve(c -> {
            c.send(Arrays.toString(c.receive(1)));
            c.send(c.readLine() + "\n");
        });
        var client = stage.connect(server);
        client.send("+");
        assertEquals("[43]", new String(client.input().readNBytes(4), StandardCharsets.US_ASCII));
        client.send("hel");
        client.send("lo wor");
        client.send("ld\n");
        assertEquals("hello world", client.readLine());
    }

    private static void lastLine(Stage stage) throws Exception {
        var client = stage.connect(stage.serve(c -> c.send("one\ntwo")));
        var lines = new ArrayList<String>();
        client.lines().forEach(lines::add);
        assertEquals(List.of("one", "two"), lines);
        assertThrows(EOFException.class, client::readLine);
    }

    private static void lineEnds(Stage stage) throws Exception {
        var client = stage.connect(stage.serve(c -> c.send("a\r\nb\nc\rd\n\n\r\nend\r")));
        var lines = new ArrayList<String>();
        client.lines().forEach(lines::add);
        assertEquals(List.of("a", "b", "c\rd", "", "", "end\r"), lines);
    }

    private static void sendsAll(Stage stage) throws Exception {
        var bytes = random((16 << 20) + 1);
        var client = stage.connect(stage.serve(c -> c.send(random((16 << 20) + 1))));
        var in = client.input();
        var buffer = new byte[64 * 1024];
        var at = 0;
        for (int n = in.read(buffer); n > 0; n = in.read(buffer)) {
            assertTrue(Arrays.equals(bytes, at, at + n, buffer, 0, n), "the bytes from " + at + " on");
            at += n;
        }
        assertEquals(bytes.length, at);
    }

    private static void outputSendsAll(Stage stage) throws Exception {
        var bytes = random((1 << 20) + 1);
        var client = stage.connect(stage.serve(c -> {
            c.output().write(random((1 << 20) + 1));
            c.output().write('!');
            c.readLine(); // what was written has left, or this would wait for ever
        }));
        assertArrayEquals(bytes, client.input().readNBytes(bytes.length));
        assertEquals('!', client.input().read());
        client.send("thanks\n");
        assertEquals(-1, client.input().read());
    }

    private static void sendsNothing(Stage stage) throws Exception {
        var client = stage.connect(stage.serve(c -> {
            c.send(new byte[0]);
            c.send("");
            c.output().write(new byte[0]);
            c.send("x");
        }));
        assertArrayEquals(new byte[] {'x'}, client.input().readAllBytes());
    }

    private static void receives(Stage stage) throws Exception {
        var client = stage.connect(stage.serve(c -> c.send("abcdef")));
        var all = new StringBuilder();
        for (var part = client.receive(4); part.length > 0; part = client.receive(4)) {
            assertTrue(part.length <= 4);
            all.append(new String(part, StandardCharsets.US_ASCII));
        }
        assertEquals("abcdef", all.toString());
        assertEquals(0, client.receive(4).length);
        assertThrows(IllegalArgumentException.class, () -> client.receive(0));
    }

    private static void viewsMix(Stage stage) throws Exception {
        var server = stage.serve(c -> {
            var reply = new StringBuilder();
            for (int round = 0; round < 20; round++) {
                reply.append(c.readLine()).append('|');
                reply.append((char) c.receive(1)[0]).append('|');
                reply.append(c.lines().read()).append('|');
                reply.append(new String(c.frames(Framing.lengthPrefixed(2)).read(), StandardCharsets.UTF_8)).append('|');
                reply.append((char) c.input().read()).append('|');
                reply.append(c.text(StandardCharsets.UTF_8).readLine().strip()).append('|');
                reply.append(new String(c.frames(Framing.fixed(3)).read(), StandardCharsets.UTF_8)).append('|');
                reply.append(new String(c.frames(Framing.delimited("--")).read(), StandardCharsets.UTF_8)).append('|');
                reply.append(new String(c.frames(Framing.varintPrefixed()).read(), StandardCharsets.UTF_8)).append('\n');
            }
            c.send(reply.toString());
        });
        var client = stage.connect(server);
        for (int round = 0; round < 20; round++) {
            client.send("grüße\nXline\r\n");
            client.frames(Framing.lengthPrefixed(2)).write("two".getBytes(StandardCharsets.UTF_8));
            client.output().write('Y');
            client.text(StandardCharsets.UTF_8).write("texté\n");
            client.send("fixdel--");
            client.frames(Framing.varintPrefixed()).write("varint".getBytes(StandardCharsets.UTF_8));
        }
        for (int round = 0; round < 20; round++) {
            assertEquals("grüße|X|line|two|Y|texté|fix|del|varint", client.readLine());
        }
    }

    private static void gbk(Stage stage) throws Exception {
        var gbk = Charset.forName("GBK");
        var server = stage.serve(c -> {
            var charset = Charset.forName("GBK");
            var all = new StringBuilder();
            c.frames(Framing.text(charset)).forEach(all::append);
            c.text(charset).write(all.reverse() + "\n");
        });
        var client = stage.connect(server);
        for (byte b : "你好，世界".getBytes(gbk)) {
            client.send(new byte[] {b});
        }
        if (stage.subject().has(StreamSubject.Trait.HALF_CLOSE)) {
            client.shutdownOutput();
            assertEquals("界世，好你\n", client.text(gbk).readLine());
        }
    }

    private static void textFile(Stage stage) throws Exception {
        var client = stage.connect(stage.serve(c -> c.send("hello\r\nworld\nrest\r\nof it")));
        var file = client.text(StandardCharsets.UTF_8);
        assertEquals("hello\n", file.readLine());
        assertEquals("world\n", file.readLine());
        assertEquals("rest\nof it", file.read());
        assertEquals("", file.readLine());
        assertEquals("", file.read());
    }

    private static void framings(Stage stage) throws Exception {
        var server = stage.serve(c -> {
            var frames = c.frames(framing(c.readLine()));
            for (var frame : frames) {
                frames.write(frame);
            }
        });
        for (var kind : List.of("length 1", "length 2", "length 3", "length 4", "length 8", "varint", "delimited", "fixed")) {
            try (var client = stage.dial(server).open()) {
                client.send(kind + "\n");
                var sent = new ArrayList<byte[]>();
                for (int i = 0; i < 50; i++) {
                    var message = kind.equals("fixed") ? new byte[200] : new byte[i * 5];
                    Arrays.fill(message, (byte) ('a' + i % 20));
                    sent.add(message);
                }
                var frames = client.frames(framing(kind));
                frames.writeAll(sent);
                for (var message : sent) {
                    assertArrayEquals(message, frames.read(), kind);
                }
            }
        }
    }

    private static Framing<byte[]> framing(String kind) {
        return switch (kind) {
            case "varint" -> Framing.varintPrefixed();
            case "delimited" -> Framing.delimited("\r\n.\r\n");
            case "fixed" -> Framing.fixed(200);
            default -> Framing.lengthPrefixed(Integer.parseInt(kind.substring("length ".length())));
        };
    }

    private static void limits(Stage stage) throws Exception {
        var server = stage.serve(c -> {
            switch (c.readLine()) {
                case "line" -> c.frames(Framing.lines().limit(100)).read();
                case "length" -> c.frames(Framing.lengthPrefixed(4).limit(100)).read();
                case "delimited" -> c.frames(Framing.delimited(";").limit(100)).read();
                case "varint" -> c.frames(Framing.varintPrefixed().limit(100)).read();
                default -> throw new AssertionError();
            }
        });
        for (var kind : List.of("line", "length", "delimited", "varint")) {
            var client = stage.connect(server);
            client.send(kind + "\n");
            try {
                client.send(new byte[] {0x7f, (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x7f});
                client.send("x".repeat(200));
            } catch (IOException e) {
                // The server has dropped it already.
            }
            stage.witness().failure(ProtocolException.class);
            client.close();
        }
    }

    private static void endInside(Stage stage) throws Exception {
        var server = stage.serve(c -> {
            for (var message : c.frames(Framing.lengthPrefixed(4))) {
                c.send(message);
            }
        });
        try (var client = stage.dial(server).open()) {
            client.frames(Framing.lengthPrefixed(4)).write(new byte[] {'o', 'k'});
            assertEquals("ok", new String(client.input().readNBytes(2), StandardCharsets.US_ASCII));
        }
        stage.witness().awaitCount("closed", 1);
        stage.witness().assertNoMore();
        for (var part : List.of(new byte[] {0, 0}, new byte[] {0, 0, 0, 5}, new byte[] {0, 0, 0, 5, 'a', 'b', 'c', 'd'})) {
            try (var client = stage.dial(server).open()) {
                client.send(part);
            }
            stage.witness().failure(ProtocolException.class);
        }
    }

    private static void jdkStreams(Stage stage) throws Exception {
        var server = stage.serve(c -> {
            var in = new BufferedReader(new InputStreamReader(c.input(), StandardCharsets.UTF_8));
            var out = new OutputStreamWriter(c.output(), StandardCharsets.UTF_8);
            for (var line = in.readLine(); line != null; line = in.readLine()) {
                out.write(line.toUpperCase(Locale.ROOT) + "\n");
                out.flush();
            }
        });
        var client = stage.connect(server);
        for (int i = 0; i < 10; i++) {
            client.send("line é " + i + "\n");
            assertEquals("LINE É " + i, client.readLine());
        }
    }

    private static void writesDoNotInterleave(Stage stage) throws Exception {
        var server = stage.serve(c -> {
            var writers = new ArrayList<Scene.Task<Boolean>>();
            for (int t = 0; t < 8; t++) {
                var letter = (byte) ('a' + t);
                writers.add(Scene.Task.run(() -> {
                    for (int i = 0; i < 30; i++) {
                        var block = new byte[1_000];
                        Arrays.fill(block, letter);
                        c.send(block);
                    }
                }));
            }
            for (var writer : writers) {
                writer.await();
            }
        });
        var client = stage.connect(server);
        for (int i = 0; i < 8 * 30; i++) {
            var block = client.input().readNBytes(1_000);
            assertEquals(1_000, block.length);
            for (var b : block) {
                assertEquals(block[0], b, "a block of one writer");
            }
        }
        assertEquals(-1, client.input().read());
    }

    private static void framesDoNotInterleave(Stage stage) throws Exception {
        var server = stage.serve(c -> {
            var lines = c.lines();
            var writers = new ArrayList<Scene.Task<Boolean>>();
            for (int t = 0; t < 4; t++) {
                var who = "writer " + t + " ";
                writers.add(Scene.Task.run(() -> {
                    for (int i = 0; i < 50; i++) {
                        lines.write(who + i);
                    }
                }));
            }
            for (var line : lines) {
                lines.write("reader " + line);
            }
            for (var writer : writers) {
                writer.await();
            }
        });
        var client = stage.connect(server);
        var asked = new ArrayList<String>();
        for (int i = 0; i < 50; i++) {
            asked.add(i + "");
        }
        client.lines().writeAll(asked);
        var next = new HashMap<String, Integer>();
        for (int i = 0; i < 5 * 50; i++) {
            var line = client.readLine();
            var cut = line.lastIndexOf(' ');
            assertEquals(next.merge(line.substring(0, cut), 1, Integer::sum) - 1, Integer.parseInt(line.substring(cut + 1)), line);
        }
        assertEquals(5, next.size(), next.toString());
    }

    private static void bothWays(Stage stage) throws Exception {
        var bytes = random(1 << 20);
        var server = stage.serve(c -> {
            var same = random(1 << 20);
            var sending = Scene.Task.run(() -> c.send(same));
            assertArrayEquals(same, c.input().readNBytes(same.length));
            sending.await();
        });
        var client = stage.connect(server);
        var sending = stage.run(() -> client.send(bytes));
        assertArrayEquals(bytes, client.input().readAllBytes());
        sending.await();
    }

    private static byte[] random(int size) {
        var bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }
}
