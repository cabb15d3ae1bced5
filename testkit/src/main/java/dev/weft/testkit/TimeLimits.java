package dev.weft.testkit;

import static dev.weft.testkit.Failures.assertSays;
import static dev.weft.testkit.Rule.rule;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;

import dev.weft.net.Connection;
import dev.weft.net.Deadlines;
import dev.weft.net.Server;

/** Deadlines, with time moved by hand. */
final class TimeLimits {
    static final List<Rule<Stage>> RULES = List.of(
            rule("SS-44: a read that times out leaves the connection usable", TimeLimits::readTimesOut).inThisJvm(),
            rule("SS-44: a client's read deadline works alike", TimeLimits::clientReadTimesOut),
            rule("a connection silent between messages for its idle time ends", TimeLimits::idleEnds).inThisJvm(),
            rule("idle time does not run inside a message", TimeLimits::idleDoesNotRunInside).inThisJvm(),
            rule("a message must be whole in its time, however its bytes dribble", TimeLimits::messageTimesOut).inThisJvm(),
            rule("a write of which the peer takes nothing times out and drops the connection", TimeLimits::writeTimesOut).inThisJvm(),
            rule("a write of which the peer takes little, but steadily, goes on", TimeLimits::slowReader).inThisJvm(),
            rule("without deadlines nobody is hurried", TimeLimits::noHurry).inThisJvm(),
            rule("deadlines may be replaced in mid-conversation", TimeLimits::replaced).inThisJvm(),
            rule("a TLS handshake must be over in its time", TimeLimits::handshakeTimesOut));

    private static final Duration MINUTE = Duration.ofMinutes(1);

    private TimeLimits() {}

    private static Server serve(Stage stage, Deadlines deadlines, Portable.Streams handler) throws IOException {
        return stage.open(stage.builder().time(stage.time()).deadlines(deadlines), handler).start();
    }

    private static void readTimesOut(Stage stage) throws Exception {
        var entered = new CountDownLatch(1);
        var client = stage.connect(serve(stage, Deadlines.defaults().read(MINUTE), c -> {
            entered.countDown();
            var late = assertThrows(SocketTimeoutException.class, () -> c.receive(1));
            assertSays("60 s", late);
            assertTrue(c.isOpen());
            c.send("too late\n");
            c.send(c.readLine() + "\n");
        }));
        entered.await();
        stage.time().awaitScheduled(MINUTE);
        stage.time().advance(MINUTE);
        assertEquals("too late", client.readLine());
        client.send("but not too late for this\n");
        assertEquals("but not too late for this", client.readLine());
    }

    private static void clientReadTimesOut(Stage stage) throws Exception {
        var server = stage.serve(c -> c.send(c.readLine() + "\n"));
        Connection client = stage.keep(stage.dial(server).time(stage.time()).deadlines(Deadlines.none().read(MINUTE)).open());
        var reader = stage.async(() -> assertThrows(SocketTimeoutException.class, client::readLine));
        stage.time().awaitScheduled(MINUTE);
        stage.time().advance(MINUTE);
        reader.await();
        client.send("usable\n");
        assertEquals("usable", client.readLine());
    }

    private static void idleEnds(Stage stage) throws Exception {
        var entered = new CountDownLatch(1);
        var client = stage.connect(serve(stage, Deadlines.defaults().idle(MINUTE), c -> {
            for (var line : c.lines()) {
                c.send(line + "\n");
                entered.countDown();
            }
        }));
        client.send("one\n");
        assertEquals("one", client.readLine());
        entered.await();
        stage.time().advanceUntil(MINUTE, () -> stage.witness().count("closed") == 1);
        stage.witness().failure(SocketTimeoutException.class);
        assertEquals(0, client.receive(1).length);
    }

    private static void idleDoesNotRunInside(Stage stage) throws Exception {
        var begun = new CountDownLatch(1);
        var client = stage.connect(serve(stage, Deadlines.defaults().idle(MINUTE).message(MINUTE.multipliedBy(3)), c -> {
            c.awaitMessage();
            begun.countDown();
            c.send(c.readLine() + "\n");
        }));
        client.send("begin");
        begun.await();
        stage.time().advance(MINUTE.multipliedBy(2));
        client.send("ning and end\n");
        assertEquals("beginning and end", client.readLine());
    }

