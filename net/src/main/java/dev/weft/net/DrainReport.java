package dev.weft.net;

import java.time.Duration;
import java.util.List;

/**
 * How a drain went; prints as one line, and a stack for each straggler.
 *
 * @param took from the call to the end
 * @param finished handlers that ended by themselves in time, counted from the drain's beginning
 * @param interrupted handlers that ended when they were interrupted
 * @param aborted handlers that did not end even after the interrupt; their connections were dropped
 * @param stragglers the interrupted and the aborted ones, with their stacks at the deadline
 */
public record DrainReport(Duration took, int finished, int interrupted, int aborted, List<Straggler> stragglers) {
    /**
     * A handler that did not end by itself, and where it was.
     *
     * @param remote its peer
     * @param thread its thread's name
     * @param age since its request was accepted
     * @param stack where it was when the deadline passed
     */
    public record Straggler(Address remote, String thread, Duration age, List<StackTraceElement> stack) {
        /** Copies the stack. */
        public Straggler {
            stack = List.copyOf(stack);
        }
    }

    /** Copies the list. */
    public DrainReport {
        stragglers = List.copyOf(stragglers);
    }

    /** True when every handler ended by itself. */
    public boolean clean() {
        return interrupted == 0 && aborted == 0;
    }

    /** Its first line. */
    public String summary() {
        return "drained in %.3f s: %d finished, %d interrupted, %d aborted".formatted(took.toNanos() / 1e9, finished, interrupted, aborted);
    }

    @Override
    public String toString() {
        var text = new StringBuilder(summary());
        for (var s : stragglers) {
            text.append("%n  %s, thread %s, after %.1f s".formatted(s.remote, s.thread, s.age.toNanos() / 1e9));
            s.stack.forEach(frame -> text.append(System.lineSeparator()).append("    at ").append(frame));
        }
        return text.toString();
    }
}
