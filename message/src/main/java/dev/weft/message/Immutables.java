package dev.weft.message;

import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.nio.charset.Charset;
import java.time.temporal.Temporal;
import java.time.temporal.TemporalAmount;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** Tells which values can't change, so that connections may share them. */
final class Immutables {
    /** Final, or sealed, and documented as immutable. Big numbers are not final, so only their own classes count. */
    private static final Set<Class<?>> KNOWN = Set.of(String.class, Boolean.class, Character.class, Byte.class, Short.class, Integer.class,
            Long.class, Float.class, Double.class, BigInteger.class, BigDecimal.class, UUID.class, URI.class, Locale.class);
    private static final String TIME = "java.time.";

    private Immutables() {}

    static boolean holds(Object value) {
        var type = value.getClass();
        return KNOWN.contains(type) || value instanceof Enum<?> || value instanceof Class<?> || value instanceof Charset
                || ((value instanceof Temporal || value instanceof TemporalAmount) && type.getName().startsWith(TIME))
                || (value instanceof Optional<?> o && (o.isEmpty() || holds(o.get())))
                || (value instanceof Record r && holdsAll(r))
                || (value instanceof Collection<?> c && isUnmodifiable(c) && c.stream().allMatch(Immutables::holds))
                || (value instanceof Map<?, ?> m && isUnmodifiable(m) && holds(List.copyOf(m.keySet())) && holds(List.copyOf(m.values())));
    }

    /** List.of and its like; not Collections.unmodifiableList, behind which another may write. */
    private static boolean isUnmodifiable(Object collection) {
        return collection.getClass().getName().startsWith("java.util.ImmutableCollections$");
    }

    private static boolean holdsAll(Record r) {
        return Arrays.stream(r.getClass().getRecordComponents()).allMatch(c -> isImmutable(r, c));
    }

    private static boolean isImmutable(Record r, RecordComponent c) {
        if (c.getType().isPrimitive()) {
            return true;
        }
        try {
            var accessor = c.getAccessor();
            accessor.setAccessible(true);
            var value = accessor.invoke(r);
            return value == null || holds(value);
        } catch (ReflectiveOperationException | RuntimeException e) {
            return false; // a module that doesn't let us look
        }
    }
}
