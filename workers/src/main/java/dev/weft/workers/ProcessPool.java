package dev.weft.workers;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.weft.net.Address;
import dev.weft.net.spi.StreamChannel;
import dev.weft.net.spi.WorkerPool;
import dev.weft.net.spi.WorkerSettings;
import org.jspecify.annotations.Nullable;

/**
 * The workers of one server: which are idle, which are busy, and how many more are started.
 *
 * <p>The pool keeps as many workers as requests are served or wait for one, and spare ones beside: one for four in use at least, and never more than
 * the server may have. When starts fail in a row, only a request has another worker started ({@link StartFailures}). That request fails with the
 * reason, unless a busy worker becomes free and serves it.
 */
final class ProcessPool implements WorkerPool {
    private static final Duration LAST_CALL = Duration.ofSeconds(1);

    private final WorkerSettings settings;
    private final PoolSize size;
    private final WorkerStarter starter;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    @GuardedBy("lock")
    private final IdleWorkers idle;
    @GuardedBy("lock")
    private final Set<Worker> busy = new HashSet<>();
    @GuardedBy("lock")
    private final Set<WorkerStart> starting = new HashSet<>();
    @GuardedBy("lock")
    private final StartFailures failures;
    /** Requests that wait for a worker. */
    @GuardedBy("lock")
    private int waiting;
    @GuardedBy("lock")
    private boolean closing;
    @GuardedBy("lock")
    private boolean closed;

    private ProcessPool(WorkerSettings settings, WorkerStarter starter) {
        this.settings = settings;
        this.starter = starter;
        size = new PoolSize(settings.processes());
        idle = new IdleWorkers(settings.time(), () -> Thread.startVirtualThread(this::shrink));
        failures = new StartFailures(settings.server(), settings.time());
    }

    /** Opens a pool. Returns when one worker is ready, so a mistake that concerns all of them has been reported by then. */
    static ProcessPool open(WorkerSettings settings) throws IOException {
        var pool = new ProcessPool(settings, WorkerStarter.of(settings));
        try {
            pool.awaitFirst();
            return pool;
        } catch (IOException | RuntimeException | Error e) {
            pool.close(false);
            throw e;
        }
    }

    private void awaitFirst() throws IOException {
        lock.lock();
        try {
            replenish();
            while (idle.isEmpty() && !starting.isEmpty()) {
                changed.await();
            }
            if (idle.isEmpty() && failures.any()) {
                throw new IOException(failures.last());
            }
        } catch (InterruptedException e) {
            throw interrupted();
        } finally {
            lock.unlock();
        }
    }

    static InterruptedIOException interrupted() {
        return new InterruptedIOException("interrupted while waiting for a worker process");
    }

    @Override
    public Work connection(StreamChannel channel) {
        return new WorkerRequest(this, new ConnectionHandoff(channel));
    }

    @Override
    public Work datagram(byte[] data, Address sender, boolean truncated) {
        return new WorkerRequest(this, new DatagramHandoff(data, sender, truncated));
    }

