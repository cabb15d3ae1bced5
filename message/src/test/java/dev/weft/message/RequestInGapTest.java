package dev.weft.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import dev.weft.net.Backoff;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Requests of a client that is between two connections: sent once and answered, or not sent and failed. */
class RequestInGapTest extends EveryPlaceTest {
    private static final Backoff SOON_AGAIN = Backoff.fixed(Duration.ofMillis(1));

    private final AtomicInteger paid = new AtomicInteger();
    private final Semaphore inGap = new Semaphore(0);
    private final CountDownLatch leaveGap = new CountDownLatch(1);
    private final ArrayList<FutureTask<?>> tasks = new ArrayList<>();

    private final Messages atServer = new Messages().on("pay", (m, p) -> {
        paid.incrementAndGet();
        p.send(m.reply("paid", m.text()));
    }).on("count", (m, p) -> {
        for (var part = 1; part < 3; part++) {
            p.send(new Message(m.id(), m.type(), new byte[] {(byte) part}, part == 2 ? Message.LAST_PART : Message.PART));
        }
    }).on("drop", (m, p) -> p.connection().abort());

    /** Its gap lasts until the test lets it make the next connection. */
    private final Messages atClient = new Messages().reconnect(SOON_AGAIN).observer(Observed.close(p -> {
        inGap.release();
        leaveGap.await();
    }));

    @AfterEach
    void leaveTheGap() {
        leaveGap.countDown();
    }

