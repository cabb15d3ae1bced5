package dev.weft.testkit;

import static dev.weft.testkit.Rule.rule;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

import dev.weft.net.Connection;
import dev.weft.net.Framing;
import dev.weft.net.Group;
import dev.weft.net.Outbox;
import dev.weft.net.Server;

/** Broadcasts: in order, once encoded, and no member held up by another. */
final class GroupRules {
    static final List<Rule<Stage>> RULES = Stream.<Rule<Stage>>of(
            rule("CH-5: a message reaches every member, its sender too", GroupRules::everybody).parallel(3),
            rule("CH-5: or all but one, or just one", GroupRules::someOnly).parallel(3),
            rule("CH-BUG-2: a connection that ends has left", GroupRules::leavesByItself).parallel(3),
            rule("CH-5: messages of one sender keep their order, and nothing tears them", GroupRules::order).parallel(3),
            rule("CH-BUG-3: disconnecting: a member that does not read is dropped, the others get all", GroupRules::disconnecting).concurrent(),
            rule("CH-BUG-3: dropping the oldest: the slow member gets the newest", GroupRules::droppingOldest).concurrent(),
            rule("CH-BUG-3: dropping the newest: the slow member gets the oldest", GroupRules::droppingNewest).concurrent(),
            rule("CH-BUG-3: blocking: the sender waits, and the slow member gets all", GroupRules::blocking).concurrent(),
            rule("CH-BUG-3: blocking: only as long as its patience", GroupRules::blockingImpatiently).concurrent(),
            rule("CH-BUG-3: disconnecting with patience: a member that takes little, but steadily, stays", GroupRules::slowMember).concurrent(),
            rule("CH-BUG-3: a member that is dropped as too slow is told and counted", GroupRules::told).concurrent(),
            rule("CH-BUG-3: so is one that takes nothing for the write deadline", GroupRules::deadMemberTold).concurrent(),
            rule("CH-BUG-3: messages that outboxes drop are counted", GroupRules::undelivered).concurrent(),
            rule("CH-BUG-3: a member that never reads is dropped at its write deadline", GroupRules::deadMember).concurrent())
            .map(Rule::inThisJvm).toList(); // a group ends at its process

    /** Long enough that a hundred of them fill every buffer on the way. */
    private static final String PADDING = "x".repeat(20_000);
    private static final int MANY = Stage.MORE_THAN_BUFFERS / 20_000;

    private GroupRules() {}

    /** A server whose handlers join, say so, and stay until their peers end. */
    private static Server serve(Stage stage, Group<String> group, List<Connection> joined) throws IOException {
        return stage.keep(stage.tight().time(stage.time()).open(c -> {
            group.join(c);
            joined.add(c);
            c.send("welcome\n");
            for (var line : c.lines()) {
                group.send(line);
            }
        })).start();
    }

    private static Connection member(Stage stage, Server server) throws IOException {
        var client = stage.connectTight(server);
        assertEquals("welcome", client.readLine());
        return client;
    }

    private static void everybody(Stage stage) throws Exception {
        var group = new Group<>(Framing.lines());
        var server = serve(stage, group, new CopyOnWriteArrayList<>());
        var members = List.of(member(stage, server), member(stage, server), member(stage, server));
        for (var sender : members) {
            sender.send("hello\n");
            for (var member : members) {
                assertEquals("hello", member.readLine());
            }
        }
        assertEquals(3, group.members().size());
    }

    private static void someOnly(Stage stage) throws Exception {
        var group = new Group<>(Framing.lines());
        var joined = new CopyOnWriteArrayList<Connection>();
        var server = serve(stage, group, joined);
        var first = member(stage, server);
        var second = member(stage, server);
        group.sendExcept(joined.get(0), "not to the first");
        assertTrue(group.sendTo(joined.get(0), "to the first"));
        assertEquals("to the first", first.readLine());
        assertEquals("not to the first", second.readLine());
        assertFalse(group.join(joined.get(0)), "a member already");
        assertTrue(group.leave(joined.get(0)));
        assertFalse(group.leave(joined.get(0)), "no member any more");
        assertFalse(group.sendTo(joined.get(0), "to nobody"));
        group.send("who is left?");
        assertEquals("who is left?", second.readLine());
        assertEquals(1, group.members().size());
    }

    private static void leavesByItself(Stage stage) throws Exception {
        var group = new Group<>(Framing.lines());
        var joined = new CopyOnWriteArrayList<Connection>();
        var server = serve(stage, group, joined);
        var first = member(stage, server);
        var second = member(stage, server);
        var third = member(stage, server);
        first.close();
        second.abort();
        Eventually.holds("two have left", () -> group.members().size() == 1);
        third.send("alone\n");
        assertEquals("alone", third.readLine());
        assertTrue(group.join(joined.get(0)), "who has ended may join,");
        assertEquals(1, group.members().size(), "and has left at once");
        stage.witness().awaitCount("closed", 2);
        stage.witness().forget();
    }

