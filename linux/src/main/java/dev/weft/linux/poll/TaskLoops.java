package dev.weft.linux.poll;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

import dev.weft.linux.sys.Libc;
import dev.weft.net.spi.ConnectionTask;
import org.jspecify.annotations.Nullable;

/**
 * The loops that run the tasks of connections, as many as carriers, and the threads that lead them.
 *
 * <p>A watcher looks every millisecond while there is work. When the task of a loop waits for something, or runs or waits for a monitor for 10 ms, a
 * spare thread takes the lead of that loop, and the task goes on beside it.
 */
public final class TaskLoops {
    private static final long LOOK_NANOS = Duration.ofMillis(1).toNanos();
    /** After this many looks that find the same task running, it is one that takes long. */
    private static final int LONG_TASK = 10;
    /** After this many looks without work the watcher rests. */
    private static final int REST = 100;
    /** More spare threads than these end. */
    private static final int MOST_SPARE = 16;
    /** With as many, of which each runs a task that takes long, no further one is started: the machine has more than enough to do. */
    private static final int MOST_THREADS = 256;

    private static volatile @Nullable TaskLoops shared;

    private final List<TaskLoop> loops = new ArrayList<>();
    private final ConcurrentLinkedDeque<Leader> spare = new ConcurrentLinkedDeque<>();
    private final Thread watcher = Thread.ofPlatform().daemon().name("weft-loop-watcher").unstarted(this::watch);
    private final AtomicInteger threads = new AtomicInteger();
    private volatile boolean watcherRests;

    private TaskLoops() throws IOException {
        var table = new WatchTable();
        for (int i = 0; i < Waiter.CARRIERS; i++) {
            loops.add(new TaskLoop(this, table));
        }
        threads.set(loops.size());
        loops.forEach(loop -> new Leader().lead(loop, loop.term()));
        watcher.start();
    }

    /** Started for the first connection that is served by tasks. */
    public static TaskLoops open() throws IOException {
        var known = shared;
        if (known != null) {
            return known;
        }
        synchronized (TaskLoops.class) {
            if (shared == null) {
                shared = new TaskLoops();
            }
            return shared;
        }
    }

    /** The loop for a descriptor. The kernel gives out numbers in order, so all have about as many. */
    public TaskLoop of(int fd) {
        return loops.get(fd % loops.size());
    }

    /** A loop has left its wait. */
    void stirred() {
        if (watcherRests) {
            LockSupport.unpark(watcher);
        }
    }

    /** Another thread takes the lead of a loop, if that runs a task; true if so. */
    boolean handOver(TaskLoop loop) {
        var next = spare.pollFirst();
        if (next == null) {
            if (threads.incrementAndGet() > MOST_THREADS) {
                threads.decrementAndGet();
                return false;
            }
            next = new Leader();
        }
        var term = loop.takeLead();
        if (term < 0) {
            spare.addFirst(next);
            return false;
        }
        next.lead(loop, term);
        return true;
    }

    private void watch() {
        var turns = new long[loops.size()];
        var same = new int[loops.size()];
        var waited = new ArrayList<ConnectionTask>();
        var idle = 0;
        while (true) {
            try {
                waited.forEach(ConnectionTask::blocked); // those that still wait, a millisecond later
                waited.clear();
                idle = look(turns, same, waited) ? 0 : idle + 1;
                if (idle < REST) {
                    LockSupport.parkNanos(this, LOOK_NANOS);
                } else {
                    rest();
                    idle = 0;
                }
            } catch (Throwable t) {
                Waiter.report(t);
            }
        }
    }

    private void rest() {
        watcherRests = true;
        if (loops.stream().allMatch(TaskLoop::waits)) { // one that goes on after this sees that the watcher rests
            LockSupport.park(this);
        }
        watcherRests = false;
    }

    /** Looks at each loop; true when one has work. */
    private boolean look(long[] turns, int[] same, List<ConnectionTask> waited) {
        var work = false;
        for (int i = 0; i < loops.size(); i++) {
            var loop = loops.get(i);
            var now = loop.turns();
            if (now != turns[i]) {
                turns[i] = now;
                same[i] = 0;
                work = true;
            } else if (loop.runs()) {
                work = true;
                if (isLate(loop, ++same[i], waited)) {
                    same[i] = 0;
                }
            }
        }
        return work;
    }

    /** Has another thread take the lead from one whose task takes long, or waits; true if so. */
    private boolean isLate(TaskLoop loop, int looks, List<ConnectionTask> waited) {
        var leader = loop.leader();
        var task = loop.current();
        if (leader == null) {
            return false;
        }
        var patience = switch (leader.getState()) {
            case WAITING, TIMED_WAITING -> 1;
            default -> LONG_TASK; // a monitor, which classes that are loaded have too, is mostly free soon
        };
        if (looks < patience || !handOver(loop)) {
            return false;
        }
        if (task != null && leader.getState() != Thread.State.RUNNABLE) {
            waited.add(task);
        }
        return true;
    }

    /** A thread that leads a loop, or is spare. */
    private final class Leader implements Runnable {
        private final Thread thread = Thread.ofPlatform().daemon().name("weft-loop").unstarted(this);
        private boolean started;
        private int term;
        private volatile @Nullable TaskLoop loop;

        /** Leads a loop; for the one thread that has made it, or taken it from the spare ones. */
        void lead(TaskLoop next, int nextTerm) {
            term = nextTerm;
            loop = next;
            if (started) {
                LockSupport.unpark(thread);
            } else {
                started = true;
                thread.start();
            }
        }

        @Override
        public void run() {
            var errno = Libc.errnoRoom(Arena.ofAuto());
            while (true) {
                var led = loop;
                if (led == null) {
                    LockSupport.park(this);
                    continue;
                }
                try {
                    led.lead(term, errno);
                } catch (Throwable t) {
                    Waiter.report(t);
                    continue;
                }
                Thread.interrupted();
                loop = null;
                if (spare.size() >= MOST_SPARE) {
                    threads.decrementAndGet();
                    return;
                }
                spare.addFirst(this);
            }
        }
    }
}
