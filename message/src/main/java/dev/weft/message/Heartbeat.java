package dev.weft.message;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;

/** Asks a silent peer whether it lives, and answers one that asks. For the reading thread. */
final class Heartbeat {
    /** The question; Weft answers it by itself. */
    static final Message PING = Message.of("weft ping", new byte[0]);
    private static final Message PONG = Message.of("weft pong", new byte[0]);

    private final Connected connected;
    private final MessageSender sender;
    private final Duration interval;
    private final boolean on;

    /** Of one connection; off for an interval of zero, and where a deadline of the connection ends it earlier anyway. */
    Heartbeat(Connected connected, MessageSender sender, Duration interval) {
        this.connected = connected;
        this.sender = sender;
        this.interval = interval;
        var deadlines = connected.connection().deadlines();
        on = !interval.isZero() && isLater(deadlines.idle(), interval) && isLater(deadlines.read(), interval);
    }

    private static boolean isLater(Duration deadline, Duration interval) {
        return deadline.isZero() || interval.compareTo(deadline) < 0;
    }

    /** Whether it asks. */
    boolean isOn() {
        return on;
    }

    /**
     * Waits for a message; asks a peer that was silent for an interval, once.
     *
     * @return false when no message will come
     * @throws SocketTimeoutException when the peer was silent for another interval
     */
    boolean awaitMessage() throws IOException {
        try {
            return connected.connection().awaitMessage(interval);
        } catch (SocketTimeoutException silence) {
            if (!connected.connection().isOpen()) {
                throw silence;
            }
        }
        sender.send(PING, connected);
        return connected.connection().awaitMessage(interval);
    }

    /** Whether a message is a question or an answer of heartbeats. */
    static boolean isOne(Message m) {
        return m.type() == PING.type() || m.type() == PONG.type();
    }

    /** Answers a question; an answer needs nothing. Returns true. */
    boolean takes(Message m) throws IOException {
        if (m.type() == PING.type()) {
            sender.send(PONG, connected);
        }
        return true;
    }
}
