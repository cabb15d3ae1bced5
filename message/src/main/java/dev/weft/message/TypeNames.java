package dev.weft.message;

import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;

/** The names of types that hooks of this process were registered under: for people, who can't read hashes. */
final class TypeNames {
    /** More names than any program writes down; a program that computes names must not fill the heap. */
    private static final int MOST = 10_000;
    private static final ConcurrentHashMap<Integer, String> NAMES = new ConcurrentHashMap<>();

    private static final int CACHED = 256;
    /** The names that were asked for last: programs send under few names, all of them literals. */
    private static final @Nullable Hashed[] CACHE = new Hashed[CACHED];

    /** A name and its number. */
    private record Hashed(String name, int type) {}

    private TypeNames() {}

    /** {@link Message#type} of a name, mostly without looking at its characters. */
    static int typeOf(String name) {
        var place = name.hashCode() & (CACHED - 1);
        var cached = CACHE[place];
        if (cached == null || cached.name != name) {
            cached = new Hashed(name, Message.type(name));
            CACHE[place] = cached;
        }
        return cached.type;
    }

    static void know(int type, String name) {
        if (NAMES.size() < MOST) {
            NAMES.put(type, name);
        }
    }

    /** The name where it is known, else the number. */
    static String of(int type) {
        return NAMES.getOrDefault(type, Integer.toString(type));
    }
}
