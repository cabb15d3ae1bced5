package dev.weft.queue;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

import dev.weft.net.Connection;
import dev.weft.net.Frames;
import dev.weft.net.TimeSource;
import org.jspecify.annotations.Nullable;

/**
 * Numbered messages and their acknowledgements. On each connection both ends say {@link Hello}; a receiver answers with the message that it wants
 * next; then messages go one way and acknowledgements the other. The link's thread reads, a second one writes.
 *
 * @param <T> the type of a message
 */
final class ReliableProtocol<T> implements LinkProtocol<T> {
    /** A peer that says nothing for so long is taken for gone. */
    private static final Duration SILENCE = Duration.ofSeconds(30);
    /** How many frames that have come together are taken together. */
    private static final int MOST_AT_ONCE = 256;
    /** What a framing may add to the longest message: a header, a delimiter. */
    private static final int AROUND = 64 * 1024;
    /** How long the end of a link may wait for the peer to take the last acknowledgement. */
    private static final Duration FAREWELL = Duration.ofSeconds(1);

    private final @Nullable Inflow<T> inflow;
    private final @Nullable ReliableIn<T> in;
    private final @Nullable Forward<T> forward;
    private final @Nullable ReliableOut<T> out;
    private final Store store;
    private final FrameFraming framing;
    private final Duration silence;
    private final Duration pace;
    private final TimeSource time;
    private final Greeting<T> greeting;
    private final String name;
    private final QueueLog log;
    private final LinkThreads threads;
    private final WriterSignal signal = new WriterSignal();
    private Consumer<Throwable> fatal = t -> {};
    private volatile List<T> unsent = List.of();

    /**
     * A conversation whose messages go straight into the queue that is received into, if that is one of the link's own.
     *
     * @param store where messages are kept until they are acknowledged
     */
    ReliableProtocol(@Nullable Inflow<T> inflow, boolean ownQueue, @Nullable Outflow<T> source, Store store, LinkSettings<T> settings,
            LinkEvents events) {
        this.inflow = inflow;
        this.store = store;
        if (inflow == null) {
            in = null;
            forward = null;
        } else {
            var room = ownQueue && inflow.queue() instanceof AckQueue<T> own ? own : new AckQueue<T>(settings.capacity(), settings.time());
            in = new ReliableIn<>(room, settings, events, signal::due, signal::owing);
            forward = ownQueue ? null : new Forward<>(room, inflow, events.threads);
        }
        framing = new FrameFraming((int) Math.min(Spool.LONGEST, (long) settings.framing().limit() + AROUND));
        out = source == null ? null : new ReliableOut<>(source, store, settings.spool() != null, framing.most(), settings, events, signal);
        silence = settings.timeout().isPositive() && settings.timeout().compareTo(SILENCE) < 0 ? settings.timeout() : SILENCE;
        greeting = new Greeting<>(in, out, store, silence, signal.lock());
        pace = settings.pace();
        time = settings.time();
        name = events.name();
        log = events.log;
        threads = events.threads;
    }

    @Override
    public void begin(Consumer<Throwable> fatal) {
        this.fatal = fatal;
        if (out != null) {
            out.begin(fatal);
        }
        if (forward != null) {
            forward.begin(fatal);
        }
    }

    @Override
    public boolean stops() {
        var received = inflow == null || inflow.stops();
        signal.lock().lock();
        try {
            return received && (out == null || out.isDone());
        } finally {
            signal.lock().unlock();
        }
    }

    @Override
    public void end() {
        if (out != null) {
            out.end();
        }
        if (forward != null) {
            forward.end();
        }
        unsent = remaining();
        try {
            store.close();
        } catch (IOException e) {
            log.closeFailed(e);
        }
    }

