package dev.weft.testkit;

import static dev.weft.testkit.Failures.assertSays;
import static dev.weft.testkit.Rule.rule;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.BindException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;

import dev.weft.net.Address;
import dev.weft.net.Admission;
import dev.weft.net.Connection;
import dev.weft.net.DatagramRequestHandler;
import dev.weft.net.Server;

/** One datagram a request: what its handler sees, what leaves, what is dropped. */
final class DatagramRules {
    static final List<Rule<PacketStage>> RULES = List.of(
            rule("SS-E3: upper-case, sent back", DatagramRules::upper),
            rule("SS-7, SS-24: a handler sees the data, the sender and the server", DatagramRules::sees),
            rule("SS-24: what is longer than the limit is cut, and says so", DatagramRules::truncates),
            rule("SS-24: datagrams may be empty, and large", DatagramRules::anySize),
            rule("SS-46: the class form reads the packet as a stream and answers with one datagram", DatagramRules::streams),
            rule("SS-47: it answers even when nothing was written", DatagramRules::answersWithNothing),
            rule("SS-47: and with what was written before handle threw", DatagramRules::answersInPart),
            rule("SS-41: when setup throws nothing else runs and nothing is sent", DatagramRules::setupThrows),
            rule("SS-46: a plain handler answers when it wants to, as often as it likes", DatagramRules::answersFreely),
            rule("a handler may send to anybody, by its server's socket", DatagramRules::sendsToAnybody),
            rule("SS-40: a class gives each datagram an object of its own; an object is refused", DatagramRules::objectEach),
            rule("SS-19: verify's no drops the datagram", DatagramRules::verifySaysNo),
            rule("SS-20: a verify that throws costs its datagram only", DatagramRules::verifyThrows),
            rule("SS-21, SS-22: what a handler throws goes to the observer, and the server goes on", DatagramRules::handlerThrows),
            rule("SS-25: a sequential server serves one at a time and drops none", DatagramRules::oneAtATime).inThisJvm(),
            rule("past the bound in flight datagrams are dropped and counted", DatagramRules::bounded).concurrent(),
            rule("SS-30: requests run beside one another, on threads with names", DatagramRules::besideOneAnother).parallel(3),
            rule("SS-24: each of many clients gets its own answers", DatagramRules::manyClients),
            rule("bytes are counted, requests that ended are not kept", DatagramRules::counts),
            rule("a datagram server has no connections and no admission", DatagramRules::noConnections),
            rule("SS-4: failing opens say why and leak no descriptor", DatagramRules::failingOpens));

    private DatagramRules() {}

    private static void upper(PacketStage stage) throws Exception {
        var server = stage.serve(d -> d.reply(d.text().strip().toUpperCase(Locale.ROOT)));
        var client = stage.client(server);
        for (int i = 0; i < 3; i++) {
            assertEquals("HELLO WORLD", client.ask(" hello world\n"));
        }
        assertEquals(3, server.stats().accepted());
    }

    private static void sees(PacketStage stage) throws Exception {
        var server = stage.serve(d -> {
            assertThrows(IllegalStateException.class, Connection::current);
            assertSame(d.input(), d.input());
            assertArrayEquals(d.data(), d.input().readAllBytes());
            d.reply(String.join(" ", d.text(), d.sender().toString(), Server.current().address().toString(), Server.current().name()));
        });
        var client = stage.client(server);
        assertEquals(String.join(" ", "grüße", client.address().toString(), server.address().toString(), server.name()), client.ask("grüße"));
        assertTrue(server.address().kind() != Address.Kind.INET || server.port() > 0);
    }

    private static void truncates(PacketStage stage) throws Exception {
        var server = stage.open(stage.builder().maxPacketSize(10), d -> d.reply(d.text() + " " + d.truncated())).start();
        var client = stage.client(server);
        assertEquals("0123456789 false", client.ask("0123456789"));
        assertEquals("0123456789 true", client.ask("0123456789a"));
        assertEquals("x false", client.ask("x"));
    }

    private static void sendsToAnybody(PacketStage stage) throws Exception {
        var server = stage.serve(d -> {
            d.send("from " + d.sender(), Address.parse(d.text()));
            d.reply("told");
        });
        var one = stage.client(server);
        var other = stage.client(server);
        assertEquals("told", one.ask(other.address().toString()));
        assertEquals("from " + one.address(), other.receiveText());
    }

    private static void anySize(PacketStage stage) throws Exception {
        var client = stage.client(stage.serve(d -> d.reply(d.data())));
        for (int size : new int[] {0, 1, 512, 1_500, 8_192}) {
            var data = new byte[size];
            Arrays.fill(data, (byte) size);
            client.send(data);
            assertArrayEquals(data, client.receive());
        }
    }

