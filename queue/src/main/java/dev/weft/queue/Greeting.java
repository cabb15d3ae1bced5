package dev.weft.queue;

import java.io.IOException;
import java.net.ProtocolException;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;

import dev.weft.net.Connection;
import dev.weft.net.Frames;
import org.jspecify.annotations.Nullable;

/**
 * The first words on a connection of links that deliver at least once: both ends say {@link Hello}, and a receiver says with which message to go
 * on.
 *
 * @param <T> the type of a message
 */
final class Greeting<T> {
    private final @Nullable ReliableIn<T> in;
    private final @Nullable ReliableOut<T> out;
    private final Store store;
    private final Duration silence;
    private final ReentrantLock lock;

    /**
     * For all connections of a link.
     *
     * @param silence for how long this end lets the other say nothing
     * @param lock guards the store and {@code out}
     */
    Greeting(@Nullable ReliableIn<T> in, @Nullable ReliableOut<T> out, Store store, Duration silence, ReentrantLock lock) {
        this.in = in;
        this.out = out;
        this.store = store;
        this.silence = silence;
        this.lock = lock;
    }

    /** Says hello, reads the other end's, which it returns, and agrees with which message to go on. */
    Hello exchange(Connection connection, Frames<Frame> frames) throws IOException {
        new Hello(out != null, in != null, out == null ? new StreamId(0, 0) : store.stream(), out == null ? 0 : firstKept(),
                in == null ? 0 : in.window(), (int) Math.max(1, silence.toMillis())).write(connection);
        var hello = Hello.read(connection);
        check(hello, Remote.name(connection));
        if (in != null) {
            frames.write(new Frame.Resume(in.begin(hello)));
            frames.flush(); // else it would wait while the other end's is unread, and a message might overtake it
        }
        if (out != null) {
            resume(out, connection, frames, hello);
        }
        return hello;
    }

    private void check(Hello hello, String peer) throws ProtocolException {
        if (in != null && !hello.sends()) {
            throw new ProtocolException(peer + " sends nothing, and we would receive");
        }
        if (out != null && !hello.receives()) {
            throw new ProtocolException(peer + " receives nothing, and we would send");
        }
        if (hello.silence() < 1 || (out != null && hello.window() < 1)) {
            throw new ProtocolException(peer + " sent an invalid greeting: silence " + hello.silence() + " ms, window " + hello.window());
        }
    }

    private void resume(ReliableOut<T> out, Connection connection, Frames<Frame> frames, Hello hello) throws IOException {
        connection.deadlines(connection.deadlines().idle(Hello.LIMIT).message(Hello.LIMIT));
        if (!(frames.read() instanceof Frame.Resume resume)) {
            throw new ProtocolException(Remote.name(connection) + " does not say which message it wants next");
        }
        lock.lock();
        try {
            out.resume(resume.number(), hello.window());
        } finally {
            lock.unlock();
        }
    }

    private long firstKept() {
        lock.lock();
        try {
            return store.first();
        } finally {
            lock.unlock();
        }
    }
}