    /** Takes a worker, and waits for one if need be. The caller must give it back, alive or not. */
    Worker take() throws IOException {
        lock.lock();
        try {
            waiting++;
            try {
                return await();
            } finally {
                waiting--;
                replenish();
                endIfDone();
            }
        } catch (InterruptedException e) {
            throw interrupted();
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private Worker await() throws IOException, InterruptedException {
        var before = failures.starts();
        while (true) {
            if (closed) {
                throw new IOException("the server is closed, and its workers with it");
            }
            var worker = idle.take();
            if (worker != null) {
                busy.add(worker);
                return worker;
            }
            if (!failures.tooMany()) {
                replenish();
            } else if (starting.isEmpty()) {
                if (busy.isEmpty() && failures.starts() != before) {
                    throw new IOException(failures.last());
                }
                if (busy.size() < size.most() && failures.mayTry()) {
                    start();
                }
            }
            if (!starting.isEmpty() || busy.size() >= size.most()) {
                changed.await(); // the end of a start or of a request signals
            } else {
                awaitNextTry();
            }
        }
    }

    @GuardedBy("lock")
    @SuppressWarnings("WaitNotInLoop") // the caller's loop
    private void awaitNextTry() throws InterruptedException {
        var alarm = settings.time().schedule(failures.untilNextTry(), this::signal);
        try {
            changed.await();
        } finally {
            alarm.cancel();
        }
    }

    private void signal() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Takes back a worker that has reported. */
    void giveBack(Worker worker) {
        var last = worker.served() >= settings.processes().requestsPerChild();
        lock.lock();
        try {
            failures.forget();
            free(worker, last);
        } finally {
            lock.unlock();
        }
    }

    /** Takes back a worker that was not used. */
    void putBack(Worker worker) {
        lock.lock();
        try {
            free(worker, false);
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private void free(Worker worker, boolean last) {
        if (!busy.remove(worker) || last || !worker.isAlive() || (closing && waiting == 0)) {
            worker.retire();
        } else {
            idle.returned(worker);
        }
        changed.signal();
        replenish();
        endIfDone();
    }

    /** Drops a worker that can't serve any more. */
    void lost(Worker worker) {
        worker.socket().close();
        lock.lock();
        try {
            busy.remove(worker);
            idle.remove(worker);
            changed.signalAll();
            replenish();
            endIfDone();
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private void replenish() {
        var inUse = busy.size() + waiting;
        var wanted = size.wanted(inUse, closing);
        while (!closed && !failures.tooMany() && starting.size() < size.atOnce(waiting, starting.size())
                && idle.size() + busy.size() + starting.size() < wanted) {
            start();
        }
        idle.watch(size.kept(inUse));
    }

    private void shrink() {
        lock.lock();
        try {
            idle.surplus(size.kept(busy.size() + waiting)).forEach(Worker::retire);
            replenish();
        } finally {
            lock.unlock();
        }
    }

    /** Whether requests wait for more workers than are idle. */
    private boolean isAwaited() {
        lock.lock();
        try {
            return waiting > idle.size();
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    @SuppressWarnings("FutureReturnValueIgnored") // started() is told the result
    private void start() {
        var start = starter.next(this::isAwaited);
        starting.add(start);
        try {
            start.start().whenComplete((worker, failure) -> started(start, worker, failure));
        } catch (Throwable t) { // no thread could be started for it; the others must not suffer
            starting.remove(start);
            failed(t);
        }
    }

    private void started(WorkerStart start, @Nullable Worker worker, @Nullable Throwable failure) {
        lock.lock();
        try {
            starting.remove(start);
            if (worker != null) {
                if (closed) {
                    worker.retire();
                } else {
                    idle.begun(worker);
                    worker.onEnd(() -> endedIdle(worker));
                }
            } else if (!closed) {
                failed(failure);
            }
            changed.signalAll();
            replenish();
            if (!closing && starting.isEmpty() && worker != null) {
                starter.makeCache();
            }
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private void failed(@Nullable Throwable failure) {
        failures.startFailed(failure);
        starter.doubtCache();
    }

    /** Replaces a worker that ended while it was idle. The end of a busy one is seen by its request. */
    private void endedIdle(Worker worker) {
        lock.lock();
        try {
            if (idle.remove(worker)) {
                failures.endedIdle(worker.ending());
                worker.socket().close();
                changed.signalAll();
                replenish();
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close(boolean orderly) {
        var ending = new ArrayList<Worker>();
        var unborn = new ArrayList<WorkerStart>();
        starter.closeCache();
        lock.lock();
        try {
            closing = true;
            ending.addAll(idle.beyond(orderly ? waiting : 0));
            ending.forEach(Worker::retire);
            if (!orderly) {
                ending.addAll(busy);
                end();
            } else {
                endIfDone();
            }
            if (closed) {
                unborn.addAll(starting);
            }
        } finally {
            lock.unlock();
        }
        // The address must be free on return (SPEC SS-9), and each worker of a datagram server has its socket.
        unborn.forEach(WorkerStart::abandon);
        Worker.endWithin(LAST_CALL, ending);
    }

    @GuardedBy("lock")
    private void endIfDone() {
        if (closing && busy.isEmpty() && waiting == 0) {
            end();
        }
    }

    @GuardedBy("lock")
    private void end() {
        closed = true;
        idle.beyond(0).forEach(Worker::retire);
        busy.forEach(Worker::destroy);
        changed.signalAll();
        starter.close();
    }
}