    private static void order(Stage stage) throws Exception {
        var group = new Group<>(Framing.lines(), Outbox.blocking(8));
        var joined = new CopyOnWriteArrayList<Connection>();
        var server = serve(stage, group, joined);
        var members = List.of(member(stage, server), member(stage, server));
        var senders = new ArrayList<Scene.Task<Boolean>>();
        for (int s = 0; s < 3; s++) {
            var who = "sender " + s;
            senders.add(stage.run(() -> {
                for (int i = 0; i < 100; i++) {
                    group.send(who + " " + i);
                    if (i % 10 == 0) {
                        joined.get(0).send(who + " direct " + i + "\n");
                    }
                }
            }));
        }
        var readers = new ArrayList<Scene.Task<Boolean>>();
        for (var member : members) { // beside one another: under blocking, a member that is not read stops the senders
            readers.add(stage.run(() -> {
                var next = new int[3];
                while (next[0] + next[1] + next[2] < 300) {
                    var words = member.readLine().split(" ", -1);
                    if (words.length == 3) {
                        assertEquals(next[Integer.parseInt(words[1])]++, Integer.parseInt(words[2]));
                    }
                }
            }));
        }
        for (var reader : readers) {
            reader.await();
        }
        for (var sender : senders) {
            sender.await();
        }
    }

    /** Sends many, of which the reading member gets every one before the next is sent. */
    private static void sendMany(Group<String> group, Connection reader) throws IOException {
        for (int i = 0; i < MANY; i++) {
            group.send(i + PADDING);
            assertEquals(i + PADDING, reader.readLine());
        }
    }

    private static void disconnecting(Stage stage) throws Exception {
        var group = new Group<>(Framing.lines(), Outbox.disconnecting(8));
        var joined = new CopyOnWriteArrayList<Connection>();
        var server = serve(stage, group, joined);
        var slow = member(stage, server);
        var quick = member(stage, server);
        sendMany(group, quick);
        assertEquals(1, group.members().size());
        assertFalse(joined.get(0).isOpen());
        slow.abort();
        stage.witness().awaitCount("closed", 1);
        stage.witness().assertNoMore();
    }

    private static List<Integer> numbersUntil(Connection slow, String last) throws IOException {
        var numbers = new ArrayList<Integer>();
        for (var line = slow.readLine(); !line.equals(last); line = slow.readLine()) {
            assertTrue(line.endsWith(PADDING), "a torn line of " + line.length());
            numbers.add(Integer.parseInt(line.substring(0, line.length() - PADDING.length())));
        }
        for (int i = 1; i < numbers.size(); i++) {
            assertTrue(numbers.get(i - 1) < numbers.get(i), numbers.toString());
        }
        return numbers;
    }

    private static void droppingOldest(Stage stage) throws Exception {
        var group = new Group<>(Framing.lines(), Outbox.droppingOldest(8));
        var server = serve(stage, group, new CopyOnWriteArrayList<>());
        var slow = member(stage, server);
        var quick = member(stage, server);
        sendMany(group, quick);
        group.send("last");
        var numbers = numbersUntil(slow, "last");
        assertTrue(numbers.size() < MANY, "nothing was dropped");
        assertEquals(MANY - 1, numbers.getLast());
    }

    private static void droppingNewest(Stage stage) throws Exception {
        var group = new Group<>(Framing.lines(), Outbox.droppingNewest(8));
        var joined = new CopyOnWriteArrayList<Connection>();
        var server = serve(stage, group, joined);
        var slow = member(stage, server);
        var quick = member(stage, server);
        sendMany(group, quick);
        var last = stage.run(() -> joined.get(0).send("last\n"));
        var numbers = numbersUntil(slow, "last");
        assertTrue(numbers.size() < MANY, "nothing was dropped");
        assertEquals(List.of(0, 1, 2, 3, 4, 5, 6, 7), numbers.subList(0, 8));
        last.await();
    }

    private static void blocking(Stage stage) throws Exception {
        var group = new Group<>(Framing.lines(), Outbox.blocking(8));
        var server = serve(stage, group, new CopyOnWriteArrayList<>());
        var slow = member(stage, server);
        var sender = stage.run(() -> {
            for (int i = 0; i < MANY; i++) {
                group.send(i + PADDING);
            }
            group.send("last");
        });
        sender.awaitBlocked();
        assertEquals(MANY, numbersUntil(slow, "last").size());
        sender.await();
    }

