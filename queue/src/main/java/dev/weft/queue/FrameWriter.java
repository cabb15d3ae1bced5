package dev.weft.queue;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

import dev.weft.net.Connection;
import dev.weft.net.TimeSource;
import dev.weft.net.support.DeadlineTimer;
import org.jspecify.annotations.Nullable;

/**
 * The thread that writes messages, acknowledgements and pings onto one connection. It aborts the connection when it fails, and closes it when
 * nothing is left to do.
 *
 * @param <T> the type of a message
 */
final class FrameWriter<T> {
    /** How long an acknowledgement waits for others, or for messages, to go with it. */
    private static final long ACKNOWLEDGE = TimeUnit.MILLISECONDS.toNanos(20);
    /** How many pings an end that has nothing to say sends in the time for which the other lets it be silent. */
    private static final int PINGS = 3;

    private final Connection connection;
    private final @Nullable ReliableIn<T> in;
    private final @Nullable ReliableOut<T> out;
    private final WriterSignal signal;
    private final BooleanSupplier done;
    private final Consumer<Throwable> fatal;
    private final FrameBuffer leaving;
    private final long pace;
    private final TimeSource time;
    private final long ping;
    private final DeadlineTimer timer;
    private final Thread thread;
    private volatile @Nullable IOException failure;
    /** The moment before which no other message may leave. */
    private long free;

    /**
     * A writer that is not started.
     *
     * @param silence for how many milliseconds the other end lets this one say nothing
     * @param done whether nothing is left to do
     * @param fatal is told of a failure that no other connection can heal
     */
    FrameWriter(Connection connection, @Nullable ReliableIn<T> in, @Nullable ReliableOut<T> out, FrameBuffer leaving, int silence,
            WriterSignal signal, BooleanSupplier done, Consumer<Throwable> fatal, Duration pace, TimeSource time, LinkThreads threads) {
        this.connection = connection;
        this.in = in;
        this.out = out;
        this.leaving = leaving;
        this.signal = signal;
        this.done = done;
        this.fatal = fatal;
        this.pace = TimeUnit.NANOSECONDS.convert(pace);
        this.time = time;
        ping = TimeUnit.MILLISECONDS.toNanos(Math.max(1, silence / PINGS));
        timer = new DeadlineTimer(time, signal::alarm);
        free = time.nanoTime();
        thread = threads.unstarted("-send", this::run);
    }

    void start() {
        thread.start();
    }

    /** What made it fail, if anything did. */
    @Nullable
    IOException failure() {
        return failure;
    }

    /** Ends it, whatever it waits for. */
    void end() {
        LinkThreads.end(thread);
        timer.cancel();
    }

    private void run() {
        try {
            while (!done.getAsBoolean()) {
                await();
                if (!leaving.isEmpty()) {
                    leaving.writeTo(connection.output());
                }
            }
            connection.close();
        } catch (InterruptedException | InterruptedIOException e) {
            if (e instanceof SocketTimeoutException timedOut) {
                failure = timedOut;
                connection.abort();
            }
        } catch (IOException e) {
            failure = e;
            connection.abort();
        } catch (Throwable t) {
            fatal.accept(t);
            connection.abort();
        }
    }

    /** Waits for something to write; there may be nothing when nothing is left to do. */
    private void await() throws IOException, InterruptedException {
        signal.lock().lockInterruptibly();
        try {
            var begun = time.nanoTime();
            while (!done.getAsBoolean()) {
                var now = time.nanoTime();
                var waited = now - begun;
                var dozing = waited >= ACKNOWLEDGE;
                signal.dozing(dozing); // both before it looks what it owes
                var asked = signal.takeDue();
                var owes = in != null && in.owes();
                var paced = free - now > 0;
                var ready = out != null && out.isReady();
                if ((ready && !paced) || asked || (owes && dozing)) {
                    gather(owes, ready && !paced);
                    return;
                }
                if (waited >= ping) {
                    leaving.add(new Frame.Ping());
                    return;
                }
                var left = (dozing ? ping : Math.min(ACKNOWLEDGE, ping)) - waited;
                timer.set(now + (ready ? Math.min(left, free - now) : left));
                signal.changed().await();
            }
        } finally {
            timer.clear();
            signal.lock().unlock();
        }
    }

    private void gather(boolean owes, boolean ready) throws IOException {
        if (owes && in != null) {
            leaving.add(in.acknowledgement());
        }
        if (ready && out != null) {
            free = time.nanoTime() + pace;
            out.next(leaving, pace > 0);
        }
    }
}
