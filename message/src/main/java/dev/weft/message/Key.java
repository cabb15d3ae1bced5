package dev.weft.message;

import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;

import org.jspecify.annotations.Nullable;

/**
 * A typed name for a value: a small property that is set, or a large resource that is loaded (SPEC PR-P1, PR-R1). The key says
 * whether there is one value for all connections, or one for each.
 *
 * <p>Two keys are two values, whatever their names: a key is a constant that its users share.
 *
 * @param <T> the type of the value
 */
public final class Key<T> {
    private final String name;
    private final boolean perConnection;
    private final @Nullable Callable<? extends T> loader;
    private final @Nullable UnaryOperator<T> copier;

    private Key(String name, boolean perConnection, @Nullable Callable<? extends T> loader, @Nullable UnaryOperator<T> copier) {
        this.name = name;
        this.perConnection = perConnection;
        this.loader = loader;
        this.copier = copier;
    }

    /** A value that someone sets, for all connections ({@link Messages#set}) or for one ({@link Peer#set}). */
    public static <T> Key<T> of(String name) {
        return new Key<>(name, false, null, null);
    }

    /** A value loaded once, at the first get unless {@link Messages#eager}, and seen by every connection. */
    public static <T> Key<T> shared(String name, Callable<? extends T> loader) {
        return new Key<>(name, false, loader, null);
    }

    /** A value made anew for each connection, at its first get there unless {@link Messages#eager}. */
    public static <T> Key<T> perConnection(String name, Callable<? extends T> loader) {
        return new Key<>(name, true, loader, null);
    }

    /**
     * A value that is set once, as a prototype, of which each connection gets a copy (SPEC PR-D2). The copier decides how
     * deep the copy is: {@code Key.copied("list", ArrayList::new)} copies the list, and all connections share its elements.
     */
    public static <T> Key<T> copied(String name, UnaryOperator<T> copier) {
        return new Key<>(name, true, null, copier);
    }

    /**
     * A value that is set once and that each connection may replace for itself. Only immutable values can be set for all: a mutable one would
     * be shared by accident, and is refused.
     */
    public static <T> Key<T> perConnection(String name) {
        return new Key<>(name, true, null, null);
    }

    /** For people. */
    public String name() {
        return name;
    }

    boolean isPerConnection() {
        return perConnection;
    }

    Optional<Callable<? extends T>> loader() {
        return Optional.ofNullable(loader);
    }

    /** One connection's own of a prototype. */
    T copy(T prototype) {
        return copier == null ? prototype : copier.apply(prototype);
    }

    /** Refuses a prototype that connections would share without wanting to. */
    T checked(T prototype) {
        if (perConnection && copier == null && !Immutables.holds(prototype)) {
            throw new IllegalArgumentException(("%s is one value for each connection, and a %s, which may change, would be shared by all: "
                    + "give the key a loader or a copier").formatted(name, prototype.getClass().getName()));
        }
        return prototype;
    }

    @Override
    public String toString() {
        return "Key[" + name + "]";
    }
}