    /** Upper-cases through the streams. */
    static final class Upper extends DatagramRequestHandler {
        @Override
        protected void handle() throws Exception {
            var text = new String(input().readAllBytes(), StandardCharsets.UTF_8);
            for (char c : text.toUpperCase(Locale.ROOT).toCharArray()) {
                output().write(c);
                output().flush();
            }
        }
    }

    private static void streams(PacketStage stage) throws Exception {
        assertEquals("HELLO", stage.client(stage.serve(Upper.class)).ask("hello"));
    }

    static final class Silent extends DatagramRequestHandler {
        @Override
        protected void handle() {}
    }

    private static void answersWithNothing(PacketStage stage) throws Exception {
        assertEquals("", stage.client(stage.serve(Silent.class)).ask("hello"));
    }

    static final class FailsInHandle extends DatagramRequestHandler {
        @Override
        protected void handle() throws Exception {
            output().write("part".getBytes(StandardCharsets.UTF_8));
            throw new IllegalStateException("handle");
        }

        @Override
        protected void finish() throws Exception {
            output().write(" and finish".getBytes(StandardCharsets.UTF_8));
        }
    }

    private static void answersInPart(PacketStage stage) throws Exception {
        assertEquals("part and finish", stage.client(stage.serve(FailsInHandle.class)).ask("hello"));
        stage.witness().failure(IllegalStateException.class, "handle");
    }

    static final class FailsInSetup extends DatagramRequestHandler {
        @Override
        protected void setup() {
            throw new IllegalStateException("setup");
        }

        @Override
        protected void handle() throws Exception {
            throw new AssertionError("handle after a failed setup");
        }

        @Override
        protected void finish() throws Exception {
            throw new AssertionError("finish after a failed setup");
        }
    }

    private static void setupThrows(PacketStage stage) throws Exception {
        var server = stage.serve(FailsInSetup.class);
        stage.client(server).send("hello");
        stage.witness().failure(IllegalStateException.class, "setup");
        Eventually.holds("no request is left", () -> server.stats().active() == 0);
        assertEquals(0, server.stats().bytesOut());
    }

    private static void answersFreely(PacketStage stage) throws Exception {
        var client = stage.client(stage.serve(d -> {
            for (int i = 0; i < Integer.parseInt(d.text()); i++) {
                d.reply("answer " + i);
            }
        }));
        client.send("0");
        client.send("3");
        var answers = new ArrayList<>(List.of(client.receiveText(), client.receiveText(), client.receiveText()));
        assertEquals(List.of("answer 0", "answer 1", "answer 2"), answers);
    }

    /** Says how often it was called. */
    static final class Counting extends DatagramRequestHandler {
        private int calls;

        @Override
        protected void handle() throws Exception {
            output().write(("call " + ++calls).getBytes(StandardCharsets.UTF_8));
        }
    }

    private static void objectEach(PacketStage stage) throws Exception {
        var client = stage.client(stage.serve(Counting.class));
        assertEquals("call 1", client.ask("one"));
        assertEquals("call 1", client.ask("two"));
        assertThrows(IllegalArgumentException.class, () -> stage.builder().open(new Counting()));
    }

    private static void verifySaysNo(PacketStage stage) throws Exception {
        var server = stage.open(stage.builder().verify(d -> !d.text().startsWith("no")), d -> d.reply(d.data())).start();
        var client = stage.client(server);
        client.send("no, not this");
        assertEquals("but this", client.ask("but this"));
        assertEquals(1, stage.witness().count("dropped"));
        assertEquals(1, server.stats().dropped());
        assertEquals(1, server.stats().accepted());
    }

    private static void verifyThrows(PacketStage stage) throws Exception {
        var server = stage.open(stage.builder().verify(d -> {
            if (d.text().equals("throw")) {
                throw new IllegalStateException("verify");
            }
            return true;
        }), d -> d.reply(d.data())).start();
        var client = stage.client(server);
        client.send("throw");
        assertEquals("hello", client.ask("hello"));
        stage.witness().failure(IllegalStateException.class, "verify");
    }

