package dev.weft.workers;

import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A worker process, as its server sees it. It serves one request at a time; the pool decides which. */
final class Worker {
    private static final String[] SIGNALS = {"", "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE",
            "ALRM", "TERM"};
    private static final int OUT_OF_MEMORY = 3;
    private static final long PATIENCE_MILLIS = 1_000;
    /** For a worker that writes a cache of its classes when it ends, as an option of java(1) tells it to. */
    private static final long WRITING_MILLIS = 60_000;

    private final Process process;
    private final WorkerSocket socket;
    private final DataOutputStream orders;
    private final boolean writesCache;
    private int served;

    Worker(Process process, WorkerSocket socket, boolean writesCache) {
        this.process = process;
        this.socket = socket;
        this.writesCache = writesCache;
        orders = new DataOutputStream(process.getOutputStream());
    }

    long pid() {
        return process.pid();
    }

    WorkerSocket socket() {
        return socket;
    }

    /** Runs an action on a thread of its own when the process has ended. */
    @SuppressWarnings("FutureReturnValueIgnored") // nothing waits for it
    void onEnd(Runnable then) {
        process.onExit().thenRunAsync(then, Thread::startVirtualThread);
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Counts one more request; returns how many this worker has served. */
    int served() {
        return ++served;
    }

    /** Has its handlers see from now on that the server drains. */
    void drain() {
        order(() -> orders.writeByte(WorkerMain.DRAIN));
    }

    /** Interrupts the handler of this request, unless it has ended. */
    void interrupt(int id) {
        order(WorkerMain.INTERRUPT, id);
    }

    /** Tells the handler of this request that its bridged peer has broken the connection off, unless it has ended. */
    void breakOff(int id) {
        order(WorkerMain.BREAK, id);
    }

    private void order(byte what, int number) {
        order(() -> {
            orders.writeByte(what);
            orders.writeInt(number);
        });
    }

    private interface Order {
        void write() throws IOException;
    }

    private synchronized void order(Order order) {
        try {
            order.write();
            orders.flush();
        } catch (IOException e) {
            // It has ended; the wait for its report will tell.
        }
    }

    /** Lets it end by itself, as a worker does that can get no more requests; kills it when that takes too long. */
    void retire() {
        var patience = writesCache ? WRITING_MILLIS : PATIENCE_MILLIS;
        order(WorkerMain.END, (int) patience);
        socket.close();
        Thread.ofVirtual().name("weft-worker-retires").start(() -> {
            try {
                if (!process.waitFor(patience, TimeUnit.MILLISECONDS)) {
                    destroy();
                }
            } catch (InterruptedException e) {
                destroy();
            }
        });
    }

    /** SIGKILL. */
    void destroy() {
        process.destroyForcibly();
    }

    /** SIGKILL to it and to the processes it has started. */
    void destroyAll() {
        var started = process.descendants().toList();
        destroy();
        started.forEach(ProcessHandle::destroyForcibly);
    }

    /** Waits so long for all of them to end by themselves, then kills those that have not, but for one that still writes its cache. */
    static void endWithin(Duration limit, List<Worker> workers) {
        try {
            CompletableFuture.allOf(workers.stream().map(worker -> worker.process.onExit()).toArray(CompletableFuture<?>[]::new))
                    .get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            var late = workers.stream().filter(worker -> !worker.writesCache && worker.process.isAlive()).toList();
            late.forEach(Worker::destroy);
            late.forEach(worker -> worker.awaitEnd(PATIENCE_MILLIS));
        } catch (ExecutionException e) {
            throw new IllegalStateException(e); // the end of a process does not fail
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            workers.stream().filter(worker -> !worker.writesCache).forEach(Worker::destroy);
        }
    }

    private void awaitEnd(long millis) {
        try {
            process.waitFor(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** How it ended: {@code worker 1234 ended with exit code 3}. Kills it first if it is still alive. */
    String ending() {
        awaitEnd(PATIENCE_MILLIS);
        if (process.isAlive()) {
            destroy();
            awaitEnd(PATIENCE_MILLIS);
        }
        return ending(process);
    }

    /** How a process ended, in words. As in a shell, the exit code of a process that a signal ended is 128 plus its number. */
    static String ending(Process process) {
        if (process.isAlive()) {
            return "worker " + process.pid() + " does not answer";
        }
        var code = process.exitValue();
        var signal = code - 128;
        var how = signal > 0 && signal < SIGNALS.length
                ? "was ended by SIG" + SIGNALS[signal] + " (exit code " + code + ")"
                : "ended with exit code " + code + (code == OUT_OF_MEMORY ? " (System.exit, or no memory left)" : "");
        return "worker " + process.pid() + " " + how;
    }
}
