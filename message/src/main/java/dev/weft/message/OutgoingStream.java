package dev.weft.message;

import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

import org.jspecify.annotations.Nullable;

/**
 * A stream of messages on its way out (SPEC PR-W6). For one thread; other messages of the connection may come between its parts.
 *
 * <p>It belongs to one connection, that of its first part or of the request that it answers: when that is lost, its next part fails and is
 * not sent on another one.
 *
 * <p>The wire knows no way to break a stream off: a stream that can't be finished ends by closing the connection, or says so in a part.
 */
public final class OutgoingStream implements Closeable {
    private final MessageSender sender;
    private final Message head;
    private @Nullable Connected on;
    private boolean closed;

    /** On a connection, or on the one there is when its first part is sent. */
    OutgoingStream(MessageSender sender, Message head, @Nullable Connected on) {
        this.sender = sender;
        this.head = head;
        this.on = on;
    }

    /** The id that all its parts bear. */
    public long id() {
        return head.id();
    }

    /** Sends a part; blocks while the peer takes nothing. */
    public void write(byte[] data) throws IOException {
        send(data, Message.PART);
    }

    /** Sends a part, in UTF-8. */
    public void write(String text) throws IOException {
        write(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Sends the last part, and with it the end of the stream. */
    public void finish(byte[] data) throws IOException {
        send(data, Message.LAST_PART);
        closed = true;
    }

    /** Sends an empty last part unless the stream is finished. */
    @Override
    public void close() throws IOException {
        if (!closed) {
            finish(new byte[0]);
        }
    }

    private void send(byte[] data, int stream) throws IOException {
        if (closed) {
            throw new IllegalStateException("the stream " + TypeNames.of(head.type()) + " is finished");
        }
        var bound = on;
        if (bound == null) {
            bound = sender.connected();
            on = bound;
        }
        sender.send(new Message(head.id(), head.type(), data, stream), bound);
    }
}
