package dev.weft.workers;

import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.SocketException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import dev.weft.linux.sys.Errno;
import dev.weft.linux.sys.SystemException;
import dev.weft.net.WorkerException;
import dev.weft.net.spi.WorkerPool.Work;
import org.jspecify.annotations.Nullable;

/** The server's side of one request: from the wait for a worker to the worker's report, or its end. */
final class WorkerRequest implements Work {
    private static final Duration LAST_CALL = Duration.ofSeconds(1);
    /** More than any handler needs: past them the worker is taken for broken, or hostile. */
    private static final int MOST_REPORTS = 10;
    private static final AtomicInteger IDS = new AtomicInteger();

    private final ProcessPool pool;
    private final Handoff handoff;
    private final int id = IDS.updateAndGet(last -> last == -1 ? 1 : last + 1); // 0 is no request
    private final CountDownLatch over = new CountDownLatch(1);
    private @Nullable Worker worker;
    private boolean draining;
    private volatile boolean aborted;
    private volatile long bytesIn;
    private volatile long bytesOut;

    WorkerRequest(ProcessPool pool, Handoff handoff) {
        this.pool = pool;
        this.handoff = handoff;
    }

    @Override
    public void run() throws Exception {
        try {
            var mine = handOver();
            var interrupted = false;
            var reports = 0;
            Exception failure = null;
            while (true) {
                try {
                    var report = mine.socket().await();
                    if (report[0] == WorkerProtocol.DONE) {
                        done(report);
                        break;
                    }
                    if (++reports > MOST_REPORTS) {
                        throw new IOException("a worker sent more than " + MOST_REPORTS + " reports for one request");
                    }
                    if (report[0] == WorkerProtocol.DROPPED) {
                        handoff.drop();
                        continue;
                    }
                    failure = together(failure, WorkerProtocol.failure(WorkerProtocol.parts(report)));
                } catch (InterruptedIOException e) {
                    interrupted = true;
                    mine.interrupt(id);
                } catch (IOException | RuntimeException e) {
                    if (e instanceof UnreadException && reports == 0) {
                        forget();
                        mine.retire();
                        pool.lost(mine);
                        if (interrupted) {
                            throw ProcessPool.interrupted();
                        }
                        mine = handOver();
                        continue;
                    }
                    pool.lost(mine);
                    throw together(failure, died(mine, e));
                }
            }
            letGo();
            pool.giveBack(mine);
            if (failure != null) {
                throw asTold(failure, interrupted);
            }
        } finally {
            letGo();
            handoff.served();
        }
    }

    /** Before another request gets the worker: an abort of this request must not end it any more. */
    private void letGo() {
        over.countDown();
        forget();
    }

    /** A worker that has ended since it was last used costs no request: the next worker gets it. */
    private Worker handOver() throws IOException {
        while (true) {
            var next = pool.take();
            try {
                handoff.handTo(next, id);
            } catch (IOException e) {
                if (!gone(next, e)) {
                    pool.putBack(next);
                    throw e;
                }
                next.retire();
                pool.lost(next);
                continue;
            } catch (RuntimeException | Error e) {
                pool.putBack(next);
                throw e;
            }
            synchronized (this) {
                worker = next;
                if (draining) {
                    next.drain();
                }
            }
            return next;
        }
    }

    /** Whether the failure is that the worker could not be reached, and not that the connection could not be sent. */
    private static boolean gone(Worker worker, IOException failure) {
        return !worker.isAlive() || (failure instanceof SystemException e
                && (e.errno() == Errno.EPIPE || e.errno() == Errno.ECONNRESET || e.errno() == Errno.ENOTCONN || e.errno() == Errno.EAGAIN));
    }

    private void done(byte[] report) throws IOException {
        var in = WorkerProtocol.parts(report);
        bytesIn = in.readLong();
        bytesOut = in.readLong();
    }

    private IOException died(Worker dead, Exception how) {
        if (!(how instanceof EOFException)) {
            dead.destroy(); // it may be alive, but its reports can't be read
        }
        var text = dead.ending() + " while it served " + handoff.remote();
        if (aborted) {
            return new SocketException("aborted: " + text);
        }
        return how instanceof EOFException ? new IOException(text) : new IOException(text + ": " + how.getMessage(), how);
    }

    private static Exception together(@Nullable Exception first, Exception next) {
        if (first == null) {
            return next;
        }
        first.addSuppressed(next);
        return first;
    }

    /** A failure of the handler that comes of an interrupt or an abort of ours is thrown as one of those. */
    private Exception asTold(Exception failure, boolean interrupted) {
        var thrown = failure;
        while (is(thrown, UncheckedIOException.class) && thrown.getCause() instanceof WorkerException cause) {
            thrown = cause;
        }
        Exception end;
        if (interrupted && (is(thrown, InterruptedIOException.class) || is(thrown, InterruptedException.class))) {
            end = new InterruptedIOException(failure.getMessage());
        } else if (aborted && (is(thrown, SocketException.class) || is(thrown, SystemException.class))) {
            end = new SocketException("aborted: " + failure.getMessage());
        } else {
            return failure;
        }
        end.initCause(failure);
        return end;
    }

    private static boolean is(Exception thrown, Class<?> type) {
        return thrown instanceof WorkerException e && e.type().equals(type.getName());
    }

    @Override
    public synchronized void drain() {
        draining = true;
        if (worker != null) {
            worker.drain();
        }
    }

    private synchronized void forget() {
        worker = null;
    }

    @Override
    public void abort() {
        if (over.getCount() == 0) {
            return;
        }
        aborted = true;
        handoff.drop();
        Thread.ofVirtual().name("weft-worker-aborts").start(this::endWorkerIfNeeded);
    }

    private void endWorkerIfNeeded() {
        try {
            if (!over.await(LAST_CALL.toMillis(), TimeUnit.MILLISECONDS)) {
                destroyWorker();
            }
        } catch (InterruptedException e) {
            destroyWorker();
        }
    }

    private synchronized void destroyWorker() {
        if (worker != null) {
            worker.destroy();
        }
    }

    @Override
    public long bytesIn() {
        return bytesIn;
    }

    @Override
    public long bytesOut() {
        return bytesOut;
    }
}
