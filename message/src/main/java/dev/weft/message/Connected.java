package dev.weft.message;

import java.io.IOException;
import java.util.Objects;

import dev.weft.net.Connection;
import dev.weft.net.Frames;
import dev.weft.net.Framing;
import org.jspecify.annotations.Nullable;

/**
 * One connection, seen as messages, and the requests that were made on it. A request belongs to one connection: it is written to no other,
 * and a reply that comes by another is not its reply.
 */
final class Connected {
    private final Connection connection;
    private final Frames<Message> frames;
    private volatile @Nullable Replies replies;
    /** Why no reply can come any more. */
    private @Nullable IOException over;

    Connected(Connection connection, Framing<Message> framing) {
        this.connection = connection;
        frames = connection.frames(framing);
    }

    Connection connection() {
        return connection;
    }

    Frames<Message> frames() {
        return frames;
    }

    /** The replies that are waited for; null as long as nobody has asked for any. */
    @Nullable
    Replies replies() {
        return replies;
    }

    /** From now on the reply of this id is waited for. False when no reply can come by this connection: then nothing must be sent. */
    boolean await(long id, Replies.Waiting who) {
        var there = replies;
        return (there == null ? made() : there).await(id, who);
    }

    /** The reply of this id is not waited for any more. */
    void giveUp(long id) {
        Objects.requireNonNull(replies, "nobody has waited here").giveUp(id);
    }

    private synchronized Replies made() {
        var there = replies;
        if (there == null) {
            there = new Replies();
            if (over != null) {
                there.fail(over);
            }
            replies = there;
        }
        return there;
    }

    /** No reply comes any more: requests that wait fail, and none is accepted. The first reason counts. */
    void end(IOException reason) {
        Replies there;
        synchronized (this) {
            if (over != null) {
                return;
            }
            over = reason;
            there = replies;
        }
        if (there != null) {
            there.fail(reason);
        }
    }
}