    private Peer inGap() throws Exception {
        var peer = ends.client(atServer, atClient);
        peer.send("drop", "");
        assertThat(inGap.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
        return peer;
    }

    private <T> FutureTask<T> waiting(Callable<T> call) {
        var task = new FutureTask<>(call);
        var thread = Thread.ofVirtual().start(task);
        Awaitility.await().until(() -> task.isDone() || thread.getState() == Thread.State.WAITING);
        tasks.add(task);
        return task;
    }

    @Test
    void aRequestWaitsForTheNextConnectionAndIsAnsweredThere() throws Exception {
        var peer = inGap();
        var request = waiting(() -> peer.request("pay", "10 euro", Ends.SOON).text());
        var patient = waiting(() -> peer.request("pay", "20 euro", Duration.ZERO).text());
        leaveGap.countDown();
        assertThat(request.get(10, TimeUnit.SECONDS)).isEqualTo("10 euro");
        assertThat(patient.get(10, TimeUnit.SECONDS)).isEqualTo("20 euro");
        assertThat(paid).hasValue(2);
    }

    @Test
    void aRequestedStreamWaitsForTheNextConnectionToo() throws Exception {
        var peer = inGap();
        var request = waiting(() -> {
            var parts = new ArrayList<Byte>();
            try (var stream = peer.requestStream(Message.of("count", ""))) {
                stream.forEach(m -> parts.add(m.data()[0]));
            }
            return parts;
        });
        leaveGap.countDown();
        assertThat(request.get(10, TimeUnit.SECONDS)).containsExactly((byte) 1, (byte) 2);
    }

    @Test
    void aRequestThatFindsNoConnectionInTimeIsNotSent() throws Exception {
        var peer = inGap();
        assertThatThrownBy(() -> peer.request("pay", "", Duration.ofMillis(30))).isInstanceOf(SocketTimeoutException.class)
                .hasMessageContaining("pay was not sent").hasMessageContaining("30 ms");
        leaveGap.countDown();
        peer.request("count", "", Ends.SOON);
        assertThat(paid).hasValue(0);
    }

    @Test
    void aRequestOfAPeerThatIsClosedInTheGapIsNotSent() throws Exception {
        var peer = inGap();
        var request = waiting(() -> peer.request("pay", "", Ends.SOON));
        var stream = waiting(() -> peer.requestStream(Message.of("count", "")));
        Thread.ofVirtual().start(peer::close); // it waits for the observer, which is in the gap
        for (var task : tasks) {
            assertThatThrownBy(() -> task.get(10, TimeUnit.SECONDS)).hasCauseInstanceOf(IOException.class).hasMessageContaining("was not sent");
        }
        assertThat(request).isDone();
        assertThat(stream).isDone();
        leaveGap.countDown();
        peer.join();
        assertThatThrownBy(() -> peer.request("pay", "", Ends.SOON)).isInstanceOf(IOException.class).hasMessageContaining("was not sent");
        assertThat(paid).hasValue(0);
    }

    @Test
    void anInterruptInTheGapEndsTheWaitingAndNothingIsSent() throws Exception {
        var peer = inGap();
        var failure = new FutureTask<>(() -> assertThatThrownBy(() -> peer.request("pay", "", Ends.SOON)).hasMessageContaining("was not sent"));
        var thread = Thread.ofVirtual().start(failure);
        Awaitility.await().until(() -> thread.getState() == Thread.State.WAITING);
        thread.interrupt();
        failure.get(10, TimeUnit.SECONDS);
        leaveGap.countDown();
        peer.request("count", "", Ends.SOON);
        assertThat(paid).hasValue(0);
    }

    /** What was sent and not answered may have been handled: it is not sent again. */
    @Test
    void aRequestWhoseConnectionIsLostIsNotRepeated() throws Exception {
        leaveGap.countDown();
        var peer = ends.client(atServer.on("pay and drop", (m, p) -> {
            paid.incrementAndGet();
            p.connection().abort();
        }), atClient);
        assertThatThrownBy(() -> peer.request("pay and drop", "", Ends.SOON)).isInstanceOf(IOException.class)
                .message().doesNotContain("was not sent");
        peer.request("pay", "", Ends.SOON);
        assertThat(paid).hasValue(2);
    }

    /** The next connection is made when they have returned. */
    @Test
    void hooksBesideTheReaderOfALostConnectionDoNotWaitForTheNext() throws Exception {
        var lost = new CountDownLatch(1);
        var peer = ends.client(atServer.on("go", (m, p) -> p.send("beside", "")), atClient.onParallel("beside", (m, p) -> {
            ends.heard.add("begun");
            lost.await();
            var calls = List.<Callable<?>>of(() -> p.request("pay", "", Ends.SOON), () -> p.requestStream(Message.of("count", "")), () -> {
                p.send("note", "");
                return "sent";
            });
            for (var call : calls) {
                try {
                    ends.heard.add("" + call.call());
                } catch (IOException e) {
                    ends.heard.add(e.getMessage());
                }
            }
        }));
        leaveGap.countDown();
        peer.send("go", "");
        assertThat(ends.next()).isEqualTo("begun");
        peer.send("drop", "");
        var other = waiting(() -> {
            Awaitility.await().until(() -> !peer.connection().isOpen() || isAway(peer));
            return true;
        });
        other.get(20, TimeUnit.SECONDS);
        lost.countDown();
        assertThat(ends.next()).contains("pay was not sent").contains("this hook must return");
        assertThat(ends.next()).contains("count was not sent").contains("this hook must return");
        assertThat(ends.next()).contains("this hook must return");
        assertThat(peer.request("pay", "", Ends.SOON).text()).isEmpty();
    }

    /** A request fails at once, or with its short timeout: then its connection is gone. */
    private static boolean isAway(Peer peer) {
        try {
            peer.request("count", "", Duration.ofMillis(10));
            return false;
        } catch (IOException e) {
            return e.getMessage().contains("was not sent");
        }
    }

    @Test
    void aStreamThatIsBegunStaysOnItsConnection() throws Exception {
        leaveGap.countDown();
        var peer = ends.client(atServer.onStream("log", (parts, p) -> {
            for (var part : parts) {
                ends.heard.add(part.text());
            }
        }), atClient);
        var first = peer.connection();
        try (var own = peer.stream("log"); var answer = peer.stream(Message.of("question", "").id(2), "log")) {
            own.write("one");
            assertThat(ends.next()).isEqualTo("one");
            peer.send("drop", "");
            Awaitility.await().until(() -> peer.connection() != first);
            assertThatThrownBy(() -> own.write("two")).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> answer.write("two")).isInstanceOf(IOException.class);
        } catch (IOException e) {
            assertThat(e).as("a stream that can't be finished").isNotNull();
        }
        peer.request("pay", "", Ends.SOON);
        assertThat(ends.heard).isEmpty();
    }
}
