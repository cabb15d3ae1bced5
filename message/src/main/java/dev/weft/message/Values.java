package dev.weft.message;

import java.nio.channels.ClosedByInterruptException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import org.jspecify.annotations.Nullable;

/**
 * Values by key: those of one connection, or those that all share. For any thread.
 *
 * <p>A value is loaded once, however many ask at the same moment, and a loader that fails has failed for all of them. Loaded values that are
 * AutoCloseable are closed with the store, the last one first; values that were set are not closed.
 */
final class Values {
    private final ConcurrentHashMap<Key<?>, Slot> slots = new ConcurrentHashMap<>();
    @GuardedBy("this")
    private final ArrayDeque<Loaded> toClose = new ArrayDeque<>();
    @GuardedBy("this")
    private boolean closed;

    /** A loaded value, and the name it was loaded under. */
    private record Loaded(String name, AutoCloseable value) {
        void close() {
            try {
                value.close();
            } catch (Throwable t) { // a thread that waits for the end must not wait for ever because of it
                MessageLog.closeFailed(name, t);
            }
        }
    }

    /** Where one key's value comes to stand. */
    private static final class Slot {
        private volatile @Nullable Object value;
        private volatile boolean loaded;
        @GuardedBy("this")
        private @Nullable LoadException failure;
        @GuardedBy("this")
        private boolean loading;
    }

    <T> void set(Key<T> key, T value) {
        var slot = new Slot();
        slot.value = value;
        slots.put(key, slot);
    }

    /** What there is, without loading anything. */
    @SuppressWarnings("unchecked") // a key's slot holds nothing but its type
    <T> Optional<T> present(Key<T> key) {
        var slot = slots.get(key);
        return slot == null ? Optional.empty() : Optional.ofNullable((T) slot.value);
    }

    /** What there is, or what the loader makes. */
    @SuppressWarnings("unchecked") // as above
    <T> T load(Key<T> key, Callable<? extends T> loader) {
        var slot = slots.computeIfAbsent(key, _ -> new Slot());
        var value = slot.value;
        return value != null ? (T) value : loadInto(slot, key, loader);
    }

    private <T> T loadInto(Slot slot, Key<T> key, Callable<? extends T> loader) {
        synchronized (slot) {
            if (slot.failure != null) {
                throw slot.failure;
            }
            @SuppressWarnings("unchecked") // as above
            T there = (T) slot.value;
            if (there != null) {
                return there;
            }
            if (slot.loading) {
                throw new IllegalStateException("the loader of " + key.name() + " asks for " + key.name());
            }
            slot.loading = true;
            slot.loaded = true;
            try {
                T value = loader.call();
                if (value == null) {
                    throw new IllegalStateException("the loader returned null");
                }
                own(key, value);
                slot.value = value;
                return value;
            } catch (Exception | LinkageError | StackOverflowError e) {
                var failure = new LoadException(key, e);
                if (isItsOwn(e)) {
                    slot.failure = failure;
                }
                throw failure;
            } finally {
                slot.loading = false;
            }
        }
    }

    /** Not when we were interrupted or closed: that is no fault of the loader, which may be asked again. */
    private synchronized boolean isItsOwn(Throwable failure) {
        if (failure instanceof InterruptedException) {
            Thread.currentThread().interrupt();
        }
        return !closed && !(failure instanceof ClosedByInterruptException) && !Interrupts.isInterrupt(failure);
    }

    /** Takes the value away; it is the caller's, also to close. */
    @SuppressWarnings("unchecked") // as above
    <T> Optional<T> remove(Key<T> key) {
        var slot = slots.remove(key);
        if (slot == null || slot.value == null) {
            return Optional.empty();
        }
        synchronized (this) {
            toClose.removeIf(l -> l.value == slot.value);
        }
        return Optional.of((T) slot.value);
    }

    private void own(Key<?> key, Object value) throws Exception {
        if (!(value instanceof AutoCloseable closeable)) {
            return;
        }
        synchronized (this) {
            if (!closed) {
                toClose.push(new Loaded(key.name(), closeable));
                return;
            }
        }
        closeable.close();
        throw new IllegalStateException("it was closed while it was being loaded");
    }

    /** Values may be loaded again after a close. */
    synchronized void open() {
        closed = false;
    }

    /** Forgets what was loaded; the task closes it, the last one first. What that throws is logged. */
    synchronized Runnable close() {
        closed = true;
        slots.values().removeIf(slot -> slot.loaded);
        var all = List.copyOf(toClose);
        toClose.clear();
        return () -> all.forEach(Loaded::close);
    }
}
