package dev.weft.queue;

import static dev.weft.queue.ReliablePeer.RECEIVES;
import static dev.weft.queue.ReliablePeer.SENDS;
import static dev.weft.queue.ReliablePeer.hello;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

import dev.weft.net.Connection;
import dev.weft.testkit.ManualTime;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Peers of links with {@link Delivery#AT_LEAST_ONCE} that don't come to the point in five seconds. */
@Timeout(30)
class HelloLimitTest {
    private static final Duration FIVE_SECONDS = Duration.ofSeconds(5);

    private final Ends ends = new Ends(Place.NIO);
    private final ManualTime time = new ManualTime();
    private final BlockingQueue<IOException> failures = ReliablePeer.failures();

    /** Of a sender with a secret, and a peer that is not to hear it. */
    private Sender<String> sender;

    @AfterEach
    void end() {
        ends.close();
    }

    private Sender<String> sender(LinkBuilder<byte[]> builder) throws Exception {
        sender = ends.with(builder.asText().delivery(Delivery.AT_LEAST_ONCE).time(time).observer(ReliablePeer.into(failures)).sender().start());
        sender.send("secret");
        return sender;
    }

    /** The peer has heard its hello, and it waits for the peer's. */
    private ReliablePeer greeted(Connection connection) throws IOException {
        var peer = new ReliablePeer(connection);
        peer.hearHello();
        time.awaitScheduled(FIVE_SECONDS);
        return peer;
    }

    private void assertRefused(ReliablePeer peer, String why) throws InterruptedException {
        assertThat(ReliablePeer.next(failures)).hasMessageContaining(why).hasMessageContaining("127.0.0.1");
        assertThat(peer.hearEnd()).as("nothing but a hello was sent").isZero();
        assertThat(sender.stats().sent()).isZero();
    }

    @Test
    void aSilentCallerIsRefused() throws Exception {
        var peer = greeted(ends.dial(sender(ends.listen())));
        time.advance(FIVE_SECONDS);
        assertRefused(peer, "has said no hello in 5 s");
    }

    @Test
    void aSilentServerIsRefusedAndNotBefore() throws Exception {
        var acceptor = ends.acceptor();
        sender(ends.connect(acceptor.address()));
        var peer = greeted(ends.accept(acceptor));
        assertThat(time.next()).hasValue(FIVE_SECONDS);
        time.advance(FIVE_SECONDS);
        assertRefused(peer, "has said no hello in 5 s");
    }

    @Test
    void aHelloThatDribblesIsGivenUp() throws Exception {
        var peer = greeted(ends.dial(sender(ends.listen())));
        var hello = hello(SENDS, 5, 1, 0, 1_000);
        IOException refused = null;
        for (int n = 0; refused == null; n++) {
            assertThat(n).as("bytes of a hello that is not given up").isLessThan(hello.length);
            peer.say(new byte[] {hello[n]});
            time.advance(Duration.ofSeconds(1));
            refused = failures.poll(100, TimeUnit.MILLISECONDS); // so that it has the time to read the byte
        }
        failures.add(refused);
        assertRefused(peer, "has said no hello in 5 s");
    }

    @Test
    void aPeerThatNeverSaysWhereToGoOnIsGivenUp() throws Exception {
        var peer = greeted(ends.dial(sender(ends.listen())));
        peer.say(hello(RECEIVES, 0, 0, 5, ReliablePeer.PATIENT), new byte[] {0, 0});
        assertThat(failures.poll(1, TimeUnit.SECONDS)).as("a failure before its time").isNull(); // it has read the hello by then
        time.advanceUntil(FIVE_SECONDS, () -> !failures.isEmpty());
        assertRefused(peer, "a message was not whole after 5 s");
    }
}
