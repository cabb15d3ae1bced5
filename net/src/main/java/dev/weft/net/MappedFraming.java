package dev.weft.net;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.function.Function;

/** A framing whose messages are made of another's. The other one counts the bytes when it is built in; else {@link Frames} does. */
record MappedFraming<T, U>(Framing<T> inner, Function<? super T, ? extends U> decode, Function<? super U, ? extends T> encode, int limit)
        implements
        Framing<U> {
    @Override
    public U read(DataInputStream in) throws IOException {
        return decode.apply(inner.read(in));
    }

    @Override
    public void write(U message, DataOutputStream out) throws IOException {
        inner.write(encode.apply(message), out);
    }

    @Override
    public Framing<U> limit(int bytes) {
        return new MappedFraming<>(inner.limit(bytes), decode, encode, bytes);
    }

    @Override
    public boolean countsItself() {
        return inner.countsItself();
    }
}
