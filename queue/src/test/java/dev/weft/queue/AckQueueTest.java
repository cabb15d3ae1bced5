package dev.weft.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The queue that links make when they are given none: bounded, acknowledging, and able to end. */
@Timeout(60)
class AckQueueTest {
    private final AckQueue<String> queue = new AckQueue<>(2);

    @Test
    @DisplayName("SL-2: the default queue holds 1,024 messages and blocks when full; null is refused")
    void theDefaultQueueIsBounded() {
        var queue = new AckQueue<Integer>();
        IntStream.range(0, 1024).forEach(n -> assertThat(queue.offer(n)).isTrue());
        assertThat(queue.offer(1024)).isFalse();
        assertThat(queue.remainingCapacity()).isZero();
        assertThatNullPointerException().isThrownBy(() -> queue.put(null));
        assertThatNullPointerException().isThrownBy(() -> queue.offer(null));
        assertThatIllegalArgumentException().isThrownBy(() -> new AckQueue<>(0))
                .withMessage("capacity(0): a queue needs room for at least 1 message");
    }

    @Test
    void whoPutsIntoAFullQueueWaitsForRoom() throws Exception {
        queue.put("a");
        queue.put("b");
        var putting = begin(() -> {
            queue.put("c");
            return "done";
        });
        assertThat(queue.take()).isEqualTo("a");
        assertThat(putting.get(10, TimeUnit.SECONDS)).isEqualTo("done");
        assertThat(queue).containsExactly("b", "c");
    }

    @Test
    void itIsAQueueToEverythingThatKnowsQueues() throws Exception {
        BlockingQueue<String> plain = queue;
        assertThat(plain.add("a")).isTrue();
        assertThat(plain.offer("b", 1, TimeUnit.HOURS)).isTrue();
        assertThatIllegalStateException().isThrownBy(() -> plain.add("c"));
        assertThat(plain.offer("c", 1, TimeUnit.MILLISECONDS)).isFalse();
        assertThat(plain.peek()).isEqualTo("a");
        assertThat(plain.element()).isEqualTo("a");
        assertThat(plain).hasSize(2).contains("b");
        assertThat(plain.remove()).isEqualTo("a");
        assertThat(plain.poll(1, TimeUnit.HOURS)).isEqualTo("b");
        assertThat(plain.poll()).isNull();
        assertThat(plain.poll(-1, TimeUnit.HOURS)).isNull();
        assertThat(plain.peek()).isNull();
        assertThatExceptionOfType(NoSuchElementException.class).isThrownBy(plain::remove);
        assertThat(plain.remainingCapacity()).isEqualTo(2);
    }

    @Test
    void drainingTakesInOrderAndNoMoreThanWasAskedFor() throws Exception {
        queue.put("a");
        queue.put("b");
        var drained = new ArrayList<String>();
        assertThat(queue.drainTo(drained, 0)).isZero();
        assertThat(queue.drainTo(drained, 1)).isOne();
        assertThat(queue.drainTo(drained)).isOne();
        assertThat(queue.drainTo(drained)).isZero();
        assertThat(drained).containsExactly("a", "b");
        assertThatIllegalArgumentException().isThrownBy(() -> queue.drainTo(queue));
    }

    /** As the queues of the JDK do. */
    @Test
    void drainingFewerThanNoneTakesNone() throws Exception {
        queue.put("a");
        assertThat(queue.drainTo(new ArrayList<>(), -1)).isZero();
        assertThat(queue).containsExactly("a");
    }

    @Test
    void drainingToNowhereLosesNothing() throws Exception {
        var acknowledged = new AtomicInteger();
        queue.put("a", acknowledged::incrementAndGet);
        assertThatNullPointerException().isThrownBy(() -> queue.drainTo(null));
        assertThat(queue).containsExactly("a");
        assertThat(acknowledged).hasValue(0);
    }

    /** Each way to take for the bare queue acknowledges at once; next and nextAll leave it to the taker. */
    @Test
    void takingAcknowledgesUnlessTheTakerSaysLater() throws Exception {
        var queue = new AckQueue<Integer>();
        var acknowledged = new ArrayList<Integer>();
        for (int n = 0; n < 8; n++) {
            var number = n;
            queue.put(n, () -> acknowledged.add(number));
        }
        assertThat(queue.peek()).isZero();
        assertThat(queue.iterator().next()).isZero();
        assertThat(acknowledged).isEmpty();
        queue.take();
        queue.poll();
        queue.poll(1, TimeUnit.SECONDS);
        queue.drainTo(new ArrayList<>(), 2);
        assertThat(acknowledged).containsExactly(0, 1, 2, 3, 4);
        var later = Stream.of(queue.next().stream(), queue.next(1, TimeUnit.SECONDS).stream(), queue.nextAll(5).stream()).flatMap(d -> d).toList();
        assertThat(later).extracting(Delivered::message).containsExactly(5, 6, 7);
        assertThat(acknowledged).hasSize(5);
        later.reversed().forEach(Delivered::acknowledge);
        assertThat(acknowledged).containsExactly(0, 1, 2, 3, 4, 7, 6, 5);
    }

