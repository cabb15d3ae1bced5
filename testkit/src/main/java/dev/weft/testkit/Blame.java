package dev.weft.testkit;

import static dev.weft.testkit.Rule.rule;
import static dev.weft.testkit.StreamSubject.Trait.VISIBLE_RESET;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.ProtocolException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;

import dev.weft.net.Connection;
import dev.weft.net.Deadlines;
import dev.weft.net.Framing;

/** Whose doing a failure is: the peer's, which is expected on a network, or the handler's, which is a bug. */
final class Blame {
    static final List<Rule<Stage>> RULES = List.of(
            rule("a message that is too long is the peer's doing", Blame::tooLong),
            rule("the end of the stream inside a message is the peer's doing", Blame::endInside),
            rule("what a framing can't read is the peer's doing, however a handler wraps it", Blame::malformed),
            rule("a reset is the peer's doing", Blame::reset).needs(VISIBLE_RESET),
            rule("a deadline that passed is the peer's doing", Blame::late).inThisJvm(),
            rule("what a protocol of one's own blames on the peer is the peer's doing", Blame::blamed),
            rule("what a handler throws is its own doing", Blame::thrown),
            rule("what a handler's other sockets throw is its own doing", Blame::otherSocket),
            rule("what other sockets throw is told, even when the connection was closed here before", Blame::otherSocketAfterClose));

    private Blame() {}

    private static void assertPeers(Stage stage, Class<? extends Throwable> type) throws InterruptedException {
        stage.witness().failure(type);
        assertEquals(List.of(true), stage.witness().takeBlame(), "it is the peer's doing");
    }

    private static void assertHandlers(Stage stage, Class<? extends Throwable> type) throws InterruptedException {
        stage.witness().failure(type);
        assertEquals(List.of(false), stage.witness().takeBlame(), "it is the handler's doing");
    }

    private static Connection begun(Stage stage, Portable.Streams handler, String begin) throws IOException {
        var client = stage.connect(stage.serve(handler));
        try {
            client.send(begin);
        } catch (IOException e) {
            // The server has dropped it already.
        }
        return client;
    }

    private static void tooLong(Stage stage) throws Exception {
        begun(stage, c -> c.frames(Framing.lines().limit(10)).read(), "this is longer than ten bytes");
        assertPeers(stage, ProtocolException.class);
    }

    private static void endInside(Stage stage) throws Exception {
        begun(stage, c -> c.frames(Framing.lengthPrefixed(4)).forEach(_ -> {}), "\0\0\0\5abc").close();
        assertPeers(stage, ProtocolException.class);
    }

    private static void malformed(Stage stage) throws Exception {
        begun(stage, c -> {
            try {
                c.frames(Framing.delimited("\r\n").limit(3)).read();
            } catch (IOException e) {
                throw new IllegalStateException("my application failed", e);
            }
        }, "no end here");
        assertPeers(stage, IllegalStateException.class);
    }

    private static void reset(Stage stage) throws Exception {
        var entered = stage.latch();
        var client = begun(stage, c -> {
            c.awaitMessage();
            entered.countDown();
            c.readLine();
        }, "begun");
        entered.await();
        client.abort();
        assertPeers(stage, IOException.class);
    }

    private static void late(Stage stage) throws Exception {
        var minute = Duration.ofMinutes(1);
        stage.connect(stage.open(stage.builder().time(stage.time()).deadlines(Deadlines.defaults().idle(minute)), Connection::readLine).start());
        stage.witness().awaitCount("accepted", 1);
        stage.time().advanceUntil(minute, () -> stage.witness().count("failed") == 1);
        assertPeers(stage, SocketTimeoutException.class);
    }

    private static void blamed(Stage stage) throws Exception {
        begun(stage, c -> {
            throw c.blame(new ProtocolException("no such command: " + c.readLine()));
        }, "hack\n");
        assertPeers(stage, ProtocolException.class);
    }

    private static void thrown(Stage stage) throws Exception {
        begun(stage, c -> {
            throw new ProtocolException("a handler's own: " + c.readLine());
        }, "hello\n");
        assertHandlers(stage, ProtocolException.class);
    }

    private static void otherSocket(Stage stage) throws Exception {
        begun(stage, c -> {
            throw new SocketException("the database said no after " + c.readLine());
        }, "hello\n");
        assertHandlers(stage, SocketException.class);
    }

    private static void otherSocketAfterClose(Stage stage) throws Exception {
        begun(stage, c -> {
            var line = c.readLine();
            c.close();
            throw new SocketException("the database said no after " + line);
        }, "hello\n");
        assertHandlers(stage, SocketException.class);
    }
}