    private static void blockingImpatiently(Stage stage) throws Exception {
        var group = new Group<>(Framing.lines(), Outbox.blocking(8).patience(Duration.ofSeconds(10)));
        var server = serve(stage, group, new CopyOnWriteArrayList<>());
        var slow = member(stage, server);
        var sender = stage.run(() -> {
            for (int i = 0; i < MANY; i++) {
                group.send(i + PADDING);
            }
        });
        stage.time().advanceUntil(Duration.ofSeconds(1), () -> group.members().isEmpty());
        sender.await();
        slow.abort();
        stage.witness().awaitCount("closed", 1);
        stage.witness().assertNoMore();
    }

    private static void deadMember(Stage stage) throws Exception {
        var group = new Group<>(Framing.lines(), Outbox.droppingNewest(MANY).bytes(2 * Stage.MORE_THAN_BUFFERS));
        var server = serve(stage, group, new CopyOnWriteArrayList<>());
        var dead = member(stage, server);
        for (int i = 0; i < MANY; i++) {
            group.send(i + PADDING);
        }
        stage.time().advanceUntil(Duration.ofSeconds(30), () -> group.members().isEmpty());
        try {
            dead.lines().forEach(line -> assertTrue(line.endsWith(PADDING), "a torn line"));
        } catch (UncheckedIOException e) {
            // Dropped: a reset, or an end in the middle of a line.
        } catch (AssertionError e) {
            // An end in the middle of a line is a last line without its end.
        }
        stage.witness().awaitCount("closed", 1);
        stage.witness().forget();
    }

    /** One message is more than it takes in its group's patience; it takes something all the time. */
    private static void slowMember(Stage stage) throws Exception {
        var minute = Duration.ofMinutes(1);
        var size = 24 << 20;
        var group = new Group<byte[]>(Framing.lengthPrefixed(4).limit(size), Outbox.disconnecting(1).patience(minute));
        var joined = new CopyOnWriteArrayList<Connection>();
        var server = stage.keep(stage.roomy().time(stage.time()).open(c -> {
            group.join(c);
            joined.add(c);
            c.receive(1);
        })).start();
        var slow = stage.connectReadingLittle(server);
        Eventually.holds("it has joined", () -> joined.size() == 1);
        group.send(new byte[size]);
        group.send(new byte[1_000]);
        for (int i = 0; i < 12; i++) {
            var before = joined.getFirst().bytesOut();
            do {
                assertEquals(100_000, slow.input().readNBytes(100_000).length);
                group.send(new byte[1_000]);
            } while (joined.getFirst().bytesOut() == before);
            stage.time().advance(minute.dividedBy(6));
        }
        assertTrue(joined.getFirst().isOpen(), "it takes something all the time");
        assertTrue(server.stats().undelivered() >= 12, "messages for which there was no room");
        slow.abort();
        stage.witness().awaitCount("closed", 1);
        stage.witness().forget();
    }

    private static void told(Stage stage) throws Exception {
        var group = new Group<>(Framing.lines(), Outbox.disconnecting(10));
        var server = serve(stage, group, new CopyOnWriteArrayList<>());
        member(stage, server);
        for (int i = 0; i < MANY; i++) {
            group.send(i + PADDING);
        }
        stage.witness().awaitCount("tooSlow", 1);
        stage.witness().awaitCount("closed", 1);
        assertEquals(1, server.stats().tooSlow());
        assertEquals(0, server.stats().failed(), "no handler has failed");
        assertEquals(1, stage.witness().count("tooSlow"), "told once");
    }

    private static void deadMemberTold(Stage stage) throws Exception {
        var group = new Group<>(Framing.lines(), Outbox.droppingNewest(MANY).bytes(2 * Stage.MORE_THAN_BUFFERS));
        var server = serve(stage, group, new CopyOnWriteArrayList<>());
        member(stage, server);
        for (int i = 0; i < MANY; i++) {
            group.send(i + PADDING);
        }
        stage.time().advanceUntil(Duration.ofSeconds(30), () -> stage.witness().count("tooSlow") == 1);
        stage.witness().awaitCount("closed", 1);
        assertEquals(1, server.stats().tooSlow());
        stage.witness().forget();
    }

    private static void undelivered(Stage stage) throws Exception {
        for (var outbox : List.of(Outbox.droppingNewest(10), Outbox.droppingOldest(10))) {
            var group = new Group<>(Framing.lines(), outbox);
            var server = serve(stage, group, new CopyOnWriteArrayList<>());
            var slow = member(stage, server);
            for (int i = 0; i < MANY; i++) {
                group.send(i + PADDING);
            }
            var dropped = server.stats().undelivered();
            assertTrue(dropped > 0 && dropped < MANY, dropped + " of " + MANY + " messages");
            slow.shutdownOutput();
            assertEquals(MANY - dropped, count(slow));
        }
    }

    private static long count(Connection c) {
        var n = 0;
        for (var _ : c.lines()) {
            n++;
        }
        return n;
    }
}
