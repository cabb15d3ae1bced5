package dev.weft.net;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;

import dev.weft.net.framing.FrameLimit;

/** A framing with another limit. */
record LimitedFraming<T>(Framing<T> inner, int limit) implements Framing<T> {
    LimitedFraming {
        FrameLimit.check(limit);
    }

    @Override
    public T read(DataInputStream in) throws IOException {
        return inner.read(in);
    }

    @Override
    public void write(T message, DataOutputStream out) throws IOException {
        inner.write(message, out);
    }

    @Override
    public Framing<T> limit(int bytes) {
        return new LimitedFraming<>(inner, bytes);
    }
}
