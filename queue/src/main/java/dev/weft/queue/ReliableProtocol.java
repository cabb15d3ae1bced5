package dev.weft.queue;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

import dev.weft.net.Connection;
import dev.weft.net.Frames;
import org.jspecify.annotations.Nullable;

/**
 * Numbered messages and their acknowledgements. On each connection both ends say {@link Hello}; a receiver answers with the message that it wants
 * next; then messages go one way and acknowledgements the other. The link's thread reads, a second one writes.
 *
 * @param <T> the type of a message
 */
final class ReliableProtocol<T> implements LinkProtocol<T> {
    /** Who is silent for so long is no longer there. */
    private static final Duration SILENCE = Duration.ofSeconds(30);
    /** An end that has nothing to say says so, this often in the time that the other bears. */
    private static final int PINGS = 3;
    /** An acknowledgement waits for company no longer. */
    private static final long ACKNOWLEDGE = TimeUnit.MILLISECONDS.toNanos(20);
    /** So many frames that have come together are taken together. */
    private static final int MOST_AT_ONCE = 256;
    /** A framing may add so much to the longest message: a header, a delimiter. */
    private static final int AROUND = 64 * 1024;
    /** So long a shutdown may wait for the peer to take the last acknowledgement. */
    private static final Duration FAREWELL = Duration.ofSeconds(1);

    private final @Nullable Inflow<T> inflow;
    private final @Nullable ReliableIn<T> in;
    private final @Nullable Forward<T> forward;
    private final @Nullable ReliableOut<T> out;
    private final Store store;
    private final FrameFraming framing;
    private final Duration silence;
    private final Duration pace;
    private final String name;
    private final QueueLog log;
    private final LinkThreads threads;
    private Consumer<Throwable> fatal = t -> {};
    /** Not a monitor: whom that wakes, if it is a virtual thread, goes by way of another thread. */
    private final ReentrantLock lock = new ReentrantLock();
    /** There may be something to write. */
    private final Condition changed = lock.newCondition();
    /** Whether the writer is to look at once; cleared before it looks. */
    private volatile boolean due;
    /** Whether the writer waits for longer than an acknowledgement may. */
    private volatile boolean dozing;
    private volatile List<T> unsent = List.of();

    /**
     * A conversation whose messages go straight into the queue that is received into, if that is one of the link's own.
     *
     * @param store where messages are kept until they are acknowledged
     */
    ReliableProtocol(@Nullable Inflow<T> inflow, boolean ownQueue, @Nullable Outflow<T> source, Store store, Link.Builder<T> settings, LinkEvents news) {
        this.inflow = inflow;
        this.store = store;
        if (inflow == null) {
            in = null;
            forward = null;
        } else {
            var room = ownQueue && inflow.queue() instanceof AckQueue<T> own ? own : new AckQueue<T>(settings.capacity);
            in = new ReliableIn<>(room, settings, news, this::due, this::owing);
            forward = ownQueue ? null : new Forward<>(room, inflow, news.threads);
        }
        framing = new FrameFraming((int) Math.min(Spool.LONGEST, (long) settings.framing.limit() + AROUND));
        out = source == null ? null : new ReliableOut<>(source, store, settings.spool != null, framing.most(), settings, news, lock, changed);
        silence = settings.timeout.isPositive() && settings.timeout.compareTo(SILENCE) < 0 ? settings.timeout : SILENCE;
        pace = settings.pace;
        name = news.name();
        log = news.log;
        threads = news.threads;
    }

    /** The peer should be told something, or nothing may be left to do. */
    private void due() {
        if (!due) {
            due = true;
            wake();
        }
    }

    /** The peer should be told something before long. */
    private void owing() {
        if (dozing) {
            wake();
        }
    }

