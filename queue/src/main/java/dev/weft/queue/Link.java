package dev.weft.queue;

import java.io.IOException;
import java.time.Duration;
import java.util.function.Consumer;

import dev.weft.net.Address;
import dev.weft.net.Connection;
import dev.weft.net.ConnectionBuilder;
import dev.weft.net.DrainReport;
import dev.weft.net.LifeState;
import dev.weft.net.Server;
import dev.weft.net.StreamBuilder;

/**
 * One end of a queue that crosses a connection, and outlives it. Two choices make the six classes of pysocklib: how the connection comes about
 * (listen or connect), and which way messages go (receiver, sender or duplex).
 *
 * <p>A link works in the background, on virtual threads of its own, from {@link #start} until it is drained or closed, a
 * {@link LinkBuilder#stopReceiving stop} function says so, or there is no other connection to be had. It serves one connection at a time; a
 * listener keeps its port open between them, and a peer that connects meanwhile waits in its backlog.
 *
 * <p>A link runs once: {@link LifeState#NEW} until it is started, {@link LifeState#RUNNING}, {@link LifeState#DRAINING} while it is drained,
 * {@link LifeState#ENDED}. What it is doing while it runs, {@link #status} tells.
 *
 * <p>Safe for any number of threads. Source: pysocklib 0.6.1 (SPEC SL).
 */
public interface Link extends AutoCloseable {
    /** Waits for the other end at this port of all addresses, one at a time: pysocklib's servers. */
    static LinkBuilder<byte[]> listen(int port) {
        return listen(Server.tcp(port));
    }

    /**
     * Waits for the other end, one at a time: pysocklib's servers. The link uses the builder's
     * address, options, TLS, deadlines and transport, and nothing else of it.
     */
    static LinkBuilder<byte[]> listen(StreamBuilder where) {
        return new LinkBuilder<>(new ConnectionSource.Listening(where), LinkBuilder.BYTES, Body.bytes(LinkBuilder.BYTES.limit()));
    }

    /** Connects to the other end: pysocklib's clients. */
    static LinkBuilder<byte[]> connect(String host, int port) {
        return connect(Connection.to(host, port));
    }

    /** Connects to the other end: pysocklib's clients. */
    static LinkBuilder<byte[]> connect(ConnectionBuilder where) {
        return new LinkBuilder<>(new ConnectionSource.Dialing(where), LinkBuilder.BYTES, Body.bytes(LinkBuilder.BYTES.limit()));
    }

    /**
     * Binds, or begins to connect, then works in the background.
     *
     * @throws IOException when the address can't be bound; that nobody answers is no failure, as the link goes on trying
     * @throws IllegalStateException unless NEW
     */
    Link start() throws IOException;

    /**
     * Starts it and returns when it has ended; an interrupt, which stays set, ends it at once. Meanwhile it drains for the builder's
     * {@link LinkBuilder#grace grace} when the process is asked to exit, unless {@link #drainOnExit} says otherwise.
     *
     * @throws IOException when the address can't be bound, or it has ended because it gave up connecting
     * @throws IllegalStateException unless NEW
     */
    void run() throws IOException;

    /**
     * Waits until the link has ended; an interrupt, which stays set, ends the waiting.
     *
     * @throws java.io.UncheckedIOException when it ended because it gave up connecting
     * @throws IllegalStateException when it has not been started
     */
    void join();

    /**
     * As {@link #join()}, for so long at most.
     *
     * @param limit zero means no limit
     * @return false when it has not ended by then
     */
    boolean join(Duration limit);

    /**
     * Ends it in good order: what comes from now on is not taken; waits until what has come is acknowledged (a queue of the caller's with
     * {@link Delivery#AT_MOST_ONCE}: until it is empty), and then until what is to be sent is sent, with {@link Delivery#AT_LEAST_ONCE} until it is
     * acknowledged. At the limit every wait of the link ends, and the link with it; an interrupt of this thread, which stays set, does the same.
     *
     * <p>With {@link Delivery#AT_MOST_ONCE} the link does not know when a message that was taken out of the queue is done, unless
     * {@link #drainOnExit} was called before its start. It does not wait for messages in a spool while there is no peer.
     *
     * <p>The first drain counts: a later one waits for it and returns its report. On a thread of the link, an observer's for instance, it ends the
     * link at once and does not wait.
     *
     * @param limit how long it waits at most; zero means no limit
     * @return counts messages: {@code finished} were acknowledged or sent meanwhile; {@code aborted} were received and are not acknowledged, or
     *     wait in {@link Sender#toSend} or are {@link Sender#unsent}; {@code interrupted} is 0
     */
    DrainReport drain(Duration limit);

    /** As {@link #drainOnExit(Duration, Consumer)}, showing nothing. */
    Link drainOnExit(Duration limit);

    /**
     * Drains when the process is asked to stop (SIGTERM, Ctrl-C) or exits otherwise, then shows the report: receivers and duplexes first, then
     * services, then senders, as far as these do the same. Call it before {@link #start}: see {@link #drain}. After a signal the process exits with
     * 0 when all was drained, otherwise with 128 and the signal's number; a second signal ends it at once. The last call counts.
     *
     * @param limit see {@link #drain}
     */
    Link drainOnExit(Duration limit, Consumer<? super DrainReport> show);

    /**
     * Drains for the builder's {@link LinkBuilder#grace grace}, by default not at all: ends every wait, whatever the link is doing, and returns when
     * it has ended. What waits in {@link Sender#toSend} stays there. Idempotent.
     */
    @Override
    void close();

    /** Where it listens, once it does, with the port really bound; or where it connects to. */
    Address address();

    /** Where it is in its life. */
    LifeState state();

    /** Whether there is a connection now. */
    boolean connected();

    /** What it is doing, and since when. */
    LinkStatus status();

    /** What it has done so far. */
    LinkStats stats();
}
