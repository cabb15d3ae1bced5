package dev.weft.rpc;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * Headers or trailers of a call: names, each with one value or several (SPEC RPC-6).
 *
 * <p>Names are letters of ASCII, digits and {@code - _ .}, and not told apart by case. Values are ASCII; those of names that end in {@code -bin} are
 * bytes, and have methods of their own. Names that begin with {@code grpc-} are gRPC's. Not for several threads at once.
 */
public final class Metadata {
    private final io.grpc.Metadata entries;

    /** Empty. */
    public Metadata() {
        this(new io.grpc.Metadata());
    }

    Metadata(io.grpc.Metadata entries) {
        this.entries = entries;
    }

    io.grpc.Metadata entries() {
        return entries;
    }

    /** The names there are. */
    public Set<String> names() {
        return entries.keys();
    }

    /** The last value of a name. */
    public Optional<String> get(String name) {
        return Optional.ofNullable(entries.get(text(name)));
    }

    /** All values of a name, in their order. */
    public List<String> all(String name) {
        return list(entries.getAll(text(name)));
    }

    /** The last value of a name that ends in {@code -bin}. */
    public Optional<byte[]> bytes(String name) {
        return Optional.ofNullable(entries.get(binary(name)));
    }

    /** All values of a name that ends in {@code -bin}, in their order. */
    public List<byte[]> allBytes(String name) {
        return list(entries.getAll(binary(name)));
    }

    /**
     * Gives a name one value, in place of those it had.
     *
     * @throws IllegalArgumentException when the name or the value can't be sent
     */
    public Metadata set(String name, String value) {
        var key = text(name);
        entries.removeAll(key);
        entries.put(key, checked(name, value));
        return this;
    }

    /** Gives a name one more value. */
    public Metadata add(String name, String value) {
        entries.put(text(name), checked(name, value));
        return this;
    }

    /** Gives a name that ends in {@code -bin} one value, in place of those it had. */
    public Metadata set(String name, byte[] value) {
        var key = binary(name);
        entries.removeAll(key);
        entries.put(key, value.clone());
        return this;
    }

    /** Gives a name that ends in {@code -bin} one more value. */
    public Metadata add(String name, byte[] value) {
        entries.put(binary(name), value.clone());
        return this;
    }

    /** Takes a name away. */
    public Metadata remove(String name) {
        if (name.endsWith(io.grpc.Metadata.BINARY_HEADER_SUFFIX)) {
            entries.removeAll(binary(name));
        } else {
            entries.removeAll(text(name));
        }
        return this;
    }

    /** What has not been changed since stays as it is. */
    Metadata copy() {
        var copy = new io.grpc.Metadata();
        copy.merge(entries);
        return new Metadata(copy);
    }

    private static io.grpc.Metadata.Key<String> text(String name) {
        return io.grpc.Metadata.Key.of(name, io.grpc.Metadata.ASCII_STRING_MARSHALLER);
    }

    private static io.grpc.Metadata.Key<byte[]> binary(String name) {
        return io.grpc.Metadata.Key.of(name, io.grpc.Metadata.BINARY_BYTE_MARSHALLER);
    }

    private static String checked(String name, String value) {
        for (int i = 0; i < value.length(); i++) {
            if (value.charAt(i) < ' ' || value.charAt(i) > '~') {
                throw new IllegalArgumentException("the value of " + name + " has a character that is not printable ASCII, at " + i
                        + "; bytes go under a name that ends in -bin");
            }
        }
        return value;
    }

    private static <V> List<V> list(@Nullable Iterable<V> values) {
        var all = new ArrayList<V>();
        if (values != null) {
            values.forEach(all::add);
        }
        return all;
    }

    @Override
    public String toString() {
        return entries.toString();
    }
}
