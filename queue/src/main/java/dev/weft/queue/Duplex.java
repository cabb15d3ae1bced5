package dev.weft.queue;

import java.io.IOException;
import java.time.Duration;

/**
 * Both at once, on one connection: pysocklib's Server and Client.
 *
 * @param <T> the type of a message
 */
public interface Duplex<T> extends Receiver<T>, Sender<T> {
    @Override
    Duplex<T> start() throws IOException;

    @Override
    Duplex<T> drainOnExit(Duration limit);
}
