package dev.weft.queue;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

import dev.weft.net.DrainReport;
import dev.weft.net.support.Life;

/** The drain of something that lives. The first call drains; later ones wait for it and return its report. For any thread. */
final class SingleDrain {
    /** Ends what lives at once: a link and a service drain for so long when they are closed, unless told otherwise. */
    static final Duration AT_ONCE = Duration.ofNanos(1);

    private final Life life;
    private final CompletableFuture<DrainReport> report = new CompletableFuture<>();
    /** Whether a thread that waits for the end drains. */
    private volatile boolean awaited;

    SingleDrain(Life life) {
        this.life = life;
    }

    /**
     * Drains.
     *
     * @param inside whether the drain would wait for this thread: then nothing is waited for
     * @param begin has it end, without waiting; for the first call inside
     * @param drain drains and waits; for the first call that is not inside
     * @param awaitEnd waits for the end; where nothing but the end is to be waited for
     * @param now tells how things stand
     */
    DrainReport drain(boolean inside, Runnable begin, Supplier<DrainReport> drain, Runnable awaitEnd, Supplier<DrainReport> now) {
        if (life.beginDrain(() -> awaited = !inside)) {
            if (!inside) {
                return run(drain);
            }
            begin.run();
        }
        if (inside) {
            return now.get();
        }
        if (awaited) {
            return report.join();
        }
        awaitEnd.run(); // it has ended by itself, or a thread of its own has told it to
        return now.get();
    }

    private DrainReport run(Supplier<DrainReport> drain) {
        try {
            var done = drain.get();
            report.complete(done);
            return done;
        } catch (RuntimeException | Error e) {
            report.completeExceptionally(e);
            throw e;
        }
    }
}