    @Test
    void anAcknowledgementIsHeardOnceHoweverManyGiveIt() throws Exception {
        var heard = new AtomicInteger();
        queue.put("a", heard::incrementAndGet);
        var delivered = queue.next().orElseThrow();
        var all = IntStream.range(0, 8).mapToObj(_ -> begin(() -> {
            delivered.acknowledge();
            return true;
        })).toList();
        for (var one : all) {
            one.get(10, TimeUnit.SECONDS);
        }
        assertThat(heard).hasValue(1);
        assertThat(delivered).hasToString("delivered a");
    }

    @Test
    void afterItsEndWhatIsInItCanStillBeTaken() throws Exception {
        queue.put("a");
        queue.put("b");
        queue.end();
        queue.end();
        assertThat(queue.hasEnded()).isTrue();
        assertThat(queue.take()).isEqualTo("a");
        assertThat(queue.next().orElseThrow().message()).isEqualTo("b");
        assertThat(queue.next()).isEmpty();
        assertThat(queue.next(1, TimeUnit.HOURS)).isEmpty();
        assertThat(queue.nextAll(3)).isEmpty();
        assertThat(queue.poll()).isNull();
        assertThat(queue.poll(1, TimeUnit.HOURS)).isNull();
        assertThatIllegalStateException().isThrownBy(queue::take).withMessageContaining("ended");
    }

    @Test
    void afterItsEndNothingCanBePut() {
        queue.end();
        assertThatIllegalStateException().isThrownBy(() -> queue.put("a")).withMessageContaining("ended");
        assertThatIllegalStateException().isThrownBy(() -> queue.put("a", () -> {})).withMessageContaining("ended");
        assertThat(queue.offer("a")).isFalse();
        assertThat(queue.size()).isZero();
    }

    /** Not "Queue full": that would send its reader the wrong way. */
    @Test
    void afterItsEndAddSaysWhyItRefuses() {
        queue.end();
        assertThatIllegalStateException().isThrownBy(() -> queue.add("a")).withMessageContaining("ended");
    }

    /** The ways to wait, and what each gives when the queue ends. */
    enum Wait {
        TAKE, POLL, NEXT, NEXT_FOR, PUT, PUT_ACKNOWLEDGED, OFFER, OFFER_ACKNOWLEDGED;

        boolean fills() {
            return compareTo(PUT) >= 0;
        }

        Object in(AckQueue<String> queue) throws InterruptedException {
            switch (this) {
                case TAKE -> {
                    return queue.take();
                }
                case POLL -> {
                    return String.valueOf(queue.poll(1, TimeUnit.HOURS));
                }
                case NEXT -> {
                    return queue.next();
                }
                case NEXT_FOR -> {
                    return queue.next(1, TimeUnit.HOURS);
                }
                case PUT -> queue.put("x");
                case PUT_ACKNOWLEDGED -> queue.put("x", () -> {});
                case OFFER -> {
                    return queue.offer("x", 1, TimeUnit.HOURS);
                }
                case OFFER_ACKNOWLEDGED -> {
                    return queue.offer("x", () -> {}, 1, TimeUnit.HOURS);
                }
            }
            return "done";
        }

        String whenEnded() {
            return switch (this) {
                case TAKE, PUT, PUT_ACKNOWLEDGED -> "java.lang.IllegalStateException";
                case POLL -> "null";
                case NEXT, NEXT_FOR -> "Optional.empty";
                case OFFER, OFFER_ACKNOWLEDGED -> "false";
            };
        }
    }

    @ParameterizedTest
    @EnumSource
    void theEndIsToldToWhoeverWaits(Wait wait) throws Exception {
        var waiting = waiting(wait);
        queue.end();
        assertThat(outcome(waiting)).startsWith(wait.whenEnded());
        assertThat(queue).hasSize(wait.fills() ? 2 : 0);
    }