    private void wake() {
        lock.lock();
        try {
            changed.signal();
        } finally {
            lock.unlock();
        }
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
        if (inflow != null && !inflow.stops()) {
            return false;
        }
        lock.lock();
        try {
            return out == null || out.isDone();
        } finally {
            lock.unlock();
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
        Writer writer = null;
        var broken = false;
        try {
            var hello = greet(connection, frames);
            connection.deadlines(connection.deadlines().message(silence).write(silence));
            stands.run();
            writer = new Writer(connection, hello.silence());
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

    /** Tells what is done before the link ends: it would be sent again to the next receiver else. */
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

    private IOException lost(IOException e, @Nullable Writer writer) {
        var why = writer == null || writer.failure == null ? e : writer.failure;
        log.getFailed(why);
        return why;
    }

    /** Says hello, hears it, and agrees where to go on. */
    private Hello greet(Connection connection, Frames<Frame> frames) throws IOException {
        new Hello(out != null, in != null, out == null ? new StreamId(0, 0) : store.stream(), out == null ? 0 : firstKept(),
                in == null ? 0 : in.window(), (int) Math.max(1, silence.toMillis())).write(connection);
        var hello = Hello.read(connection);
        if (in != null && !hello.sends()) {
            throw new ProtocolException(Remote.name(connection) + " sends nothing, and we would receive");
        }
        if (out != null && !hello.receives()) {
            throw new ProtocolException(Remote.name(connection) + " receives nothing, and we would send");
        }
        if (hello.silence() < 1 || (out != null && hello.window() < 1)) {
            throw new ProtocolException(Remote.name(connection) + " bears a silence of " + hello.silence() + " ms, and takes " + hello.window()
                    + " messages");
        }
        if (in != null) {
            frames.write(new Frame.Resume(in.begin(hello)));
            frames.flush(); // else it would wait while the other end's is unread, and a message might overtake it
        }
        if (out != null) {
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
        return hello;
    }

    private long firstKept() {
        lock.lock();
        try {
            return store.first();
        } finally {
            lock.unlock();
        }
    }

    /** Reads until the connection is no more, or nothing is left to do: then null. */
    private @Nullable IOException read(Connection connection, Frames<Frame> frames) throws IOException, InterruptedException {
        var most = inflow != null && inflow.hasStop() ? 1 : MOST_AT_ONCE;
        var come = new ArrayList<Frame>();
        while (!isDone()) {
            if (Thread.interrupted()) { // where the peer never stops talking, no wait says so
                throw new InterruptedException(name + " is told to end");
            }
            if ((inflow != null && inflow.stops()) || !StopAwareWait.await(connection, inflow, silence)) {
                due(); // the writer looks whether anything is left to do
                if (isDone() || !StopAwareWait.await(connection, null, silence)) {
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
    public boolean isSettled() {
        return in == null || in.isSettled();
    }

    /** Whether both directions are over, and everything is acknowledged. */
    private boolean isDone() {
        lock.lock();
        try {
            return (out == null || out.isDone()) && (inflow == null || inflow.isOver()) && (in == null || !in.owes());
        } finally {
            lock.unlock();
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

    /**
     * The thread that writes messages, acknowledgements and pings. It aborts the connection when it fails, and closes it when nothing is left to
     * do.
     */
    private final class Writer {
        private final Connection connection;
        private final FrameBuffer leaving = new FrameBuffer(framing);
        private final long ping;
        private final Thread thread;
        private volatile @Nullable IOException failure;
        /** Before this moment no other message may leave. */
        private long free = System.nanoTime();

        Writer(Connection connection, int silence) {
            this.connection = connection;
            ping = TimeUnit.MILLISECONDS.toNanos(Math.max(1, silence / PINGS));
            thread = threads.unstarted("-send", this::run);
            thread.start();
        }

        private void run() {
            try {
                while (!isDone()) {
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
            lock.lockInterruptibly();
            try {
                var begun = System.nanoTime();
                while (!isDone()) {
                    var now = System.nanoTime();
                    var waited = now - begun;
                    dozing = waited >= ACKNOWLEDGE; // both before it looks what it owes
                    var asked = due;
                    due = false;
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
                    changed.awaitNanos(ready ? Math.min(left, free - now) : left);
                }
            } finally {
                lock.unlock();
            }
        }

        private void gather(boolean owes, boolean ready) throws IOException {
            if (owes && in != null) {
                leaving.add(in.acknowledgement());
            }
            if (ready && out != null) {
                free = System.nanoTime() + pace.toNanos();
                out.next(leaving, pace.isPositive());
            }
        }

        void end() {
            LinkThreads.end(thread);
        }
    }
}
