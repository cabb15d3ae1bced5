package dev.weft.net.wire;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Objects;

/** A connection's outgoing bytes as an unbuffered stream (SPEC SS-43); holds none. */
public final class ConnectionOutput extends OutputStream {
    private final Wire wire;
    private final Outbound outbound;

    /** What this half writes. */
    public ConnectionOutput(Wire wire, Outbound outbound) {
        this.wire = wire;
        this.outbound = outbound;
    }

    @Override
    public void write(int b) throws IOException {
        outbound.send(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] from, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, from.length);
        outbound.send(from, offset, length);
    }

    @Override
    public void flush() throws IOException {
        outbound.flush();
    }

    @Override
    public void close() throws IOException {
        if (wire.isOpen()) {
            outbound.shutdown();
        }
    }
}
