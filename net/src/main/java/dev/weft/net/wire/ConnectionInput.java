package dev.weft.net.wire;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/** A connection's incoming bytes as a stream; holds none. Closing it closes nothing, as the bytes are the connection's. */
public final class ConnectionInput extends InputStream {
    private final Inbound inbound;

    /** What this half reads. */
    public ConnectionInput(Inbound inbound) {
        this.inbound = inbound;
    }

    @Override
    public int read() throws IOException {
        return inbound.read();
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, into.length);
        return inbound.read(into, offset, length);
    }

    @Override
    public int available() {
        return inbound.available();
    }
}
