package dev.weft.queue;

import static dev.weft.queue.Ends.bytes;
import static dev.weft.queue.Ends.next;
import static dev.weft.queue.Ends.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.logging.SimpleFormatter;

import dev.weft.net.Backoff;
import dev.weft.queue.LinkStatus.State;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What links log: the words of the original, where it has some. */
@Timeout(60)
class LinkLogTest {
    private static final Duration SHORT = Duration.ofMillis(100);

    private final Ends ends = new Ends(Place.NIO);
    private final Logged logged = new Logged("dev.weft.queue.of-this-test");

    @AfterEach
    void end() throws Exception {
        ends.close();
        logged.close();
    }

    private LinkBuilder<byte[]> listen() throws IOException {
        return ends.listen().logger(logged.logger());
    }

    private void awaitLine(String line) {
        var formatter = new SimpleFormatter();
        until(line, () -> logged.records().stream().anyMatch(r -> (r.getLevel() + " " + formatter.formatMessage(r)).startsWith(line)));
    }

    @Test
    @DisplayName("SL-7: the end of a connection, and a time-out, end the receive loop, which says so")
    void theReceiveLoopSaysWhyItEnds() throws Exception {
        var received = new LinkedBlockingQueue<String>();
        var link = ends.with(listen().asText().receiver(received).start());
        awaitLine("INFO ServerReceiver: listening at " + link.address());
        var peer = ends.dial(link);
        awaitLine("INFO ServerReceiver: connected with " + peer.local());
        peer.send("one\r\ntwo\r\nthr");
        assertThat(next(received, 2)).containsExactly("one", "two");
        peer.close();
        awaitLine("INFO ServerReceiver failed to get message. Connection lost");
        ends.dial(ends.with(listen().timeout(SHORT).duplex().start()));
        awaitLine("INFO Server failed to get message. Timed out");
    }

    @Test
    @DisplayName("SL-8: a time-out ends the send loop, which says so")
    void theSendLoopSaysWhyItEnds() throws Exception {
        var toSend = new LinkedBlockingQueue<byte[]>();
        for (int n = 0; n < 300; n++) {
            toSend.add(new byte[100_000]);
        }
        var link = ends.with(listen().timeout(SHORT).sender(toSend).start());
        ends.dial(link);
        until(link, State.RECONNECTING);
        awaitLine("INFO ServerSender failed to send message. Timed out");
    }

    @Test
    @DisplayName("SL-32: who gives up connecting says where")
    void whoGivesUpSaysWhere() throws Exception {
        var nobody = ends.acceptor();
        nobody.close();
        var link = ends.with(ends.connect(nobody.address()).logger(logged.logger()).connectWithin(SHORT).sender().start());
        assertThatExceptionOfType(UncheckedIOException.class).isThrownBy(link::join);
        awaitLine("SEVERE ClientSender: failed to establish connection to " + link.address());
    }

    @Test
    @DisplayName("SL-9: a message without room is logged as it was, and one that can't be sent, too")
    void whatIsDroppedIsLogged() throws Exception {
        var link = ends.with(listen().capacity(1).timeout(SHORT).reconnect(Backoff.never()).duplex().start());
        link.toSend().add(bytes("\r\n"));
        ends.dial(link).send("a\r\nb\r\n");
        awaitLine("SEVERE Server: a message was dropped, as it can't be sent");
        awaitLine("SEVERE Server failed to enqueue message");
    }
}
