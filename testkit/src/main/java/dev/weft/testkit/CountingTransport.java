package dev.weft.testkit;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

import dev.weft.net.Address;
import dev.weft.net.spi.ListenerChannel;
import dev.weft.net.spi.SocketSettings;
import dev.weft.net.spi.StreamChannel;
import dev.weft.net.spi.Transport;

/** Counts the writes of accepted connections that moved bytes. */
final class CountingTransport extends ForwardingTransport {
    private final AtomicLong writes = new AtomicLong();

    CountingTransport(Transport inner) {
        super(inner);
    }

    long writes() {
        return writes.get();
    }

    @Override
    public ListenerChannel listen(Address address, SocketSettings settings) throws IOException {
        return new ForwardingListener(super.listen(address, settings)) {
            @Override
            public Optional<StreamChannel> accept() throws IOException {
                return super.accept().map(Counted::new);
            }
        };
    }

    private final class Counted extends ForwardingStream {
        Counted(StreamChannel inner) {
            super(inner);
        }

        @Override
        public int write(byte[] from, int offset, int length) throws IOException {
            var n = super.write(from, offset, length);
            if (n > 0) {
                writes.incrementAndGet();
            }
            return n;
        }
    }
}
