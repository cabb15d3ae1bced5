package dev.weft.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Messages that count up from 0, of all sizes: who sends them knows how many there were, who receives them sees what is missing or doubled. */
final class NumberedStream {
    static final int LONGEST = 200_000;

    private NumberedStream() {}

    /** Sends in batches, now and then waits until all is acknowledged, and says how many there were when it is enough. */
    static CompletableFuture<Long> sending(Sender<String> sender, long seed, int longest, BooleanSupplier enough) {
        var queue = (AckQueue<String>) sender.toSend();
        var sent = new CompletableFuture<Long>();
        Thread.ofVirtual().name("test-send").start(() -> {
            try {
                var random = new Random(seed);
                long n = 0;
                while (!enough.getAsBoolean()) {
                    var batch = random.nextInt(1, 40);
                    var done = new CountDownLatch(batch);
                    for (int i = 0; i < batch; i++) {
                        queue.put(message(n++, random, longest), done::countDown);
                    }
                    if (random.nextInt(3) == 0 && !done.await(20, TimeUnit.SECONDS)) {
                        throw new AssertionError(done.getCount() + " messages before message " + n + " are not acknowledged");
                    }
                }
                sent.complete(n);
            } catch (Throwable t) {
                sent.completeExceptionally(t);
            }
        });
        return sent;
    }

    /** Mostly short. */
    private static String message(long n, Random random, int longest) {
        var kind = random.nextInt(200);
        return n + ":" + "x".repeat(random.nextInt(Math.min(longest, kind == 0 ? LONGEST : kind < 20 ? 3_000 : 40)));
    }

    /** Receives all of them, on a thread of its own. */
    static CompletableFuture<Void> receiving(Receiver<String> receiver, long seed, boolean late, CompletableFuture<Long> sent) {
        var received = new CompletableFuture<Void>();
        Thread.ofVirtual().name("test-receive").start(() -> {
            try {
                new Looking(receiver, seed, late).until(sent);
                received.complete(null);
            } catch (Throwable t) {
                received.completeExceptionally(t);
            }
        });
        return received;
    }

    /** Looks at what comes until it has seen all, and acknowledges it, at once or some time later and in another order. */
    private static final class Looking {
        private static final int HELD = 12;

        private final AckQueue<String> queue;
        private final Random random;
        private final boolean late;
        private final List<Delivered<String>> held = new ArrayList<>();
        private long n;

        Looking(Receiver<String> receiver, long seed, boolean late) {
            queue = (AckQueue<String>) receiver.received();
            random = new Random(seed);
            this.late = late;
        }

        void until(CompletableFuture<Long> sent) throws Exception {
            var stuck = System.nanoTime() + Ends.SOON.toNanos();
            while (!sent.isDone() || n < sent.get()) {
                var next = queue.next(2, TimeUnit.MILLISECONDS);
                if (next.isPresent()) {
                    var text = next.get().message();
                    assertThat(text.substring(0, text.indexOf(':'))).isEqualTo(Long.toString(n++));
                    held.add(next.get());
                    stuck = System.nanoTime() + Ends.SOON.toNanos();
                }
                if (!late || next.isEmpty() || held.size() > random.nextInt(HELD)) {
                    acknowledge();
                }
                if (System.nanoTime() > stuck) {
                    throw new AssertionError("nothing comes any more after message " + n);
                }
            }
            acknowledge();
        }

        private void acknowledge() {
            Collections.shuffle(held, random);
            held.forEach(Delivered::acknowledge);
            held.clear();
        }
    }
}
