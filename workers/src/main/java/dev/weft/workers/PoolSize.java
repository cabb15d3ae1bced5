package dev.weft.workers;

import dev.weft.net.Concurrency;

/** How many workers a pool keeps, and how many it starts side by side. */
record PoolSize(Concurrency.Processes processes) {
    private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();
    /** For spare workers: few enough to leave the server a processor. */
    private static final int AT_ONCE = Math.max(2, PROCESSORS);
    /** For waiting requests: enough to keep all processors busy. */
    private static final int AT_ONCE_IN_NEED = Math.max(4, 2 * PROCESSORS);
    /** One spare worker for so many in use. */
    private static final int IN_PROPORTION = 4;

    /** The most there may be. */
    int most() {
        return processes.workers();
    }

    /** How many there should be while so many are in use; no spare ones when the pool is closing. */
    int wanted(int inUse, boolean closing) {
        return Math.min(most(), inUse + (closing ? 0 : spare(inUse)));
    }

    /** How many idle workers are never retired: one at least, as it has been started already. */
    int kept(int inUse) {
        return Math.max(1, spare(inUse));
    }

    /** The more are in use, the more the next burst may need. A setting of zero means none. */
    private int spare(int inUse) {
        return processes.spare() == 0 ? 0 : Math.max(processes.spare(), (inUse + IN_PROPORTION - 1) / IN_PROPORTION);
    }

    /** How many may be started side by side. */
    int atOnce(int waiting, int starting) {
        return waiting > starting ? AT_ONCE_IN_NEED : AT_ONCE;
    }
}
