package dev.weft.testkit;

import static dev.weft.testkit.Failures.assertSays;
import static dev.weft.testkit.Rule.rule;
import static dev.weft.testkit.StreamSubject.Trait.HALF_CLOSE;
import static dev.weft.testkit.StreamSubject.Trait.VISIBLE_RESET;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

/** How a conversation, or a wait in it, comes to an end: half-close, reset, interrupt, close from elsewhere. */
final class Endings {
    static final List<Rule<Stage>> RULES = List.of(
            rule("SS-23: a client may end its output and read the answer", Endings::clientHalfCloses).needs(HALF_CLOSE),
            rule("SS-23: a handler may end its output and read on", Endings::serverHalfCloses).needs(HALF_CLOSE),
            rule("SS-23: nothing can be sent after the end of the output", Endings::noSendAfterShutdown).needs(HALF_CLOSE),
            rule("SS-23: what stands in front of a close still arrives", Endings::closeDelivers),
            rule("SS-21: a client's reset is an error for the handler", Endings::clientResets).needs(VISIBLE_RESET),
            rule("SS-21: a handler's abort is an error for the client", Endings::serverResets).needs(VISIBLE_RESET),
            rule("SS-44: an interrupt ends a blocked read and leaves the connection open", Endings::interruptedRead).inThisJvm(),
            rule("SS-43: an interrupt ends a blocked write, whose rest follows by itself", Endings::interruptedWrite).inThisJvm(),
            rule("SS-44: abort tells the thread that reads and the one that writes", Endings::abortTellsBoth),
            rule("SS-44: close waits for a write that has begun, and tells the reader", Endings::closeWaitsForWrites),
            rule("SS-44: reading and writing a closed connection says that it is closed", Endings::closedSaysSo),
            rule("SS-15: a handler that waits for a client which has gone away ends", Endings::clientGoesAway));

    private Endings() {}

    private static void clientHalfCloses(Stage stage) throws Exception {
        var client = stage.connect(stage.serve(c -> {
            var all = c.input().readAllBytes();
            assertEquals(0, c.receive(1).length, "the end stays the end");
            c.send(all.length + " bytes\n");
        }));
        client.send(new byte[100_000]);
        client.shutdownOutput();
        assertEquals("100000 bytes", client.readLine());
        assertEquals(0, client.receive(1).length);
    }

    private static void serverHalfCloses(Stage stage) throws Exception {
        var client = stage.connect(stage.serve(c -> {
            c.send("that is all\n");
            c.shutdownOutput();
            throw new IllegalStateException(c.readLine()); // the one way that is left to tell of it
        }));
        assertEquals("that is all", client.readLine());
        assertEquals(0, client.receive(1).length);
        client.send("heard\n");
        stage.witness().failure(IllegalStateException.class, "heard");
    }

    private static void noSendAfterShutdown(Stage stage) throws Exception {
        var client = stage.connect(stage.serve(c -> c.send(c.input().readAllBytes())));
        client.send("before");
        client.shutdownOutput();
        assertThrows(IOException.class, () -> client.send("after"));
        assertEquals("before", new String(client.input().readAllBytes(), StandardCharsets.US_ASCII));
    }

    private static void closeDelivers(Stage stage) throws Exception {
        var bytes = random(1, 1 << 20);
        var client = stage.connect(stage.serve(c -> {
            var lines = c.lines();
            lines.write(lines.read());
            c.send(random(1, 1 << 20));
            lines.write(lines.read());
        }));
        client.send("one\ntwo\n");
        assertEquals("one", client.readLine());
        assertArrayEquals(bytes, client.input().readNBytes(bytes.length));
        assertEquals("two", client.readLine());
        assertEquals(0, client.receive(1).length);
    }

