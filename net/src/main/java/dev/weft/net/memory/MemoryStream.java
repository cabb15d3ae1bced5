package dev.weft.net.memory;

import java.io.IOException;
import java.net.SocketException;

import dev.weft.net.Address;
import dev.weft.net.spi.StreamChannel;

/** One end of an in-memory connection. */
final class MemoryStream implements StreamChannel {
    private final MemoryPipe in;
    private final MemoryPipe out;
    private final Address local;
    private final Address remote;
    private volatile boolean closed;

    MemoryStream(MemoryPipe in, MemoryPipe out, Address local, Address remote) {
        this.in = in;
        this.out = out;
        this.local = local;
        this.remote = remote;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        checkOpen();
        return in.read(into, offset, length);
    }

    @Override
    public int write(byte[] from, int offset, int length) throws IOException {
        checkOpen();
        return length == 0 ? 0 : out.write(from, offset, length);
    }

    @Override
    public void awaitReadable() throws IOException {
        if (!closed) {
            in.readable.await();
        }
    }

    @Override
    public void awaitWritable() throws IOException {
        if (!closed) {
            out.writable.await();
        }
    }

    @Override
    public boolean finishConnect() {
        return true;
    }

    @Override
    public void wake() {
        in.readable.wake();
        out.writable.wake();
    }

    @Override
    public void shutdownOutput() throws IOException {
        checkOpen();
        out.end();
    }

    @Override
    public void abort() {
        if (!closed) {
            closed = true;
            in.reset();
            out.reset();
        }
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            out.end();
            in.readerClosed();
            in.readable.signal();
            out.writable.signal();
        }
    }

    @Override
    public Address local() {
        return local;
    }

    @Override
    public Address remote() {
        return remote;
    }

    private void checkOpen() throws SocketException {
        if (closed) {
            throw new SocketException("Socket closed");
        }
    }
}
