package dev.weft.queue;

import java.io.IOException;
import java.net.SocketException;
import java.util.function.BiConsumer;

import dev.weft.net.Address;
import dev.weft.net.Connection;
import dev.weft.net.support.SafeText;
import org.jspecify.annotations.Nullable;

/**
 * The thread of a link: gets connections, one after the other, and lets the {@link LinkProtocol} use each until it is lost.
 *
 * @param <T> the type of a message
 */
final class LinkLoop<T> {
    private final LinkSettings<T> settings;
    private final Connector connector;
    private final LinkProtocol<T> protocol;
    private final LinkEvents events;
    private final CurrentStatus status;
    private final boolean peersSpeak;
    private final boolean asksToStop;
    private final BiConsumer<@Nullable IOException, @Nullable Throwable> ended;
    private final Thread thread;
    private volatile @Nullable Throwable failure;
    private volatile boolean over;
    private boolean gaveUp;

    /**
     * A loop that is not started.
     *
     * @param receives whether messages come in
     * @param sends whether messages go out
     * @param ended runs at the end, on the loop's thread, with what ended the last connection and what ended the loop
     */
    LinkLoop(LinkSettings<T> settings, Connector connector, LinkProtocol<T> protocol, boolean receives, boolean sends, LinkEvents events,
            CurrentStatus status, BiConsumer<@Nullable IOException, @Nullable Throwable> ended) {
        this.settings = settings;
        this.connector = connector;
        this.protocol = protocol;
        this.events = events;
        this.status = status;
        this.ended = ended;
        // Only a peer that takes messages without acknowledging them may be silent for ever.
        peersSpeak = receives || settings.acknowledges();
        asksToStop = settings.stopReceiving() != null || sends;
        thread = events.threads.unstarted("", this::run);
    }

    void start() {
        thread.start();
    }

    Address address() {
        return connector.address();
    }

    LinkProtocol<T> protocol() {
        return protocol;
    }

    /** Ends every wait, and soon the loop. */
    void end() {
        over = true;
        connector.close(); // first: a peer that is dropped connects again at once, and would be dropped again
        thread.interrupt();
    }

    private void run() {
        IOException lost = null;
        try {
            if (settings.source() instanceof ConnectionSource.Listening) {
                events.log.listening(connector.address());
            }
            status.tell();
            protocol.begin(this::fail);
            for (var more = true; more && !over;) {
                lost = null;
                var connection = next();
                if (connection == null) {
                    break;
                }
                lost = use(connection);
                if (lost == null) {
                    break;
                }
                more = (settings.reconnects() || connector.winner().isPresent()) && !settings.stopReconnecting().getAsBoolean();
                if (more) {
                    status.reconnecting(lost);
                }
            }
        } catch (InterruptedException e) {
            // It was told to end, or it has failed.
        } catch (GaveUpException e) {
            failure = e.why;
            gaveUp = true;
        } catch (Throwable t) {
            failure = t;
        } finally {
            connector.close();
            protocol.end();
            if (failure != null) {
                logEnd(failure);
            }
            ended.accept(failure instanceof IOException e ? e : lost, failure);
        }
    }

    /** Why the connection is no more; null when there is nothing left to do. */
    private @Nullable IOException use(Connection connection) throws InterruptedException {
        events.counts.connections.increment();
        var before = events.counts.progress(settings.delivery());
        if (peersSpeak) {
            connector.contest(connection, events.threads);
        }
        var lost = protocol.over(connection, () -> connected(connection));
        var winner = connector.winner();
        if (lost != null && winner.isPresent()) {
            lost = gaveWay(connection, winner.get(), lost);
        }
        if (lost != null) {
            connector.lost(before != events.counts.progress(settings.delivery()), lost);
        }
        return lost;
    }

    private IOException gaveWay(Connection silent, Address winner, IOException lost) {
        events.log.gaveWay(silent.remote(), winner);
        var why = Remote.name(silent) + " was closed, as it had sent nothing and another connected: " + SafeText.oneLine(winner.toString());
        return new SocketException(why, lost);
    }

    /** Waits for a connection; null when there is nothing left to do with one, because a stop function says so, or the end of a queue. */
    private @Nullable Connection next() throws GaveUpException, InterruptedException {
        if (!asksToStop) {
            return await();
        }
        var asker = StopAsker.start(protocol, events.threads, settings.time(), this::fail);
        Connection connection = null;
        try {
            connection = await();
        } catch (InterruptedException e) {
            if (!asker.hasStopped()) {
                throw e;
            }
        } finally {
            asker.end();
        }
        if (asker.hasStopped()) {
            Thread.interrupted(); // it has served its purpose
            if (connection != null) {
                connection.abort();
            }
            return null;
        }
        return connection;
    }

    private Connection await() throws GaveUpException, InterruptedException {
        try {
            return connector.next(this::attemptFailed);
        } catch (IOException e) {
            throw new GaveUpException(e);
        }
    }

    private void attemptFailed(IOException why) {
        if (!over) { // else it was no attempt any more
            events.log.attemptFailed(address(), status.now().attempts() + 1, why);
            status.attemptFailed(why);
        }
    }

    private void connected(Connection connection) {
        connector.stands();
        events.log.connected(connection.remote());
        status.connected(connection.remote());
    }

    private void logEnd(Throwable why) {
        if (gaveUp) {
            events.log.gaveUp(connector.address(), why);
        } else {
            events.log.ended(why);
        }
    }

    /** It can't go on, with whatever connection. */
    private void fail(Throwable why) {
        failure = why;
        over = true;
        thread.interrupt();
    }
}
