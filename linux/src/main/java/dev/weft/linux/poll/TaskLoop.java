package dev.weft.linux.poll;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.ConcurrentLinkedQueue;

import dev.weft.linux.sys.EventCounter;
import dev.weft.linux.sys.Layouts;
import dev.weft.linux.sys.Libc;
import dev.weft.linux.sys.ShortLock;
import dev.weft.net.spi.ConnectionTask;
import org.jspecify.annotations.Nullable;

/**
 * An epoll instance and the platform thread that leads it: waits in the kernel, and runs the tasks of ready connections itself, one after the other.
 *
 * <p>A task may block. Then another thread takes the lead, with the events that were not dealt with; the thread that blocked finishes its task and
 * is spare from then on. The lead is one word, {@link #lead}: the term, which each change of leader counts up, whether a task runs, which event is
 * the next, and how many there are. The leader takes each event by a compare-and-set, so that one who has lost the lead without knowing takes none.
 */
public final class TaskLoop {
    /** Events a turn: as {@link EventLoop} has them, and for the same reason. */
    private static final int EVENTS = 64;
    private static final long WAKE = -1;
    private static final long RUNS = 1L << 31;
    private static final int NEXT_SHIFT = 16;
    private static final long NEXT = 1L << NEXT_SHIFT;
    private static final int TERM_SHIFT = 32;
    private static final long COUNT_MASK = 0xffff;
    private static final long NEXT_MASK = 0x7fff;
    private static final VarHandle LEAD;
    private static final VarHandle TURNS;

