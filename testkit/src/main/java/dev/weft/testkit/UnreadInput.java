package dev.weft.testkit;

import static dev.weft.testkit.Rule.rule;
import static dev.weft.testkit.StreamSubject.Trait.PLAIN;
import static dev.weft.testkit.StreamSubject.Trait.VISIBLE_RESET;
import static dev.weft.testkit.StreamSubject.Trait.WHOLE_WRITES;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;

import dev.weft.net.Admission;
import dev.weft.net.Connection;

/** Connections that are closed though not all was read that came from the peer: it reads what was sent to it, and then the end. */
final class UnreadInput {
    /** What fits into the buffers under way, so that it can be sent whole though nobody reads. */
    private static final int MUCH = 48 * 1024;

    private static final String FULL = "full, come back later\n";

    static final List<Rule<Stage>> RULES = List.of(
            rule("SS-23: a handler that returns with unread input leaves what it sent, and the end", stage -> leavesUnread(stage, 1, false)),
            rule("SS-23: so it does when far more has come than one read takes", stage -> leavesUnread(stage, MUCH, false)),
            rule("SS-23: so does a close inside the handler, at once", stage -> leavesUnread(stage, 1, true)),
            rule("SS-23: so does a handler that has read a part and waited for more", UnreadInput::readsAPart),
            rule("SS-23: a close beside a thread that reads leaves what was sent, and tells the reader", UnreadInput::besideAReader).inThisJvm(),
            rule("SS-23: an abort with unread input is a reset all the same", UnreadInput::abortResets).needs(VISIBLE_RESET),
            rule("SS-19: verify's no is an end for who has sent something, and no reset", UnreadInput::verifySaysNo).needs(PLAIN),
            rule("rejecting: who has sent something reads the goodbye, and then the end", UnreadInput::rejected).needs(PLAIN).concurrent());

    private UnreadInput() {}

    private static void leavesUnread(Stage stage, int unread, boolean early) throws Exception {
        var sent = stage.latch();
        var done = stage.latch();
        var client = stage.connect(stage.serve(c -> {
            sent.await();
            c.send("hello\n");
            if (early) {
                c.close();
                done.await(); // which the peer does not wait for
            }
        }));
        client.send(new byte[unread]);
        sent.countDown();
        assertAnswered(client);
        done.countDown();
    }

    private static void assertAnswered(Connection client) throws IOException {
        assertEquals("hello", client.readLine());
        assertEquals(0, client.receive(1).length, "the end, and no reset");
    }

    /** On io_uring a request to receive stands in the kernel then, and takes what comes. */
    private static void readsAPart(Stage stage) throws Exception {
        var sent = stage.latch();
        var client = stage.connect(stage.serve(c -> {
            c.readLine();
            c.send("go on\n");
            sent.await();
            c.send("hello\n");
        }));
        client.send("one");
        client.send(" line\n");
        assertEquals("go on", client.readLine());
        client.send(new byte[MUCH]);
        sent.countDown();
        assertAnswered(client);
    }

    private static void besideAReader(Stage stage) throws Exception {
        var client = stage.connect(stage.serve(c -> {
            c.receive(1);
            var reader = Scene.Task.start(() -> assertThrows(SocketException.class, () -> c.receive(1)));
            reader.awaitBlocked();
            c.send("hello\n");
            c.close();
            reader.await();
        }));
        client.send("x");
        assertAnswered(client);
    }

    private static void abortResets(Stage stage) throws Exception {
        var sent = stage.latch();
        var client = stage.connect(stage.serve(c -> {
            sent.await();
            c.abort();
        }));
        client.send("x");
        sent.countDown();
        assertThrows(IOException.class, () -> client.receive(1));
    }

    private static void verifySaysNo(Stage stage) throws Exception {
        var sent = new CountDownLatch(1);
        var server = stage.open(stage.builder().verify(_ -> {
            awaitQuietly(sent);
            return false;
        }), c -> c.send("let in\n")).start();
        var client = stage.connect(server);
        client.send("hello\n");
        sent.countDown();
        assertEquals(0, client.receive(1).length, "the end, and no reset");
        stage.witness().awaitCount("rejected", 1);
    }

    private static void rejected(Stage stage) throws Exception {
        var first = new AtomicBoolean(true);
        var sent = new CountDownLatch(1);
        var go = stage.latch();
        var server = stage.open(stage.builder().admission(Admission.rejecting(1).goodbye(FULL)).verify(_ -> {
            if (first.getAndSet(false)) {
                awaitQuietly(sent); // so long the loop accepts nobody else
            }
            return true;
        }), c -> go.await()).start();
        stage.connect(server);
        var second = stage.connect(server);
        second.send("hello\n");
        sent.countDown();
        var told = new String(second.input().readAllBytes(), StandardCharsets.UTF_8);
        // As far as the socket takes it at once: under a fault that holds writes back, that may be little.
        assertTrue(stage.subject().has(WHOLE_WRITES) ? told.equals(FULL) : FULL.startsWith(told), told);
        go.countDown();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
