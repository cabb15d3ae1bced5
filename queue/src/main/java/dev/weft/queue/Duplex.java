package dev.weft.queue;

import java.io.IOException;
import java.time.Duration;
import java.util.function.Consumer;

import dev.weft.net.DrainReport;

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

    @Override
    Duplex<T> drainOnExit(Duration limit, Consumer<? super DrainReport> show);
}
