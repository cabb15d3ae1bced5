package dev.weft.workers;

import java.io.DataOutputStream;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/** A worker process, as its server sees it. One request at a time has it; the pool says which. */
final class Worker {
    private static final String[] SIGNALS = {"", "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE",
            "ALRM", "TERM"};
    private static final int OUT_OF_MEMORY = 3;
    private static final long PATIENCE_MILLIS = 1_000;
    /** For one that writes a cache of its classes when it ends, as it was told by an option: java(1). */
    private static final long WRITING_MILLIS = 60_000;

    private final Process process;
    private final Line line;
    private final DataOutputStream orders;
    private final boolean writesCache;
    private int served;

    Worker(Process process, Line line, boolean writesCache) {
        this.process = process;
        this.line = line;
        this.writesCache = writesCache;
        orders = new DataOutputStream(process.getOutputStream());
    }

    long pid() {
        return process.pid();
    }

    Line line() {
        return line;
    }

    /** Has something done when it has ended, on a thread of its own. */
    @SuppressWarnings("FutureReturnValueIgnored") // nothing waits for it
    void onEnd(Runnable then) {
        process.onExit().thenRunAsync(then, Thread::startVirtualThread);
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Counts one more request; how many it has served. */
    int served() {
        return ++served;
    }

    /** From now on its handlers see that the server drains. */
    void drain() {
        order(() -> orders.writeByte(WorkerMain.DRAIN));
    }

    /** Interrupts the handler of this request, if it still serves that one. */
    void interrupt(int job) {
        order(WorkerMain.INTERRUPT, job);
    }

    /** Tells the handler of this request, if it still serves that one, that its bridged peer has broken the connection off. */
    void breakOff(int job) {
        order(WorkerMain.BREAK, job);
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
            // It has ended, which whoever waits for its report will be told.
        }
    }

    /** Lets it end by itself, as it does when nobody can give it requests any more; not for long. */
    void retire() {
        var patience = writesCache ? WRITING_MILLIS : PATIENCE_MILLIS;
        order(WorkerMain.END, (int) patience);
        line.close();
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

    /** SIGKILL to it and to what it has started. */
    void destroyAll() {
        var started = process.descendants().toList();
        destroy();
        started.forEach(ProcessHandle::destroyForcibly);
    }

    /** Waits so long for it to end by itself, and then ends it, unless it still writes its cache. */
    void endWithin(long millis) {
        awaitEnd(millis);
        if (!writesCache && process.isAlive()) {
            destroy();
            awaitEnd(PATIENCE_MILLIS);
        }
    }

    private void awaitEnd(long millis) {
        try {
            process.waitFor(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** {@code worker 1234 ended with exit code 3}; its end is made sure of first. */
    String ending() {
        awaitEnd(PATIENCE_MILLIS);
        if (process.isAlive()) {
            destroy();
            awaitEnd(PATIENCE_MILLIS);
        }
        return ending(process);
    }

    /** In words, of a process that has ended. The JDK tells a signal as a shell does: 128 and its number. */
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
