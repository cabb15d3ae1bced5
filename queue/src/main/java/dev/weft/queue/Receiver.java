package dev.weft.queue;

import java.io.IOException;
import java.time.Duration;
import java.util.Iterator;
import java.util.concurrent.BlockingQueue;
import java.util.function.Consumer;

import dev.weft.net.DrainReport;

/**
 * The end where messages come out: pysocklib's ServerReceiver and ClientReceiver.
 *
 * @param <T> the type of a message
 */
public interface Receiver<T> extends Link, Iterable<T> {
    /**
     * What has been received: the queue that was given, or else an {@link AckQueue}, which ends when the link does. A message that is taken from it,
     * or was put into a given queue, counts as acknowledged.
     */
    BlockingQueue<T> received();

    /**
     * What has been received and what is still to come, until the link ends. Each message is acknowledged when the next is asked for, so one whose
     * work was not finished comes again ({@link Delivery#AT_LEAST_ONCE}).
     *
     * @throws IllegalStateException when the link was given a queue: take from that
     */
    @Override
    Iterator<T> iterator();

    /**
     * Waits until this direction is over, while the other may go on: its {@link LinkBuilder#stopReceiving stop} function has said so, or the link
     * has ended. The original's {@code receive_thread.join()}. An interrupt, which stays set, ends the waiting.
     */
    void joinReceiving();

    @Override
    Receiver<T> start() throws IOException;

    @Override
    Receiver<T> drainOnExit(Duration limit);

    @Override
    Receiver<T> drainOnExit(Duration limit, Consumer<? super DrainReport> show);
}
