package dev.weft.workers;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

import dev.weft.net.Address;
import dev.weft.net.spi.StreamChannel;
import dev.weft.net.spi.WorkerPool;
import dev.weft.net.spi.WorkerSettings;
import dev.weft.net.support.SafeLog;
import org.jspecify.annotations.Nullable;

/**
 * The workers of one server: who is idle, who is busy, how many are to come.
 *
 * <p>As many are wanted as are busy, or waited for, and the spare ones beside, one for four in use at least, but never more than the server may
 * have. Starts that fail in a row are not repeated for ever: after three of them only a request has another one made, a second after the last, and
 * fails with it unless a busy worker becomes free and serves it.
 */
final class ProcessPool implements WorkerPool {
    private static final SafeLog LOG = SafeLog.of("dev.weft.workers");
    private static final int MOST_FAILURES = 3;
    private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();
    /** Starts side by side: of spare workers so many that the others still get a processor, for requests that wait so many as keep all busy. */
    private static final int AT_ONCE = Math.max(2, PROCESSORS);
    private static final int AT_ONCE_IN_NEED = Math.max(4, 2 * PROCESSORS);
    /** For so many in use one is started ahead. */
    private static final int IN_PROPORTION = 4;
    private static final long LAST_CALL_MILLIS = 1_000;

    private final WorkerSettings settings;
    private final Door door;
    private final WorkerCache cache;
    /** What a worker is told first; and what it is told instead when a request waits for it. */
    private final byte[] setup;
    private final byte[] inHaste;
    private final int socket;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final IdleWorkers idle;
    private final Set<Worker> busy = new HashSet<>();
    private final Set<Hiring> starting = new HashSet<>();
    private int waiting;
    /** Starts that failed, and workers that died idle, since the last request was served. */
    private int failures;
    /** Starts that failed ever. */
    private int failedStarts;
    private long nextTry;
    private boolean closing;
    private boolean closed;
    private String lastFailure = "";

    private ProcessPool(WorkerSettings settings, WorkerSetup setup, int socket, Door door) {
        this.settings = settings;
        this.setup = setup.letter();
        inHaste = setup.inHaste().letter();
        this.socket = socket;
        this.door = door;
        idle = new IdleWorkers(settings.time(), () -> Thread.startVirtualThread(this::shrink));
        cache = new WorkerCache(WorkerCommand.of(settings, door.path()), settings, door.folder());
    }

