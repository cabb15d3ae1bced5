package dev.weft.queue;

import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

import dev.weft.net.Connection;
import dev.weft.net.Deadlines;
import dev.weft.net.Framing;
import dev.weft.net.TimeSource;
import dev.weft.net.support.SafeText;
import org.jspecify.annotations.Nullable;

/**
 * The wire of socketlib: messages and their delimiters, and nothing else (SPEC SL-W). The link's thread reads, also where nothing is to be
 * received, as that is how it learns that the peer has gone; a second one writes.
 *
 * @param <T> the type of a message
 */
final class SocklibProtocol<T> implements LinkProtocol<T> {
    private static final int DISCARDED_AT_ONCE = 8 * 1024;
    private static final int MOST_AT_ONCE = 256;

    private final @Nullable Inflow<T> in;
    private final @Nullable Outflow<T> out;
    private final Framing<T> framing;
    private final Duration timeout;
    private final Duration pace;
    private final TimeSource time;
    private final QueueLog log;
    private final LinkThreads threads;
    private Consumer<Throwable> fatal = t -> {};

    SocklibProtocol(@Nullable Inflow<T> in, @Nullable Outflow<T> out, LinkSettings<T> settings, LinkEvents events) {
        this.in = in;
        this.out = out;
        framing = settings.framing();
        timeout = settings.timeout();
        pace = settings.pace();
        time = settings.time();
        log = events.log;
        threads = events.threads;
    }

    @Override
    public void begin(Consumer<Throwable> fatal) {
        this.fatal = fatal;
    }

    @Override
    public boolean stops() {
        var received = in == null || in.stops(); // whose answer is no reason not to ask the other
        return (out == null || out.stops()) && received;
    }

    @Override
    public int unsettled() {
        return in == null ? 0 : in.unsettled();
    }

    @Override
    public @Nullable IOException over(Connection connection, Runnable stands) throws InterruptedException {
        limit(connection);
        var writer = out == null || out.isOver() ? null : new Writer(connection, out);
        try {
            stands.run();
            if (writer != null) {
                writer.thread.start();
            }
            var lost = read(connection, writer);
            if (lost == null) {
                return null;
            }
            if (writer != null) {
                writer.end(); // if it was what failed, it says how
            }
            var failed = writer == null ? null : writer.failure;
            if (failed != null) {
                log.sendFailed(failed);
                return failed;
            }
            log.getFailed(lost);
            return lost;
        } catch (InterruptedIOException e) {
            throw new InterruptedException(e.getMessage());
        } finally {
            end(connection, writer);
        }
    }

    /** A full queue makes the other end wait for as long as it takes: so there is no limit for a write, unless the link's user has set one. */
    private void limit(Connection connection) {
        var own = connection.deadlines();
        if (timeout.isPositive()) {
            connection.deadlines(own.read(timeout).write(timeout));
        } else if (own.equals(Deadlines.defaults())) {
            connection.deadlines(own.write(Duration.ZERO));
        }
    }

    @Override
    public List<T> unsent() {
        return out == null ? List.of() : out.unsent();
    }

    private void end(Connection connection, @Nullable Writer writer) {
        if (writer != null) {
            writer.end();
        }
        connection.close();
    }

    /** Reads all there is to read; why there is no more, or null when nothing is to be done any longer. */
    private @Nullable IOException read(Connection connection, @Nullable Writer writer) throws InterruptedIOException, InterruptedException {
        try {
            if (in != null && !in.isOver()) {
                receive(connection, in);
            }
            if (writer == null || writer.out.isOver()) {
                return null;
            }
            discard(connection);
            return null;
        } catch (InterruptedIOException e) {
            if (e instanceof SocketTimeoutException) {
                return e;
            }
            throw e;
        } catch (IOException e) {
            return out != null && out.isOver() && (in == null || in.isOver()) ? null : e;
        }
    }

    /** Returns when the stop function has said so. */
    private void receive(Connection connection, Inflow<T> in) throws IOException, InterruptedException {
        var frames = connection.frames(framing);
        var most = in.takesMany() ? MOST_AT_ONCE : 1;
        var messages = new ArrayList<T>();
        while (!in.stops() && StopAwareWait.await(connection, in, timeout, time)) {
            try {
                frames.readMany(most, messages::add);
            } catch (RuntimeException e) {
                throw undecodable(connection, e);
            } finally {
                in.putAll(messages);
            }
        }
    }

    private static ProtocolException undecodable(Connection connection, RuntimeException why) {
        var e = new ProtocolException(Remote.name(connection) + " sent what is no message: " + SafeText.oneLine(why.toString()));
        e.initCause(why);
        return e;
    }

    /** Reads what nobody wants: otherwise the peer's end would not be seen, and this end's close would reset its connection. */
    private void discard(Connection connection) throws IOException {
        connection.deadlines(connection.deadlines().idle(Duration.ZERO).read(Duration.ZERO)); // it need not say anything
        while (connection.receive(DISCARDED_AT_ONCE).length > 0) { // nobody wants it
            if (Thread.interrupted()) {
                throw new InterruptedIOException("interrupted");
            }
        }
        throw new EOFException(Remote.name(connection) + " has ended the connection");
    }

    /** The thread that sends. It closes the connection when it is done and nobody reads, and whenever it fails. */
    private final class Writer {
        private final Connection connection;
        private final Outflow<T> out;
        private final Thread thread;
        private volatile @Nullable IOException failure;

        Writer(Connection connection, Outflow<T> out) {
            this.connection = connection;
            this.out = out;
            thread = threads.unstarted("-send", this::run);
        }

        private void run() {
            try {
                while (out.take()) {
                    out.send(connection);
                    if (pace.isPositive()) {
                        time.sleep(pace);
                    }
                }
                if (in == null || in.isOver()) {
                    connection.close();
                }
            } catch (InterruptedException e) {
                // The conversation is over, and nothing was under way: what has been sent may still arrive.
            } catch (InterruptedIOException e) {
                failure = e instanceof SocketTimeoutException ? e : null;
            } catch (IOException e) {
                failure = e;
                connection.abort();
            } catch (Throwable t) { // a stop function's, for example
                fatal.accept(t);
                connection.abort();
            }
        }

        /** Ends it, whatever it waits for. */
        void end() {
            LinkThreads.end(thread);
        }
    }
}
