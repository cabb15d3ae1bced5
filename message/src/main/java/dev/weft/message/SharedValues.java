package dev.weft.message;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Consumer;

import com.google.errorprone.annotations.concurrent.GuardedBy;

/**
 * The values that all connections of one {@link Messages} share, and those that are loaded early. Loaded ones are closed when the last server and
 * connection has ended. For any thread.
 */
final class SharedValues {
    private final Values values = new Values();
    @GuardedBy("this")
    private final Set<Key<?>> eager = new LinkedHashSet<>();
    /** How many servers and connections there are. */
    @GuardedBy("this")
    private int open;
    private volatile boolean startAnyway;

    <T> void set(Key<T> key, T value) {
        values.set(key, key.checked(value));
    }

    /** The shared value; empty if there is none, or if there is one only for each connection. */
    <T> Optional<T> find(Key<T> key) {
        if (key.isPerConnection()) {
            return Optional.empty();
        }
        var present = values.present(key);
        return present.isPresent() ? present : key.loader().map(loader -> values.load(key, loader));
    }

    <T> Optional<T> remove(Key<T> key) {
        return values.remove(key);
    }

    /** What makes a connection's own value; empty when nothing does. */
    <T> Optional<Callable<? extends T>> maker(Key<T> key) {
        var prototype = values.present(key);
        return prototype.isPresent() ? Optional.of(() -> key.copy(prototype.get())) : key.loader();
    }

    synchronized void eager(Key<?>... keys) {
        for (var key : keys) {
            if (key.loader().isEmpty()) {
                throw new IllegalArgumentException("eager(" + key.name() + "): this key has no loader");
            }
            eager.add(key);
        }
    }

    /** An eager value that can't be loaded is logged only. */
    void startAnyway() {
        startAnyway = true;
    }

    /** There is one more server or connection. */
    synchronized void begin() {
        open++;
        values.open();
    }

    /** As {@link #begin()}, with the eager values loaded; when that fails, there is not one more. */
    void beginLoaded() {
        begin();
        var loaded = false;
        try {
            Loading.each(eager(false), key -> load(key, this::find));
            loaded = true;
        } finally {
            if (!loaded) {
                end();
            }
        }
    }

    /** There is one less. After the last one, loaded values are closed. */
    void end() {
        Runnable closing;
        synchronized (this) {
            open--;
            if (open > 0) {
                return;
            }
            closing = values.close();
        }
        closing.run();
    }

    /** Loads what each connection has of its own; {@code find} is the connection's. */
    void loadEager(Consumer<Key<?>> find) {
        eager(true).forEach(key -> load(key, find));
    }

    private void load(Key<?> key, Consumer<Key<?>> find) {
        try {
            find.accept(key);
        } catch (LoadException e) {
            if (!startAnyway) {
                throw e;
            }
            MessageLog.loadFailed(e);
        }
    }

    private synchronized List<Key<?>> eager(boolean perConnection) {
        var keys = new ArrayList<Key<?>>();
        for (var key : eager) {
            if (key.isPerConnection() == perConnection) {
                keys.add(key);
            }
        }
        return keys;
    }
}
