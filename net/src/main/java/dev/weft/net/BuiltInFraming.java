package dev.weft.net;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

import dev.weft.net.framing.FrameCodec;
import dev.weft.net.framing.FrameSource;
import dev.weft.net.framing.LineCodec;
import dev.weft.net.framing.StreamSource;

/** A framing that comes with this module. On a connection it reads from the connection's own buffer. */
record BuiltInFraming<T>(FrameCodec<T> codec) implements Framing<T> {
    static final Framing<String> LINES = new BuiltInFraming<>(new LineCodec(StandardCharsets.UTF_8, DEFAULT_LIMIT, false));

    @Override
    public T read(DataInputStream in) throws IOException {
        return codec.read(in instanceof FrameSource source ? source : new StreamSource(in));
    }

    @Override
    public void write(T message, DataOutputStream out) throws IOException {
        codec.write(message, out);
    }

    @Override
    public int limit() {
        return codec.limit();
    }

    @Override
    public Framing<T> limit(int bytes) {
        return new BuiltInFraming<>(codec.limit(bytes));
    }

    @Override
    public boolean countsItself() {
        return true;
    }
}
