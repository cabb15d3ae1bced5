package dev.weft.message;

import java.util.LinkedHashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * Hooks by type. Immutable: adding makes another table, so that a connection keeps the one it began with (SPEC PR-H5).
 *
 * <p>Open addressing over the types themselves: every message is looked up here, and a map would box its key.
 */
final class HookTable {
    static final HookTable EMPTY = new HookTable(Map.of());

    /** What is done with a message. */
    sealed interface Reaction {}

    /** A hook on the reading thread. */
    record Inline(Hook hook) implements Reaction {}

    /** A hook on a thread of its own. */
    record Parallel(Hook hook) implements Reaction {}

    /** A hook for a whole stream. */
    record Streaming(StreamHook hook) implements Reaction {}

    /** One type's hook; without a name when it was registered by number. */
    record Entry(int type, @Nullable String name, Reaction reaction) {}

    private final Map<Integer, Entry> entries;
    private final @Nullable Entry[] slots;

    /** A hook under a name. */
    static Entry named(String name, Reaction reaction) {
        var type = Message.type(name);
        TypeNames.know(type, name);
        return new Entry(type, name, reaction);
    }

    private HookTable(Map<Integer, Entry> entries) {
        this.entries = entries;
        slots = new Entry[Integer.highestOneBit(Math.max(1, entries.size()) * 4)];
        for (var entry : entries.values()) {
            slots[free(entry.type)] = entry;
        }
    }

    private int free(int type) {
        var at = place(type);
        while (slots[at] != null) {
            at = (at + 1) & (slots.length - 1);
        }
        return at;
    }

    private int place(int type) {
        return ((type * 0x9E3779B9) >>> 16) & (slots.length - 1); // Fibonacci hashing (Knuth, TAOCP 3, 6.4)
    }

    /**
     * This table with one more hook; one of the same type is replaced.
     *
     * @throws IllegalArgumentException when another name has the same hash (SPEC PR-H7)
     */
    HookTable with(Entry entry) {
        var before = entries.get(entry.type);
        if (before != null && before.name != null && entry.name != null && !before.name.equals(entry.name)) {
            throw new IllegalArgumentException(
                    "\"%s\" and \"%s\" are both %d on the wire: rename one".formatted(before.name, entry.name, entry.type));
        }
        var more = new LinkedHashMap<>(entries);
        more.put(entry.type, entry);
        return new HookTable(more);
    }

    @Nullable
    Reaction find(int type) {
        for (var at = place(type);; at = (at + 1) & (slots.length - 1)) {
            var entry = slots[at];
            if (entry == null) {
                return null;
            }
            if (entry.type == type) {
                return entry.reaction;
            }
        }
    }
}
