package dev.weft.linux.sys;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.channels.ClosedChannelException;

/**
 * An open descriptor that any thread may close while others use it.
 *
 * <p>A number is used only between {@link #enter} and {@link #leave}, for calls that return at once. The last thread to leave a closed descriptor
 * frees the number, so no call ever uses a number that belongs to another socket.
 */
public class Descriptor {
    private static final int CLOSED = Integer.MIN_VALUE;
    private static final VarHandle STATE;
    private static final VarHandle FREED;

    static {
        try {
            var lookup = MethodHandles.lookup();
            STATE = lookup.findVarHandle(Descriptor.class, "state", int.class);
            FREED = lookup.findVarHandle(Descriptor.class, "freed", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final int number;
    /** How many threads use it now; negative once it is closed. */
    private volatile int state;
    /** 0 at first, 1 while a thread frees the number, then 2. */
    private volatile int freed;

    public Descriptor(int number) {
        this.number = number;
    }

    /** The number, to display it; a thread that uses it calls {@link #enter}. */
    public final int number() {
        return number;
    }

    /** The number, to be used until {@link #leave}. */
    public final int enter() throws ClosedChannelException {
        if ((int) STATE.getAndAdd(this, 1) < 0) {
            leave();
            throw new ClosedChannelException();
        }
        return number;
    }

    public final void leave() {
        if ((int) STATE.getAndAdd(this, -1) - 1 == CLOSED) {
            free();
        }
    }

    /** {@link Libc#receive} of as much as one call moves. */
    public final int receive(byte[] into, int offset, int length) throws ClosedChannelException {
        var fd = enter();
        try {
            return Libc.receive(fd, into, offset, Math.min(length, Libc.MOST_AT_ONCE));
        } finally {
            leave();
        }
    }

    /** {@link Libc#send} of as much as one call moves. */
    public final int send(byte[] from, int offset, int length) throws ClosedChannelException {
        var fd = enter();
        try {
            return Libc.send(fd, from, offset, Math.min(length, Libc.MOST_AT_ONCE));
        } finally {
            leave();
        }
    }

    /** {@link Libc#unacknowledged}; -1 when it can't be told. */
    public final long unacknowledged() {
        try {
            var fd = enter();
            try {
                return Libc.unacknowledged(fd);
            } finally {
                leave();
            }
        } catch (IOException e) {
            return -1; // closed, or no such socket: the next write says so
        }
    }

    public final boolean isOpen() {
        return state >= 0;
    }

    /** Closes it: no thread can enter from now on. Returns true for the call that closed it. */
    public final boolean close() {
        int seen;
        do {
            seen = state;
            if (seen < 0) {
                return false;
            }
        } while (!STATE.compareAndSet(this, seen, seen | CLOSED));
        if (seen == 0) {
            free();
        }
        return true;
    }

    /** Waits until the number is free. That is soon, as no call between enter and leave blocks. */
    public final void awaitFree() {
        while (freed != 2) {
            Thread.onSpinWait();
            Thread.yield();
        }
    }

    /** Runs once, after the last use and before the number is freed. */
    public void beforeFree() {}

    private void free() {
        if (FREED.compareAndSet(this, 0, 1)) {
            beforeFree();
            Libc.close(number);
            freed = 2;
        }
    }
}
