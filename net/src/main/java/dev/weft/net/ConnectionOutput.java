package dev.weft.net;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Objects;

/** A connection's outgoing bytes as an unbuffered stream (SPEC SS-43); holds none. */
final class ConnectionOutput extends OutputStream {
    private final Connection connection;
    private final Outbound outbound;

    ConnectionOutput(Connection connection, Outbound outbound) {
        this.connection = connection;
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
        if (connection.isOpen()) {
            connection.shutdownOutput();
        }
    }
}