    static {
        try {
            var lookup = MethodHandles.lookup();
            LEAD = lookup.findVarHandle(TaskLoop.class, "lead", long.class);
            TURNS = lookup.findVarHandle(TaskLoop.class, "turns", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final TaskLoops all;
    private final WatchTable table;
    private final int epoll;
    private final EventCounter wakeUp;
    private final ShortLock registering = new ShortLock();
    private final MemorySegment registration = Arena.global().allocate(Layouts.EPOLL_EVENT);
    private final MemorySegment events = Arena.global().allocate(Layouts.EVENT_SIZE * EVENTS, 8);
    /** Tasks that other threads, or earlier turns, want to be run. */
    private final ConcurrentLinkedQueue<ConnectionTask> queue = new ConcurrentLinkedQueue<>();
    private volatile long lead;
    /** Counts tasks. When it does not change while one runs, that one takes long. */
    private volatile long turns;
    /** Whether the leader waits in the kernel, or is about to. */
    private volatile boolean waiting;
    /** Whether the waiting leader has been woken, so that one system call is enough. */
    private volatile boolean woken;
    private volatile @Nullable Thread leader;
    private volatile @Nullable ConnectionTask current;
    /** Whether the leader is dealing with an event, whose task it runs at once. Of the leader. */
    private boolean dispatching;

    TaskLoop(TaskLoops all, WatchTable table) throws IOException {
        this.all = all;
        this.table = table;
        epoll = Libc.epoll();
        try {
            wakeUp = new EventCounter();
            control(Libc.EPOLL_CTL_ADD, wakeUp.descriptor(), Libc.EPOLLIN | Libc.EPOLLET, WAKE);
        } catch (IOException e) {
            Libc.close(epoll);
            throw e;
        }
    }

    private void control(int operation, int fd, int what, long data) throws IOException {
        registering.lock();
        try {
            registration.set(JAVA_INT_UNALIGNED, 0, what);
            registration.set(JAVA_LONG_UNALIGNED, Layouts.eventData(0), data);
            Libc.epollControl(epoll, operation, fd, registration);
        } finally {
            registering.unlock();
        }
    }

    /** Watches a connection for all events: one system call for its whole life. */
    public void watch(int fd, Watched watched) throws IOException {
        var data = table.enter(fd, watched);
        try {
            control(Libc.EPOLL_CTL_ADD, fd, Poller.STREAM_EVENTS, data);
        } catch (IOException e) {
            table.remove(fd, watched);
            throw e;
        }
    }

    /** To be called before a watched descriptor is closed. */
    public void forget(int fd, Watched watched) {
        table.remove(fd, watched);
    }

    /** Runs it: at once where the leader deals with its event, else soon. */
    public void execute(ConnectionTask task) {
        if (leader == Thread.currentThread() && dispatching) {
            dispatching = false;
            current = task;
            task.run();
            Thread.interrupted(); // a task's own is not the next one's
            return;
        }
        queue.add(task);
        if (waiting && !woken) {
            woken = true;
            wakeUp.add();
        }
    }

    /** Called before a thread waits for a peer: if it leads, another thread takes the lead, so that it holds up nobody. */
    public void beforeWait() {
        if (leader == Thread.currentThread()) {
            all.handOver(this);
        }
    }

    long turns() {
        return (long) TURNS.getOpaque(this);
    }

    boolean waits() {
        return waiting;
    }

    /** Whether a task runs. */
    boolean runs() {
        return (lead & RUNS) != 0;
    }

    @Nullable
    Thread leader() {
        return leader;
    }

    @Nullable
    ConnectionTask current() {
        return current;
    }

    int term() {
        return (int) (lead >>> TERM_SHIFT);
    }

    /** Takes the lead from a thread that runs a task; the new term, or -1 when it runs none now. */
    int takeLead() {
        var seen = lead;
        if ((seen & RUNS) == 0) {
            return -1;
        }
        var term = ((seen >>> TERM_SHIFT) + 1) & Integer.MAX_VALUE;
        var next = (term << TERM_SHIFT) | (seen & (RUNS - 1));
        if (!LEAD.compareAndSet(this, seen, next)) {
            return -1;
        }
        leader = null;
        return (int) term;
    }

    /** Leads until another thread has taken the lead. */
    void lead(int term, MemorySegment errno) {
        leader = Thread.currentThread();
        while (true) {
            var seen = lead;
            if (seen >>> TERM_SHIFT != term) {
                return;
            }
            var next = (int) (seen >>> NEXT_SHIFT & NEXT_MASK);
            if (next < (seen & COUNT_MASK)) {
                // Read first: who has lost the lead may read what another thread's wait is filling in, but then the next line fails.
                var data = events.get(JAVA_LONG_UNALIGNED, Layouts.eventData(next));
                var what = events.get(JAVA_INT_UNALIGNED, next * Layouts.EVENT_SIZE);
                if (LEAD.compareAndSet(this, seen, (seen | RUNS) + NEXT)) {
                    deal(data, what);
                }
            } else if (!queue.isEmpty()) {
                if (LEAD.compareAndSet(this, seen, seen | RUNS)) {
                    runQueued(term);
                    await(term, errno, false);
                }
            } else {
                await(term, errno, true);
            }
        }
    }

    private void deal(long data, int what) {
        TURNS.setOpaque(this, turns + 1);
        if (data == WAKE) {
            return;
        }
        dispatching = true;
        table.dispatch(data, what);
        // If the lead was lost in there, the field belongs to the new leader.
        if (leader == Thread.currentThread()) {
            dispatching = false;
        }
    }

    /** Runs queued tasks, as many as there may be events in a turn: others' events come first then. */
    private void runQueued(int term) {
        for (int i = 0; i < EVENTS && lead >>> TERM_SHIFT == term; i++) {
            var task = queue.poll();
            if (task == null) {
                return;
            }
            TURNS.setOpaque(this, turns + 1);
            current = task;
            try {
                task.run();
            } catch (Throwable t) {
                Waiter.report(t);
            }
            Thread.interrupted();
        }
    }

    /** Asks for events, and waits for some unless tasks are queued. */
    private void await(int term, MemorySegment errno, boolean block) {
        var seen = lead;
        if (seen >>> TERM_SHIFT != term || !LEAD.compareAndSet(this, seen, seen & ~RUNS)) {
            return; // nobody takes the lead from one who runs no task
        }
        int found;
        if (block) {
            waiting = true;
            found = Libc.epollWait(epoll, events, EVENTS, queue.isEmpty() ? -1 : 0, errno);
            waiting = false;
            woken = false;
            all.stirred();
        } else {
            found = Libc.epollWait(epoll, events, EVENTS, 0, errno);
        }
        lead = ((long) term << TERM_SHIFT) | Math.max(0, found);
    }
}