    private static void messageTimesOut(Stage stage) throws Exception {
        var begun = new CountDownLatch(1);
        var client = stage.connect(serve(stage, Deadlines.defaults().read(MINUTE).message(MINUTE.multipliedBy(3)), c -> {
            c.awaitMessage();
            begun.countDown();
            c.readLine();
        }));
        client.send("begin");
        begun.await();
        // Every byte comes well within the read deadline, the message never: what was begun once must be whole in three minutes.
        stage.time().awaitScheduled(MINUTE);
        stage.time().advanceUntil(Duration.ofSeconds(20), () -> {
            try {
                client.send(".");
            } catch (IOException e) {
                // The server has dropped it.
            }
            return stage.witness().count("failed") == 1;
        });
        stage.witness().failure(SocketTimeoutException.class);
    }

    private static void writeTimesOut(Stage stage) throws Exception {
        var entered = new CountDownLatch(1);
        var open = new LinkedBlockingQueue<Boolean>();
        var client = stage.connectTight(stage.keep(stage.tight().time(stage.time()).deadlines(Deadlines.defaults().write(MINUTE)).open(c -> {
            entered.countDown();
            try {
                c.send(new byte[Stage.MORE_THAN_BUFFERS]);
            } finally {
                open.add(c.isOpen());
            }
        })).start());
        entered.await();
        stage.time().advanceUntil(MINUTE, () -> stage.witness().count("failed") == 1);
        stage.witness().failure(SocketTimeoutException.class);
        assertFalse(open.take());
        stage.witness().awaitCount("closed", 1);
        client.abort();
    }

    /** The system tells of room late: when much of a large buffer is free. This peer empties it in many deadlines. */
    private static void slowReader(Stage stage) throws Exception {
        var size = 16 << 20;
        var client = stage.connectReadingLittle(stage.keep(stage.roomy().time(stage.time()).deadlines(Deadlines.defaults().write(MINUTE))
                .open(c -> c.send(new byte[size]))).start());
        var read = 0;
        for (int i = 0; i < 30; i++) {
            read += client.input().readNBytes(100_000).length; // more in a minute than any client reads ahead
            stage.time().advance(MINUTE.dividedBy(6));
        }
        assertEquals(0, stage.witness().count("failed"), "it was given up after " + read + " bytes");
        assertEquals(size - read, client.input().readAllBytes().length);
    }

    private static void noHurry(Stage stage) throws Exception {
        var entered = new CountDownLatch(1);
        var client = stage.connect(serve(stage, Deadlines.defaults(), c -> {
            entered.countDown();
            c.send(c.readLine() + "\n");
        }));
        entered.await();
        stage.time().advance(Duration.ofDays(400));
        client.send("after a year\n");
        assertEquals("after a year", client.readLine());
    }

    private static void replaced(Stage stage) throws Exception {
        var entered = new CountDownLatch(1);
        var client = stage.connect(serve(stage, Deadlines.none(), c -> {
            c.send(c.readLine() + "\n");
            c.deadlines(c.deadlines().read(MINUTE));
            entered.countDown();
            assertThrows(SocketTimeoutException.class, c::readLine);
            c.send("in time\n");
        }));
        client.send("hello\n");
        assertEquals("hello", client.readLine());
        entered.await();
        stage.time().awaitScheduled(MINUTE);
        stage.time().advance(MINUTE);
        assertEquals("in time", client.readLine());
    }

    private static void handshakeTimesOut(Stage stage) throws Exception {
        assumeFalse(stage.subject().has(StreamSubject.Trait.PLAIN), "a rule of TLS");
        var server = serve(stage, Deadlines.defaults().handshake(MINUTE), c -> c.send(c.readLine() + "\n"));
        var silent = stage.keep(Connection.to(server.address()).transport(stage.subject().transport()).open());
        stage.witness().awaitCount("accepted", 1);
        stage.time().advanceUntil(MINUTE, () -> stage.witness().count("closed") == 1);
        stage.witness().failure(SocketTimeoutException.class);
        silent.abort();
        var client = stage.connect(server);
        client.send("hello\n");
        assertEquals("hello", client.readLine());
    }
}
