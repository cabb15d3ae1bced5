package dev.weft.queue;

import static dev.weft.queue.ReliablePeer.RECEIVES;
import static dev.weft.queue.ReliablePeer.SENDS;
import static dev.weft.queue.ReliablePeer.hello;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import dev.weft.net.Connection;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Peers of links with {@link Delivery#AT_LEAST_ONCE} that don't come to the point in five seconds, which all of them wait for at the same time. */
@Timeout(30)
class HelloLimitTest {
    private static final int FIVE_SECONDS = 5_000;
    private static final Ends ENDS = new Ends(Place.NIO);
    private static Waiting listening;
    private static Waiting dialing;
    private static Waiting dribbling;
    private static Waiting vague;

    /** A sender with a secret, and a peer that is not to hear it. */
    private record Waiting(Sender<String> sender, BlockingQueue<IOException> failures, ReliablePeer peer, long begun) {
        static Waiting of(LinkBuilder<byte[]> builder, Meeting meeting) throws Exception {
            var failures = ReliablePeer.failures();
            var sender = ENDS.with(builder.asText().delivery(Delivery.AT_LEAST_ONCE).observer(ReliablePeer.into(failures)).sender().start());
            sender.send("secret");
            return new Waiting(sender, failures, new ReliablePeer(meeting.of(sender)), System.nanoTime());
        }

        void assertRefused(String why) throws InterruptedException {
            assertThat(peer.hearEnd()).as("nothing but a hello was sent").isEqualTo(ReliablePeer.HELLO);
            assertThat(ReliablePeer.next(failures)).hasMessageContaining(why).hasMessageContaining("127.0.0.1");
            assertThat(sender.stats().sent()).isZero();
        }
    }

    private interface Meeting {
        Connection of(Link link) throws IOException;
    }

    @BeforeAll
    static void begin() throws Exception {
        var acceptor = ENDS.acceptor();
        listening = Waiting.of(ENDS.listen(), ENDS::dial);
        dialing = Waiting.of(ENDS.connect(acceptor.address()), link -> ENDS.accept(acceptor));
        dribbling = Waiting.of(ENDS.listen(), ENDS::dial);
        vague = Waiting.of(ENDS.listen(), ENDS::dial);
        vague.peer.say(hello(RECEIVES, 0, 0, 5, ReliablePeer.PATIENT), new byte[] {0, 0});
    }

    @AfterAll
    static void end() throws Exception {
        ENDS.close();
    }

    @Test
    void aSilentCallerIsRefused() throws Exception {
        listening.assertRefused("has said no hello in 5 s");
    }

    @Test
    void aSilentServerIsRefused() throws Exception {
        dialing.assertRefused("has said no hello in 5 s");
        assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - dialing.begun)).isGreaterThan(FIVE_SECONDS - 500);
    }

    @Test
    void aHelloThatDribblesIsGivenUp() throws Exception {
        var hello = hello(SENDS, 5, 1, 0, 1_000);
        var ended = new CountDownLatch(1);
        var dribble = Thread.ofVirtual().name("test-dribble").start(() -> {
            try {
                for (var b : hello) {
                    dribbling.peer.say(new byte[] {b});
                    if (ended.await(500, TimeUnit.MILLISECONDS)) {
                        return;
                    }
                }
            } catch (IOException e) {
                // It is given up.
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        dribbling.assertRefused("has said no hello in 5 s");
        ended.countDown();
        assertThat(dribble.join(Ends.SOON)).isTrue();
    }

    @Test
    void aPeerThatNeverSaysWhereToGoOnIsGivenUp() throws Exception {
        vague.assertRefused("a message was not whole after 5 s");
    }
}
