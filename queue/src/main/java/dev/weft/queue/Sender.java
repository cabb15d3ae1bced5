package dev.weft.queue;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.function.Consumer;

import dev.weft.net.DrainReport;

/**
 * The end where messages go in: pysocklib's ServerSender and ClientSender.
 *
 * @param <T> the type of a message
 */
public interface Sender<T> extends Link {
    /**
     * What is to be sent: the queue that was given, or else an {@link AckQueue}, which ends when the link does. A message that can't be sent is
     * detected when it is about to be sent, and dropped: {@link LinkObserver#refused}.
     */
    BlockingQueue<T> toSend();

    /**
     * Looks whether the message can be sent, and puts it into {@link #toSend}; waits while that is full. With a spool it returns when the message is
     * in there, if {@link #toSend} is an {@link AckQueue}.
     *
     * @throws IllegalArgumentException when it can't be sent as it is: its delimiter stands in it, or it is too long
     * @throws IllegalStateException when the link has ended
     */
    void send(T message) throws InterruptedException;

    /**
     * Once the link has ended: messages that it had taken from {@link #toSend} and could not send, or that were not acknowledged, the oldest
     * first. Those in a spool are not among them: the next link with it sends them.
     */
    List<T> unsent();

    /**
     * Waits until this direction is over, while the other may go on: its {@link LinkBuilder#stopSending stop} function has said so, or its queue has
     * ended, and all is sent, with {@link Delivery#AT_LEAST_ONCE} acknowledged; or the link has ended. The original's {@code send_thread.join()}. An
     * interrupt, which stays set, ends the waiting.
     */
    void joinSending();

    @Override
    Sender<T> start() throws IOException;

    @Override
    Sender<T> drainOnExit(Duration limit);

    @Override
    Sender<T> drainOnExit(Duration limit, Consumer<? super DrainReport> show);
}