    private static void handlerThrows(PacketStage stage) throws Exception {
        var server = stage.serve(d -> {
            switch (d.text()) {
                case "unchecked" -> throw new IllegalStateException("unchecked");
                case "checked" -> throw new IOException("checked");
                case "error" -> throw new AssertionError("error");
                case "deep" -> throw new StackOverflowError("deep");
                default -> d.reply(d.data());
            }
        });
        var client = stage.client(server);
        var thrown = new LinkedHashMap<String, Class<? extends Throwable>>();
        thrown.put("unchecked", IllegalStateException.class);
        thrown.put("checked", IOException.class);
        thrown.put("error", AssertionError.class);
        thrown.put("deep", StackOverflowError.class);
        for (var kind : thrown.entrySet()) {
            client.send(kind.getKey());
            stage.witness().failure(kind.getValue(), kind.getKey());
            assertEquals("hello", client.ask("hello"));
        }
        assertEquals(4, server.stats().failed());
    }

    private static void oneAtATime(PacketStage stage) throws Exception {
        assumeTrue(stage.sequential(), "a rule of sequential servers");
        var running = new AtomicInteger();
        var most = new AtomicInteger();
        var server = stage.serve(d -> {
            most.accumulateAndGet(running.incrementAndGet(), Math::max);
            d.reply(d.data());
            running.decrementAndGet();
        });
        var client = stage.client(server);
        for (int i = 0; i < 20; i++) {
            client.send("datagram " + i);
        }
        for (int i = 0; i < 20; i++) {
            assertEquals("datagram " + i, client.receiveText());
        }
        assertEquals(1, most.get());
        assertEquals(0, server.stats().dropped());
    }

    private static void bounded(PacketStage stage) throws Exception {
        var entered = stage.latch(2);
        var go = stage.latch();
        var server = stage.open(stage.builder().inFlight(2), d -> {
            entered.countDown();
            go.await();
            d.reply(d.data());
        }).start();
        var client = stage.client(server);
        client.send("held");
        client.send("held");
        entered.await();
        client.send("too many");
        client.send("too many");
        stage.witness().awaitCount("dropped", 2);
        assertEquals(2, server.stats().dropped());
        assertEquals(2, server.stats().active());
        go.countDown();
        assertEquals("held", client.receiveText());
        assertEquals("held", client.receiveText());
        Eventually.holds("no request is left", () -> server.stats().active() == 0);
        assertEquals("again", client.ask("again"));
    }

    private static void besideOneAnother(PacketStage stage) throws Exception {
        var together = stage.latch(3);
        var server = stage.open(stage.builder().name("beside"), d -> {
            together.countDown();
            together.await();
            d.reply(ProcessHandle.current().pid() + " " + Thread.currentThread().getName());
        }).start();
        var client = stage.client(server);
        for (int i = 0; i < 3; i++) {
            client.send("x");
        }
        var threads = new HashSet<String>();
        for (int i = 0; i < 3; i++) {
            threads.add(client.receiveText());
        }
        assertEquals(3, threads.size(), threads.toString());
        assertTrue(stage.processes() || threads.stream().allMatch(name -> name.matches("[0-9]+ beside-[0-9]+")), threads.toString());
    }

    private static void manyClients(PacketStage stage) throws Exception {
        var server = stage.serve(d -> d.reply(d.data()));
        var tasks = new ArrayList<Scene.Task<Boolean>>();
        for (int c = 0; c < 5; c++) {
            var who = "client " + c + " ";
            var client = stage.client(server);
            tasks.add(stage.run(() -> {
                for (int i = 0; i < 20; i++) {
                    assertEquals(who + i, client.ask(who + i));
                }
            }));
        }
        for (var task : tasks) {
            task.await();
        }
    }

    private static void counts(PacketStage stage) throws Exception {
        var server = stage.serve(d -> d.reply("answer"));
        var client = stage.client(server);
        for (int i = 0; i < 10; i++) {
            assertEquals("answer", client.ask("question"));
        }
        Eventually.holds("no request is left", () -> server.stats().active() == 0);
        assertEquals(10, server.stats().accepted());
        assertEquals(80, server.stats().bytesIn());
        assertEquals(60, server.stats().bytesOut());
    }

    private static void noConnections(PacketStage stage) throws Exception {
        var server = stage.open(d -> {});
        assertTrue(server.connections().isEmpty());
        assertThrows(IllegalStateException.class, server::admission);
        assertThrows(IllegalStateException.class, () -> server.admission(Admission.waiting(1)));
    }

    private static void failingOpens(PacketStage stage) throws Exception {
        var first = stage.open(d -> {});
        var before = Resources.descriptors();
        for (int i = 0; i < 64; i++) {
            var failure = assertThrows(BindException.class, () -> stage.open(stage.builderAt(first.address()), d -> {}));
            assertSays(first.address().toString(), failure);
        }
        Resources.awaitDescriptors(before);
    }
}
