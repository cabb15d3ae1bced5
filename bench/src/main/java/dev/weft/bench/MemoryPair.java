package dev.weft.bench;

import java.io.Closeable;
import java.io.IOException;

import dev.weft.net.Address;
import dev.weft.net.Connection;
import dev.weft.net.Server;

/** Both ends of a connection inside this process, used by one thread: nothing but Weft's own code and a copy is measured. */
final class MemoryPair implements Closeable {
    /** Messages sent at once; what they take must fit into the pipe, as nobody reads meanwhile. */
    static final int BATCH = 64;

    private final Connection writer;
    private final Connection reader;

    MemoryPair() throws IOException {
        try (var acceptor = Server.at(Address.memory("benchmark")).listen()) {
            writer = Connection.to(acceptor.address()).open();
            reader = acceptor.accept();
        }
    }

    Connection writer() {
        return writer;
    }

    Connection reader() {
        return reader;
    }

    @Override
    public void close() throws IOException {
        writer.close();
        reader.close();
    }
}
