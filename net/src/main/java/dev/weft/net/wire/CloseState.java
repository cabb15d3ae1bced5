package dev.weft.net.wire;

import java.util.ArrayList;
import java.util.List;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import org.jspecify.annotations.Nullable;

/** How far the end of a connection on this side has come, why it ended, and what is to be done then. For any thread. */
final class CloseState {
    /** In this order, each once at most. */
    enum State {
        OPEN, CLOSING, CLOSED
    }

    private volatile State state = State.OPEN;
    private volatile String reason = "closed";
    @GuardedBy("this")
    private @Nullable List<Runnable> tasks;

    boolean isClosed() {
        return state == State.CLOSED;
    }

    /** False when it is as far already. */
    synchronized boolean advance(State next) {
        if (state.compareTo(next) >= 0) {
            return false;
        }
        state = next;
        return true;
    }

    /** Why it was closed: "closed", or what was done. */
    String reason() {
        return reason;
    }

    void reason(String why) {
        reason = why;
    }

    /** Has a task run when it is closed; at once when it is. */
    void onEnd(Runnable task) {
        synchronized (this) {
            if (!isClosed()) {
                if (tasks == null) {
                    tasks = new ArrayList<>(1);
                }
                tasks.add(task);
                return;
            }
        }
        task.run();
    }

    /** Takes a task back. */
    synchronized void forget(Runnable task) {
        if (tasks != null) {
            tasks.remove(task);
        }
    }

    void runTasks() {
        List<Runnable> all;
        synchronized (this) {
            all = tasks == null ? List.of() : tasks;
            tasks = null;
        }
        all.forEach(Runnable::run);
    }
}