    @ParameterizedTest
    @EnumSource
    void anInterruptEndsTheWaitAndLosesNothing(Wait wait) throws Exception {
        var began = new CompletableFuture<Thread>();
        var waiting = begin(() -> {
            began.complete(Thread.currentThread());
            if (wait.fills()) {
                queue.put("a");
                queue.put("b");
            }
            return wait.in(queue);
        });
        var thread = began.get();
        Ends.until("it waits", () -> thread.getState() == Thread.State.WAITING || thread.getState() == Thread.State.TIMED_WAITING);
        thread.interrupt();
        assertThat(outcome(waiting)).startsWith("java.lang.InterruptedException");
        assertThat(queue).hasSize(wait.fills() ? 2 : 0);
    }

    /** A wait that has begun, of an empty or a full queue. */
    private FutureTask<Object> waiting(Wait wait) throws Exception {
        if (wait.fills()) {
            queue.put("a");
            queue.put("b");
        }
        var began = new CompletableFuture<Thread>();
        var task = begin(() -> {
            began.complete(Thread.currentThread());
            return wait.in(queue);
        });
        var thread = began.get();
        Ends.until("it waits", () -> thread.getState() == Thread.State.WAITING || thread.getState() == Thread.State.TIMED_WAITING);
        return task;
    }

    private static String outcome(FutureTask<Object> task) throws Exception {
        try {
            return String.valueOf(task.get(10, TimeUnit.SECONDS));
        } catch (ExecutionException e) {
            return String.valueOf(e.getCause());
        }
    }

    static Stream<List<Integer>> crowds() {
        return Stream.of(List.of(1, 1, 1), List.of(4, 1, 2), List.of(1, 4, 3), List.of(4, 4, 1), List.of(6, 5, 16), List.of(3, 3, 1024));
    }

    /** So many producers, consumers, and places in the queue. */
    @ParameterizedTest
    @MethodSource("crowds")
    void nothingIsLostDoubledOrOutOfOrderPerProducer(List<Integer> crowd) throws Exception {
        var each = 3_000;
        var producers = crowd.get(0);
        var queue = new AckQueue<int[]>(crowd.get(2));
        var acknowledged = new AtomicInteger();
        var taking = IntStream.range(0, crowd.get(1)).mapToObj(n -> begin(() -> takeAll(queue, n))).toList();
        var putting = IntStream.range(0, producers).mapToObj(producer -> begin(() -> {
            for (int n = 0; n < each; n++) {
                put(queue, new int[] {producer, n}, acknowledged);
            }
            return true;
        })).toList();
        for (var one : putting) {
            one.get(30, TimeUnit.SECONDS);
        }
        queue.end();
        var counted = new int[producers];
        for (var one : taking) {
            var last = new int[producers];
            java.util.Arrays.fill(last, -1);
            for (var message : one.get(30, TimeUnit.SECONDS)) {
                assertThat(message[1]).as("of producer %d", message[0]).isGreaterThan(last[message[0]]);
                last[message[0]] = message[1];
                counted[message[0]]++;
            }
        }
        assertThat(counted).containsOnly(each);
        assertThat(acknowledged).hasValue(producers * each);
    }

    private static void put(AckQueue<int[]> queue, int[] message, AtomicInteger acknowledged) throws InterruptedException {
        if (message[1] % 3 == 0) {
            queue.put(message, acknowledged::incrementAndGet);
        } else {
            while (!queue.offer(message, acknowledged::incrementAndGet, message[1] % 3 == 1 ? 1 : 1_000_000, TimeUnit.MICROSECONDS)) {
                Thread.onSpinWait();
            }
        }
    }

    /** All that one consumer takes, in a way of its own, until the end. */
    private static List<int[]> takeAll(AckQueue<int[]> queue, int way) throws InterruptedException {
        var all = new ArrayList<int[]>();
        while (true) {
            var before = all.size();
            switch (way % 4) {
                case 0 -> queue.next().ifPresent(d -> {
                    all.add(d.message());
                    d.acknowledge();
                });
                case 1 -> {
                    var one = queue.poll(50, TimeUnit.MICROSECONDS);
                    if (one != null) {
                        all.add(one);
                    }
                }
                case 2 -> queue.nextAll(7).forEach(d -> {
                    all.add(d.message());
                    d.acknowledge();
                });
                default -> queue.drainTo(all, 5);
            }
            if (all.size() == before && queue.hasEnded() && queue.isEmpty()) {
                return all;
            }
        }
    }

    private static <V> FutureTask<V> begin(Callable<V> work) {
        var task = new FutureTask<>(work);
        Thread.ofPlatform().daemon().name("test-crowd").start(task);
        return task;
    }
}
