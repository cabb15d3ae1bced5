package dev.weft.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;

import dev.weft.testkit.ManualTime;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The events of services (SPEC SL-40): Python's {@code threading.Event}. */
@Timeout(30)
class EventTest {
    private final Event event = new Event();

    @Test
    void itIsSetUntilItIsCleared() throws Exception {
        assertThat(event.isSet()).isFalse();
        event.set();
        event.set();
        assertThat(event.isSet()).isTrue();
        event.await();
        event.clear();
        assertThat(event.isSet()).isFalse();
        assertThat(event).hasToString("event, not set");
    }

    @Test
    void allWhoWaitAreWoken() throws Exception {
        var woken = new CountDownLatch(3);
        for (int i = 0; i < 3; i++) {
            Thread.startVirtualThread(() -> {
                try {
                    event.await();
                    woken.countDown();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            });
        }
        event.set();
        woken.await();
    }

    @Test
    void aLimitedWaitSaysWhetherItIsSet() throws Exception {
        assertThat(event.await(Duration.ofNanos(1))).isFalse();
        event.set();
        assertThat(event.await(Duration.ZERO)).isTrue();
        assertThat(event.await(Duration.ofSeconds(Long.MAX_VALUE))).isTrue();
    }

    @Test
    void aLimitOfZeroIsNone() throws Exception {
        var waiting = new FutureTask<>(() -> event.await(Duration.ZERO));
        var thread = Thread.ofVirtual().start(waiting);
        Awaitility.await().until(() -> thread.getState() == Thread.State.WAITING);
        event.set();
        assertThat(waiting.get()).isTrue();
        assertThatIllegalArgumentException().isThrownBy(() -> event.await(Duration.ofNanos(-1))).withMessageContaining("await");
    }

    @Test
    void theLimitIsOnItsClock() throws Exception {
        var time = new ManualTime();
        var slow = new Event(time);
        var waiting = new FutureTask<>(() -> slow.await(Duration.ofHours(1)));
        Thread.ofVirtual().start(waiting);
        time.awaitScheduled(Duration.ofHours(1));
        time.advance(Duration.ofHours(1));
        assertThat(waiting.get()).isFalse();
    }

    @Test
    void anInterruptEndsTheWait() {
        Thread.currentThread().interrupt();
        assertThatThrownBy(event::await).isInstanceOf(InterruptedException.class);
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> event.await(Duration.ofHours(1))).isInstanceOf(InterruptedException.class);
    }
}
