package dev.weft.queue;

import java.io.IOException;

/** Messages in a spool: they outlast the link, and the process. */
record SpoolStore(Spool spool) implements Store {
    @Override
    public StreamId stream() {
        return StreamId.of(spool.stream());
    }

    @Override
    public long first() {
        return spool.first();
    }

    @Override
    public long next() {
        return spool.next();
    }

    @Override
    public void append(byte[] body) throws IOException {
        spool.append(body, 0, body.length);
    }

    @Override
    public byte[] read(long number) throws IOException {
        return spool.read(number);
    }

    @Override
    public void acknowledge(long number) throws IOException {
        spool.acknowledge(number);
    }

    @Override
    public void close() throws IOException {
        spool.close();
    }
}