    /** Returns when one of the spare workers is ready, and so all that could be wrong with them has been seen. */
    static ProcessPool open(WorkerSettings settings) throws IOException {
        WorkerCommand.classPath(settings.handler()); // refuses what no other JVM can load, before anything is made
        var socket = Courier.NONE;
        if (settings.packets().isPresent()) {
            socket = settings.packets().get().fileno().orElseThrow(() -> new UnsupportedOperationException(
                    "worker processes answer datagrams by the server's own descriptor, and this transport shows none: use epoll"));
        }
        var setup = WorkerSetup.of(settings);
        setup.letter(); // refuses what is too long for it, before anything is made
        var pool = new ProcessPool(settings, setup, socket, new Door());
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
            if (idle.isEmpty() && failures > 0) {
                throw new IOException(lastFailure);
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
        return new Assignment(this, new ConnectionParcel(channel));
    }

    @Override
    public Work datagram(byte[] data, Address sender, boolean truncated) {
        return new Assignment(this, new DatagramParcel(data, sender, truncated));
    }

    /** A worker to be given back, alive or not. */
    Worker take() throws IOException {
        lock.lock();
        waiting++;
        try {
            var before = failedStarts;
            while (true) {
                if (closed) {
                    throw new IOException("the server is closed, and its workers with it");
                }
                var worker = idle.take();
                if (worker != null) {
                    busy.add(worker);
                    return worker;
                }
                if (failures < MOST_FAILURES) {
                    replenish();
                } else if (starting.isEmpty()) {
                    if (busy.isEmpty() && failedStarts != before) {
                        throw new IOException(lastFailure);
                    }
                    tryAgain();
                }
                if (!starting.isEmpty() || busy.size() >= settings.processes().workers()) {
                    changed.await(); // who starts or serves will say so
                } else {
                    changed.awaitNanos(Math.max(1, nextTry - System.nanoTime()));
                }
            }
        } catch (InterruptedException e) {
            throw interrupted();
        } finally {
            try {
                waiting--;
                replenish();
                endIfDone();
            } finally {
                lock.unlock();
            }
        }
    }

    private void tryAgain() {
        if (busy.size() < settings.processes().workers() && System.nanoTime() - nextTry >= 0) {
            start();
        }
    }

    /** It has reported. */
    void giveBack(Worker worker) {
        var last = worker.served() >= settings.processes().requestsPerChild();
        lock.lock();
        try {
            failures = 0;
            free(worker, last);
        } finally {
            lock.unlock();
        }
    }

    /** It was not needed after all, and knows nothing of it. */
    void putBack(Worker worker) {
        lock.lock();
        try {
            free(worker, false);
        } finally {
            lock.unlock();
        }
    }

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

    /** It can't serve any more. */
    void lost(Worker worker) {
        worker.line().close();
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

    private void replenish() {
        var inUse = busy.size() + waiting;
        var wanted = Math.min(settings.processes().workers(), inUse + (closing ? 0 : ahead(inUse)));
        while (!closed && failures < MOST_FAILURES && starting.size() < atOnce() && idle.size() + busy.size() + starting.size() < wanted) {
            start();
        }
        idle.watch(kept(inUse));
    }

    /** So many wait beyond those in use: the more are in use, the more the next burst may bring. Whoever wants none gets none. */
    private int ahead(int inUse) {
        var spare = settings.processes().spare();
        return spare == 0 ? 0 : Math.max(spare, (inUse + IN_PROPORTION - 1) / IN_PROPORTION);
    }

    /** One stays in any case: it is there already. */
    private int kept(int inUse) {
        return Math.max(1, ahead(inUse));
    }

    private int atOnce() {
        return waiting > starting.size() ? AT_ONCE_IN_NEED : AT_ONCE;
    }

    private void shrink() {
        lock.lock();
        try {
            idle.surplus(kept(busy.size() + waiting)).forEach(Worker::retire);
            replenish();
        } finally {
            lock.unlock();
        }
    }

    /** What a worker that has just come is told: while requests wait for it, it rehearses less. */
    private byte[] setup() {
        lock.lock();
        try {
            return waiting > idle.size() ? inHaste : setup;
        } finally {
            lock.unlock();
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // what comes of it is told to started
    private void start() {
        var hiring = new Hiring(cache.command(), door, this::setup, socket);
        starting.add(hiring);
        try {
            hiring.start().whenComplete((worker, failure) -> started(hiring, worker, failure));
        } catch (Throwable t) { // no thread could be had for it: nothing is started, and nobody else is to suffer
            starting.remove(hiring);
            failed(t);
        }
    }

    private void started(Hiring hiring, @Nullable Worker worker, @Nullable Throwable failure) {
        lock.lock();
        try {
            starting.remove(hiring);
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
                cache.make(door, setup, socket);
            }
        } finally {
            lock.unlock();
        }
    }

    /** One that hangs is as good as three that fail at once. */
    private void failed(@Nullable Throwable failure) {
        var hung = failure instanceof TimeoutException;
        failures = hung ? Math.max(failures + 1, MOST_FAILURES) : failures + 1;
        failedStarts++;
        cache.doubt();
        nextTry = System.nanoTime() + PAUSE_NANOS;
        lastFailure = hung ? "a worker process was not ready after 30 s" : String.valueOf(failure == null ? null : failure.getMessage());
        log("no worker for server " + settings.server() + ": " + lastFailure);
    }

    /** Whose request has it hears of its end by itself; without a request nobody else does. */
    private void endedIdle(Worker worker) {
        lock.lock();
        try {
            if (idle.remove(worker)) {
                lastFailure = worker.ending() + " while it was idle";
                log("server " + settings.server() + ": " + lastFailure);
                failures++; // one that dies of itself, again and again, must not be started without end
                nextTry = System.nanoTime() + PAUSE_NANOS;
                worker.line().close();
                changed.signalAll();
                replenish();
            }
        } finally {
            lock.unlock();
        }
    }

    private static void log(String text) {
        LOG.log(Level.WARNING, () -> String.join(" | ", text.lines().toList()));
    }

    @Override
    public void close(boolean orderly) {
        var ending = new ArrayList<Worker>();
        var unborn = new ArrayList<Hiring>();
        cache.close();
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
        // The address is to be free on return (SPEC SS-9), and each worker of a datagram server has its socket.
        unborn.forEach(Hiring::abandon);
        var until = System.nanoTime() + LAST_CALL_MILLIS * 1_000_000;
        for (var worker : ending) {
            worker.endWithin(Math.max(1, (until - System.nanoTime()) / 1_000_000));
        }
    }

    private void endIfDone() {
        if (closing && busy.isEmpty() && waiting == 0) {
            end();
        }
    }

    private void end() {
        closed = true;
        idle.beyond(0).forEach(Worker::retire);
        busy.forEach(Worker::destroy);
        changed.signalAll();
        door.close();
    }
}