    private static byte[] random(long seed, int size) {
        var bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private static void clientResets(Stage stage) throws Exception {
        var entered = stage.latch();
        var server = stage.serve(c -> {
            c.receive(1);
            entered.countDown();
            c.readLine();
        });
        var client = stage.connect(server);
        client.send("x");
        entered.await();
        client.abort();
        stage.witness().failure(IOException.class);
        stage.witness().awaitCount("closed", 1);
        Eventually.holds("no request is left", () -> server.stats().active() == 0);
    }

    private static void serverResets(Stage stage) throws Exception {
        var client = stage.connect(stage.serve(c -> {
            c.receive(1); // a reset before that could meet the client while it still connects
            c.abort();
        }));
        client.send("x");
        assertThrows(IOException.class, () -> client.receive(1));
    }

    private static void interruptedRead(Stage stage) throws Exception {
        var handler = new AtomicReference<Thread>();
        var client = stage.connect(stage.serve(c -> {
            handler.set(Thread.currentThread());
            assertThrows(InterruptedIOException.class, c::readLine);
            assertFalse(Thread.currentThread().isInterrupted(), "the interrupt is cleared");
            assertTrue(c.isOpen());
            c.send("interrupted\n");
            c.send(c.readLine() + "\n");
        }));
        Eventually.holds("the handler runs", () -> handler.get() != null);
        Scene.awaitBlocked(handler.get());
        handler.get().interrupt();
        assertEquals("interrupted", client.readLine());
        client.send("still open\n");
        assertEquals("still open", client.readLine());
    }

    private static void interruptedWrite(Stage stage) throws Exception {
        var bytes = random(2, Stage.MORE_THAN_BUFFERS);
        var handler = new AtomicReference<Thread>();
        var begun = new AtomicBoolean();
        var noticed = new CountDownLatch(1);
        var client = stage.connectTight(stage.open(stage.tight(), c -> {
            handler.set(Thread.currentThread());
            begun.set(assertThrows(InterruptedIOException.class, () -> c.send(bytes)).bytesTransferred > 0);
            noticed.countDown();
            c.send("after it");
        }).start());
        Eventually.holds("the handler runs", () -> handler.get() != null);
        Scene.awaitBlocked(handler.get());
        handler.get().interrupt();
        noticed.await();
        if (begun.get()) { // a fault may have held back even its first byte: then nothing of it leaves
            assertArrayEquals(bytes, client.input().readNBytes(bytes.length));
        }
        assertEquals("after it", new String(client.input().readAllBytes(), StandardCharsets.US_ASCII));
    }

    private static void abortTellsBoth(Stage stage) throws Exception {
        var entered = stage.latch();
        var done = stage.latch();
        var server = stage.open(stage.tight(), c -> {
            entered.countDown();
            done.await();
        }).start();
        var client = stage.connectTight(server);
        entered.await();
        var reader = stage.async(() -> assertThrows(SocketException.class, () -> client.receive(1)));
        var writer = stage.async(() -> assertThrows(SocketException.class, () -> client.send(new byte[Stage.MORE_THAN_BUFFERS])));
        reader.awaitBlocked();
        writer.awaitBlocked();
        client.abort();
        reader.await();
        writer.await();
        assertFalse(client.isOpen());
        done.countDown();
        stage.witness().awaitCount("closed", 1);
    }

    private static void closeWaitsForWrites(Stage stage) throws Exception {
        var read = stage.latch();
        var server = stage.open(stage.tight(), c -> {
            read.await();
            throw new IllegalStateException(c.input().readAllBytes().length + " bytes"); // its peer has closed
        }).start();
        var client = stage.connectTight(server);
        var reader = stage.async(() -> assertThrows(SocketException.class, () -> client.receive(1)));
        var writer = stage.run(() -> client.send(new byte[Stage.MORE_THAN_BUFFERS]));
        reader.awaitBlocked();
        writer.awaitBlocked();
        var closer = stage.run(client::close);
        closer.awaitBlocked();
        client.close(); // a second close returns at once
        read.countDown();
        writer.await();
        closer.await();
        reader.await();
        stage.witness().failure(IllegalStateException.class, Stage.MORE_THAN_BUFFERS + " bytes");
        assertFalse(client.isOpen());
    }

    private static void closedSaysSo(Stage stage) throws Exception {
        var client = stage.connect(stage.serve(c -> c.readLine()));
        client.close();
        assertSays("closed", assertThrows(SocketException.class, () -> client.receive(1)));
        assertSays("closed", assertThrows(SocketException.class, () -> client.send("x")));
        assertThrows(SocketException.class, client::shutdownOutput);
    }

    private static void clientGoesAway(Stage stage) throws Exception {
        var ended = stage.latch();
        var server = stage.serve(c -> {
            try {
                c.readLine();
            } finally {
                ended.countDown();
            }
        });
        stage.dial(server).open().close();
        ended.await();
        stage.witness().awaitCount("closed", 1);
        stage.witness().assertNoMore();
    }
}
