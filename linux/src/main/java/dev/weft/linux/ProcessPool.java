package dev.weft.linux;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

import dev.weft.net.Address;
import dev.weft.net.spi.StreamChannel;
import dev.weft.net.spi.WorkerPool;
import dev.weft.net.spi.WorkerSettings;
import org.jspecify.annotations.Nullable;

/**
 * The workers of one server: who is idle, who is busy, how many are to come.
 *
 * <p>As many are wanted as are busy, or waited for, and the spare ones beside, but never more than the server may have. One that was used
 * longest ago is used last: its memory may rest. Starts that fail in a row are not repeated for ever: after three of them only a request
 * has another one made, and fails with it.
 */
final class ProcessPool implements WorkerPool {
    private static final int MOST_FAILURES = 3;
    private static final int AT_ONCE = Math.max(2, Runtime.getRuntime().availableProcessors());
    private static final long LAST_CALL_MILLIS = 1_000;

    private final WorkerSettings settings;
    private final Door door;
    private final ProcessBuilder command;
    private final byte[] setup;
    private final int socket;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<Worker> idle = new ArrayDeque<>();
    private final Set<Worker> busy = new HashSet<>();
    private int starting;
    private int waiting;
    private int failures;
    private boolean closing;
    private boolean closed;
    private String lastFailure = "";

    private ProcessPool(WorkerSettings settings, int socket, Door door) {
        this.settings = settings;
        this.socket = socket;
        this.door = door;
        command = WorkerCommand.of(settings, door.path());
        setup = WorkerSetup.of(settings).letter();
    }

    /** Returns when one of the spare workers is ready, and so all that could be wrong with them has been seen. */
    static ProcessPool open(WorkerSettings settings) throws IOException {
        WorkerCommand.classPath(settings.handler()); // refuses what no other JVM can load, before anything is made
        var socket = Courier.NONE;
        if (settings.packets().isPresent()) {
            socket = settings.packets().get().fileno().orElseThrow(() -> new UnsupportedOperationException(
                    "worker processes answer datagrams by the server's own descriptor, and this transport shows none: use epoll"));
        }
        var pool = new ProcessPool(settings, socket, new Door());
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
            while (idle.isEmpty() && starting > 0) {
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

    private static InterruptedIOException interrupted() {
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
            for (var tried = false; true;) {
                if (closed) {
                    throw new IOException("the server is closed, and its workers with it");
                }
                var worker = idle.pollFirst();
                if (worker != null) {
                    busy.add(worker);
                    return worker;
                }
                if (failures < MOST_FAILURES) {
                    replenish();
                } else if (starting == 0) {
                    if (tried) {
                        throw new IOException(lastFailure);
                    }
                    tried = true;
                    start();
                }
                changed.await();
            }
        } catch (InterruptedException e) {
            throw interrupted();
        } finally {
            waiting--;
            replenish();
            lock.unlock();
        }
    }

    /** It has reported. */
    void giveBack(Worker worker) {
        var last = worker.served() >= settings.processes().requestsPerChild() || !worker.isAlive();
        lock.lock();
        try {
            failures = 0;
            if (!busy.remove(worker) || last || (closing && waiting == 0)) {
                worker.retire();
            } else {
                idle.addFirst(worker);
            }
            changed.signal();
            replenish();
            endIfDone();
        } finally {
            lock.unlock();
        }
    }

    /** It can't serve any more. */
    void lost(Worker worker) {
        worker.line().close();
        lock.lock();
        try {
            busy.remove(worker);
            idle.remove(worker);
            replenish();
            endIfDone();
        } finally {
            lock.unlock();
        }
    }

    private void replenish() {
        var wanted = Math.min(settings.processes().workers(), busy.size() + waiting + (closing ? 0 : settings.processes().spare()));
        while (!closed && failures < MOST_FAILURES && starting < AT_ONCE && idle.size() + busy.size() + starting < wanted) {
            start();
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // what comes of it is told to started
    private void start() {
        starting++;
        new Hiring(command, door, setup, socket).start().whenComplete(this::started);
    }

    private void started(@Nullable Worker worker, @Nullable Throwable failure) {
        lock.lock();
        try {
            starting--;
            if (worker != null) {
                if (closed) {
                    worker.retire();
                } else {
                    idle.addLast(worker);
                    worker.onEnd(() -> endedIdle(worker));
                }
            } else if (!closed) {
                failed(failure);
            }
            changed.signalAll();
            replenish();
        } finally {
            lock.unlock();
        }
    }

    private void failed(@Nullable Throwable failure) {
        failures++;
        lastFailure = failure instanceof java.util.concurrent.TimeoutException
                ? "a worker process was not ready after 30 s"
                : String.valueOf(failure == null ? null : failure.getMessage());
        log("no worker for server " + settings.server() + ": " + lastFailure);
    }

    /** Whose request has it hears of its end by itself; without a request nobody else does. */
    private void endedIdle(Worker worker) {
        lock.lock();
        try {
            if (idle.remove(worker)) {
                log("server " + settings.server() + ": " + worker.ending() + " while it was idle");
                failures++; // one that dies of itself, again and again, must not be started without end
                worker.line().close();
                replenish();
            }
        } finally {
            lock.unlock();
        }
    }

    private static void log(String text) {
        System.getLogger("dev.weft.linux").log(Level.WARNING, text);
    }

    @Override
    public void close(boolean orderly) {
        List<Worker> ending;
        lock.lock();
        try {
            closing = true;
            ending = List.copyOf(idle);
            if (!orderly) {
                end();
            } else {
                endIfDone();
            }
        } finally {
            lock.unlock();
        }
        var until = System.nanoTime() + LAST_CALL_MILLIS * 1_000_000;
        for (var worker : ending) {
            worker.awaitEnd(Math.max(1, (until - System.nanoTime()) / 1_000_000));
        }
    }

    private void endIfDone() {
        if (closing && busy.isEmpty() && waiting == 0) {
            end();
        }
    }

    private void end() {
        closed = true;
        idle.forEach(Worker::retire);
        idle.clear();
        busy.forEach(Worker::destroy);
        changed.signalAll();
        door.close();
    }
}
