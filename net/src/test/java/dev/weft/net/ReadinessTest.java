package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InterruptedIOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

import dev.weft.net.spi.Readiness;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The meeting point of a poller and a blocked handler: no event is lost, whenever it comes. */
@Timeout(30)
class ReadinessTest {
    private final Readiness readiness = new Readiness(false);

    private record Waiting(FutureTask<Boolean> task, Thread thread) {}

    private Waiting waiting() {
        var task = new FutureTask<>(() -> {
            readiness.await();
            return readiness.ready();
        });
        var thread = Thread.ofVirtual().start(task);
        Awaitility.await().until(() -> thread.getState() == Thread.State.WAITING);
        return new Waiting(task, thread);
    }

    @Test
    void whoFindsNothingIsNotReadyUntilAnEventComes() throws Exception {
        readiness.signal();
        assertThat(readiness.ready()).isTrue();
        readiness.drained(readiness.stamp());
        assertThat(readiness.ready()).isFalse();
        var waiting = waiting();
        readiness.signal();
        assertThat(waiting.task.get()).isTrue();
    }

    @Test
    void anEventBetweenTheLookAndTheMarkIsNotLost() throws Exception {
        readiness.signal();
        var stamp = readiness.stamp();
        readiness.signal();
        readiness.drained(stamp);
        assertThat(readiness.ready()).isTrue();
        readiness.await();
    }

    @Test
    void aWakeEndsTheWaitWithoutSayingReady() throws Exception {
        var waiting = waiting();
        readiness.wake();
        assertThat(waiting.task.get()).isFalse();
    }

    @Test
    void aWakeIsRememberedForOneWait() throws Exception {
        readiness.wake();
        readiness.await();
        var waiting = waiting();
        readiness.signal();
        assertThat(waiting.task.get()).isTrue();
    }

    @Test
    void anInterruptEndsTheWaitAndIsCleared() throws Exception {
        var cleared = new FutureTask<>(() -> {
            assertThatThrownBy(readiness::await).isInstanceOf(InterruptedIOException.class);
            return !Thread.currentThread().isInterrupted();
        });
        Thread.ofVirtual().start(cleared).interrupt();
        assertThat(cleared.get()).isTrue();
        var next = waiting();
        readiness.signal();
        assertThat(next.task.get()).isTrue();
    }

    @Test
    void aSecondWaiterIsRefused() throws Exception {
        var waiting = waiting();
        assertThatThrownBy(readiness::await).isInstanceOf(IllegalStateException.class).hasMessageContaining("another thread");
        readiness.signal();
        assertThat(waiting.task.get()).isTrue();
    }

    @Test
    void noEventIsLostUnderARace() throws Exception {
        // A poller that signals once for each time that the reader has found nothing: a lost event would leave both waiting.
        var rounds = 50_000;
        var found = new Semaphore(0);
        var done = new CountDownLatch(1);
        Thread.ofPlatform().daemon().start(() -> {
            for (int i = 0; i < rounds; i++) {
                found.acquireUninterruptibly();
                readiness.signal();
            }
        });
        Thread.ofVirtual().start(() -> {
            try {
                for (int i = 0; i < rounds; i++) {
                    var stamp = readiness.stamp();
                    found.release();
                    readiness.drained(stamp);
                    readiness.await();
                }
                done.countDown();
            } catch (InterruptedIOException e) {
                throw new AssertionError(e);
            }
        });
        assertThat(done.await(20, TimeUnit.SECONDS)).isTrue();
    }
}