    @Override
    public @Nullable IOException over(Connection connection, Runnable stands) throws InterruptedException {
        var frames = connection.frames(framing);
        FrameWriter<T> writer = null;
        var broken = false;
        try {
            var hello = greeting.exchange(connection, frames);
            connection.deadlines(connection.deadlines().message(silence).write(silence));
            stands.run();
            writer = new FrameWriter<>(connection, in, out, new FrameBuffer(framing), hello.silence(), signal, this::isDone, fatal, pace, time,
                    threads);
            writer.start();
            return read(connection, frames);
        } catch (InterruptedIOException e) {
            if (e instanceof SocketTimeoutException) {
                broken = true;
                return lost(e, writer);
            }
            throw new InterruptedException(e.getMessage());
        } catch (IOException e) {
            broken = true;
            return isDone() ? null : lost(e, writer);
        } finally {
            if (writer != null) {
                writer.end();
                if (!broken) {
                    farewell(connection, frames);
                }
            }
            connection.close();
        }
    }

    /** Tells what is done before the link ends: otherwise it would be sent again to the next receiver. */
    private void farewell(Connection connection, Frames<Frame> frames) {
        if (in != null && in.owes() && connection.isOpen()) {
            connection.deadlines(connection.deadlines().write(FAREWELL));
            try {
                frames.write(in.acknowledgement());
                frames.flush();
            } catch (InterruptedIOException e) {
                if (!(e instanceof SocketTimeoutException)) {
                    Thread.currentThread().interrupt();
                }
            } catch (IOException e) {
                // The peer has gone, too.
            }
        }
    }

    private IOException lost(IOException e, @Nullable FrameWriter<T> writer) {
        var failure = writer == null ? null : writer.failure();
        var why = failure == null ? e : failure;
        log.getFailed(why);
        return why;
    }

    /** Reads until the connection is no more, or nothing is left to do: then null. */
    private @Nullable IOException read(Connection connection, Frames<Frame> frames) throws IOException, InterruptedException {
        var most = inflow != null && inflow.hasStop() ? 1 : MOST_AT_ONCE;
        var come = new ArrayList<Frame>();
        while (!isDone()) {
            if (Thread.interrupted()) { // where the peer never stops talking, no wait says so
                throw new InterruptedException(name + " is told to end");
            }
            if ((inflow != null && inflow.stops()) || !StopAwareWait.await(connection, inflow, silence, time)) {
                signal.due(); // the writer looks whether anything is left to do
                if (isDone() || !StopAwareWait.await(connection, null, silence, time)) {
                    return null;
                }
            }
            try {
                frames.readMany(most, come::add);
            } finally {
                take(connection, come);
                come.clear();
            }
        }
        return null;
    }

    private void take(Connection connection, List<Frame> come) throws IOException, InterruptedException {
        var messages = new ArrayList<Frame.Message>(come.size());
        try {
            for (var frame : come) {
                switch (frame) {
                    case Frame.Message m when in != null -> messages.add(m);
                    case Frame.Acknowledgement a when out != null -> out.acknowledged(a.number());
                    case Frame.Ping _ -> {
                        // It is still there.
                    }
                    default -> throw new ProtocolException(Remote.name(connection) + " sent " + frame.getClass().getSimpleName() + " out of place");
                }
            }
        } finally {
            if (in != null && inflow != null && inflow.takes()) { // else they are not acknowledged, and come again when somebody wants them
                in.take(messages);
            }
        }
    }

    @Override
    public int unsettled() {
        return in == null ? 0 : in.unsettled();
    }

    /** Whether both directions are over, and everything is acknowledged. */
    private boolean isDone() {
        signal.lock().lock();
        try {
            return (out == null || out.isDone()) && (inflow == null || inflow.isOver()) && (in == null || !in.owes());
        } finally {
            signal.lock().unlock();
        }
    }

    private List<T> remaining() {
        try {
            return out == null ? List.of() : out.unsent();
        } catch (IOException e) {
            log.closeFailed(e);
            return List.of();
        } catch (RuntimeException e) {
            log.closeFailed(new IOException("messages can't be read again: " + e, e));
            return List.of();
        }
    }

    @Override
    public List<T> unsent() {
        return unsent;
    }
}
