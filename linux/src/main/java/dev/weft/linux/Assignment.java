package dev.weft.linux;

import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import dev.weft.net.WorkerException;
import dev.weft.net.spi.WorkerPool.Work;
import org.jspecify.annotations.Nullable;

/** One request in the hands of a worker: from the wait for one to its report, or its end. */
final class Assignment implements Work {
    private static final Duration LAST_CALL = Duration.ofSeconds(1);
    private static final AtomicInteger JOBS = new AtomicInteger();

    private final ProcessPool pool;
    private final Parcel parcel;
    private final int job = JOBS.incrementAndGet();
    private final CountDownLatch over = new CountDownLatch(1);
    private @Nullable Worker worker;
    private boolean draining;
    private volatile boolean aborted;
    private volatile long bytesIn;
    private volatile long bytesOut;

    Assignment(ProcessPool pool, Parcel parcel) {
        this.pool = pool;
        this.parcel = parcel;
    }

    @Override
    public void run() throws Exception {
        try {
            var mine = handOver();
            var interrupted = false;
            Exception failure = null;
            while (true) {
                try {
                    var report = mine.line().await();
                    if (report[0] == Letters.DONE) {
                        done(report);
                        break;
                    }
                    failure = together(failure, Letters.failure(Letters.parts(report)));
                } catch (InterruptedIOException e) {
                    interrupted = true;
                    mine.interrupt(job);
                } catch (IOException e) {
                    pool.lost(mine);
                    throw together(failure, died(mine, e));
                }
            }
            pool.giveBack(mine);
            if (failure != null) {
                throw interrupted ? afterInterrupt(failure) : failure;
            }
        } finally {
            over.countDown();
            forget();
            parcel.served();
        }
    }

    /** A worker that has died since it was last used costs no request: the next one gets it. */
    private Worker handOver() throws IOException {
        while (true) {
            var next = pool.take();
            try {
                parcel.handTo(next, job);
            } catch (IOException e) {
                if (!gone(next, e)) {
                    pool.giveBack(next);
                    throw e;
                }
                next.destroy();
                pool.lost(next);
                continue;
            } catch (RuntimeException | Error e) {
                pool.giveBack(next);
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

    /** Whether it was the worker that could not be sent to, and not the connection that could not be sent. */
    private static boolean gone(Worker worker, IOException failure) {
        return !worker.isAlive() || (failure instanceof SystemException e
                && (e.errno() == Errno.EPIPE || e.errno() == Errno.ECONNRESET || e.errno() == Errno.ENOTCONN || e.errno() == Errno.EAGAIN));
    }

    private void done(byte[] report) throws IOException {
        var in = Letters.parts(report);
        bytesIn = in.readLong();
        bytesOut = in.readLong();
    }

    private IOException died(Worker dead, IOException how) {
        var text = dead.ending() + " while it served " + parcel.remote();
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

    /** The handler has ended as it was told to. */
    private static Exception afterInterrupt(Exception failure) {
        if (failure instanceof WorkerException e
                && (e.type().equals(InterruptedIOException.class.getName()) || e.type().equals(InterruptedException.class.getName()))) {
            var end = new InterruptedIOException(e.getMessage());
            end.initCause(e);
            return end;
        }
        return failure;
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
        parcel.drop();
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
