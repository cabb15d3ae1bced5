package dev.weft.testkit;

import java.io.IOException;
import java.net.SocketOption;
import java.util.OptionalInt;
import java.util.Set;

import dev.weft.net.Address;
import dev.weft.net.spi.ConnectionTask;
import dev.weft.net.spi.StreamChannel;

/** Another stream, with something changed by a subclass. */
abstract class ForwardingStream implements StreamChannel {
    final StreamChannel inner;

    ForwardingStream(StreamChannel inner) {
        this.inner = inner;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        return inner.read(into, offset, length);
    }

    @Override
    public int write(byte[] from, int offset, int length) throws IOException {
        return inner.write(from, offset, length);
    }

    @Override
    public boolean flush() throws IOException {
        return inner.flush();
    }

    @Override
    public void retryWrite() {
        inner.retryWrite();
    }

    @Override
    public long unacknowledged() {
        return inner.unacknowledged();
    }

    @Override
    public void awaitReadable() throws IOException {
        inner.awaitReadable();
    }

    @Override
    public void awaitWritable() throws IOException {
        inner.awaitWritable();
    }

    @Override
    public boolean finishConnect() throws IOException {
        return inner.finishConnect();
    }

    @Override
    public void shutdownOutput() throws IOException {
        inner.shutdownOutput();
    }

    @Override
    public void wake() {
        inner.wake();
    }

    @Override
    public void abort() {
        inner.abort();
    }

    @Override
    public void close() {
        inner.close();
    }

    @Override
    public boolean attach(ConnectionTask task) throws IOException {
        return inner.attach(task);
    }

    @Override
    public void execute(ConnectionTask task) {
        inner.execute(task);
    }

    @Override
    public Address local() {
        return inner.local();
    }

    @Override
    public Address remote() {
        return inner.remote();
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return inner.supportedOptions();
    }

    @Override
    public <T> void option(SocketOption<T> option, T value) throws IOException {
        inner.option(option, value);
    }

    @Override
    public <T> T option(SocketOption<T> option) throws IOException {
        return inner.option(option);
    }

    @Override
    public OptionalInt fileno() {
        return inner.fileno();
    }
}
