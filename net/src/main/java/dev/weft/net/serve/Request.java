package dev.weft.net.serve;

import java.io.EOFException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

import dev.weft.net.Address;
import dev.weft.net.DrainReport;
import org.jspecify.annotations.Nullable;

/** One request being served: for which peer, on which thread, and how to end it. */
public abstract class Request implements Runnable {
    /** The one that runs on this thread: one binding for all that is asked of it, as every frame of a waiting thread is kept and copied. */
    private static final ScopedValue<Request> CURRENT = ScopedValue.newInstance();

    private final RunningRequests requests;
    private final long began;
    private @Nullable Thread thread;
    private volatile @Nullable Thread ranOn;
    private boolean interrupted;
    /** Whether the last run has ended it; of the thread that runs it. */
    private boolean over;
    private volatile boolean foreignInterrupt;
    private volatile @Nullable VirtualMachineError fatal;

    /** One of these. */
    protected Request(RunningRequests requests) {
        this.requests = requests;
        began = requests.time().nanoTime();
    }

    /** The peer. */
    protected abstract Address remote();

    /** What is served: a connection or a datagram. */
    public abstract Object subject();

    /**
     * Runs the handler, with this request bound; what it throws is reported, and ends the request.
     *
     * @return false when it is not over: it is run again when there is more to do, if {@link #rests} says so by somebody else
     */
    protected abstract boolean serve() throws Exception;

    /** Called without a thread of its own any more, when {@link #serve} has returned false: false when it must be run again at once. */
    protected boolean rests() {
        return true;
    }

    /** What it waits for while it has no thread, for reports. */
    protected String withoutThread() {
        return "(none yet)";
    }

    /** Ends it if it rests: it has no thread that could be interrupted. */
    protected void endResting() {}

    /** What must happen after it, come what may: SPEC SS-18's shutdown_request and close_request. */
    protected abstract void release();

    /** Drops what its handler may be blocked on. */
    protected abstract void abort();

    /** Whether a failure only says that we closed the connection, or the socket, ourselves. */
    protected abstract boolean saysClosedHere(Throwable failure);

    /** Tells that it failed. */
    protected abstract void failed(Throwable failure);

    /** The request that runs on this thread. */
    public static Optional<Request> current() {
        return CURRENT.isBound() ? Optional.of(CURRENT.get()) : Optional.empty();
    }

    /** The task with the same request bound as here. */
    public static Runnable bound(Runnable task) {
        var request = CURRENT.isBound() ? CURRENT.get() : null;
        return request == null ? task : () -> ScopedValue.where(CURRENT, request).run(task);
    }

    /** The server that serves it. */
    public final Object owner() {
        return requests.owner();
    }

    /** Whether it is one of these. */
    final boolean isAmong(RunningRequests some) {
        return requests == some;
    }

    @Override
    public final void run() {
        do {
            ScopedValue.where(CURRENT, this).run(this::runBound);
        } while (!over && !rests());
    }

    /** Bound to the end: an observer that is told of it may close the server, and must not wait for itself. */
    private void runBound() {
        synchronized (this) {
            thread = Thread.currentThread();
            ranOn = thread;
        }
        over = true;
        try {
            over = serve();
        } catch (Throwable t) {
            foreignInterrupt = (t instanceof InterruptedIOException || t instanceof InterruptedException) && !(t instanceof SocketTimeoutException)
                    && !wasInterrupted();
            if (t instanceof VirtualMachineError e && ServeLoop.isFatal(e)) {
                fatal = e;
            }
            if (!quiet(t)) {
                failed(t);
            }
        } finally {
            if (over) {
                try {
                    release();
                } catch (RuntimeException | Error e) {
                    failed(e);
                } finally {
                    end();
                }
            } else {
                leave();
            }
        }
    }

    /** It never got a thread. */
    public final void abandon() {
        try {
            abort();
            release();
        } finally {
            requests.remove(this);
        }
    }

    /** Our own interrupt ends with the request: the thread may belong to the caller (SPEC SS-31). */
    private void end() {
        leave();
        requests.remove(this);
    }

    private synchronized void leave() {
        thread = null;
        if (interrupted) {
            Thread.interrupted();
        }
    }

    /** It is no failure that the peer has ended between messages, or that this side has ended the connection or the wait. */
    private boolean quiet(Throwable t) {
        if (t instanceof UncheckedIOException e && e.getCause() != null) {
            return quiet(e.getCause());
        }
        if (t instanceof SocketTimeoutException) {
            return false;
        }
        return t instanceof EOFException || (t instanceof SocketException && saysClosedHere(t))
                || ((t instanceof InterruptedIOException || t instanceof InterruptedException) && wasInterrupted());
    }

    /** Whether a drain has interrupted it. */
    public final synchronized boolean wasInterrupted() {
        return interrupted;
    }

    /** Has it run; when no thread can be had, that costs this request only. A fatal error of a request that ran here ends the loop here. */
    public final void runBy(Runner runner) {
        try {
            runner.run(this);
        } catch (RuntimeException | OutOfMemoryError e) {
            failed(e);
            abandon();
        }
        if (ranOn == Thread.currentThread()) {
            if (fatal != null) {
                throw fatal;
            }
            if (foreignInterrupt) {
                Thread.currentThread().interrupt(); // it was meant for the loop, and came while the handler ran
            }
        }
    }

    /** The thread it runs on, unless it waits for one or has ended. */
    public final synchronized Optional<Thread> thread() {
        return Optional.ofNullable(thread);
    }

    /** Whether it runs on this thread, or this thread runs for it. */
    final synchronized boolean runsHere() {
        return thread == Thread.currentThread() || (CURRENT.isBound() && CURRENT.get() == this);
    }

    final void interrupt() {
        synchronized (this) {
            if (thread != null) {
                interrupted = true;
                thread.interrupt();
                return;
            }
        }
        endResting();
    }

    /** Where it is now. */
    final DrainReport.Straggler straggler() {
        Thread t;
        synchronized (this) {
            t = thread;
        }
        var age = Duration.ofNanos(requests.time().nanoTime() - began);
        return t == null
                ? new DrainReport.Straggler(remote(), withoutThread(), age, List.of())
                : new DrainReport.Straggler(remote(), t.getName(), age, List.of(t.getStackTrace()));
    }
}
