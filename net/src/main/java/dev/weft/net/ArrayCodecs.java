package dev.weft.net;

import dev.weft.net.spi.ArrayCodec;
import dev.weft.net.spi.ArrayDecoder;
import dev.weft.net.spi.ArrayFraming;
import org.jspecify.annotations.Nullable;

/** Which framings work on arrays: users' {@link ArrayFraming}s, and some that are built in. */
final class ArrayCodecs {
    private ArrayCodecs() {}

    /** The framing's codec for arrays; null if it has none. */
    static <T> @Nullable ArrayCodec<T> of(Framing<T> framing) {
        if (framing instanceof ArrayFraming<T> array) {
            return array;
        }
        return framing instanceof BuiltInFraming<T> builtIn ? builtIn.codec().onArrays() : null;
    }

    /** The framing's decoder for arrays; null if it has none. */
    static <T> @Nullable ArrayDecoder<T> decoder(Framing<T> framing) {
        if (framing instanceof ArrayFraming<T> array) {
            return array;
        }
        return framing instanceof BuiltInFraming<T> builtIn ? builtIn.codec().fromArrays() : null;
    }
}
