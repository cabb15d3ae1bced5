package dev.weft.message;

import java.util.Optional;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import org.jspecify.annotations.Nullable;

/** The values of one peer: its own, and behind them the shared ones. For any thread. */
final class PeerValues {
    private final SharedValues shared;
    private volatile @Nullable Values own;
    @GuardedBy("this")
    private boolean closed;

    PeerValues(SharedValues shared) {
        this.shared = shared;
    }

    /** The peer's own value, or the shared one, or the loaded one; empty if there is none. */
    <T> Optional<T> find(Key<T> key) {
        var there = own;
        var mine = there == null ? Optional.<T>empty() : there.present(key);
        if (mine.isPresent()) {
            return mine;
        }
        if (!key.isPerConnection()) {
            return shared.find(key);
        }
        return shared.maker(key).map(maker -> own().load(key, maker));
    }

    <T> void set(Key<T> key, T value) {
        own().set(key, value);
    }

    /** Forgets the peer's own. */
    <T> Optional<T> remove(Key<T> key) {
        var there = own;
        return there == null ? Optional.empty() : there.remove(key);
    }

    private Values own() {
        var there = own;
        return there == null ? made() : there;
    }

    private synchronized Values made() {
        var there = own;
        if (there == null) {
            there = new Values();
            if (closed) {
                there.close().run(); // what is loaded from now on is closed at once
            }
            own = there;
        }
        return there;
    }

    /** Closes those that were loaded, and each that is loaded later at once. */
    void close() {
        Values there;
        synchronized (this) {
            closed = true;
            there = own;
        }
        if (there != null) {
            there.close().run();
        }
    }
}
