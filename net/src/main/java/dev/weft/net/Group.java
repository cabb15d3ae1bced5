package dev.weft.net;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import dev.weft.net.spi.ArrayCodec;
import dev.weft.net.wire.EncodeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Connections that get the same messages; a connection that ends has left. For any number of threads.
 *
 * <p>A message is encoded once. It waits behind each member's own writes, in that member's {@link Outbox}; where the socket takes it at
 * once it leaves on the sender's thread, else a thread of the member's own carries on. So, but for {@link Outbox#blocking}, one slow or dead
 * member delays no other. Messages of one sender reach every member in their order.
 *
 * @param <T> the type of a message
 */
public final class Group<T> {
    private final ConcurrentHashMap<Connection, Member> members = new ConcurrentHashMap<>();
    private final Framing<T> framing;
    private final @Nullable ArrayCodec<T> direct;
    private final Outbox outbox;

    /** A group whose members may fall 1,024 messages or 1 MiB behind, then are disconnected. */
    public Group(Framing<T> framing) {
        this(framing, Outbox.disconnecting(1_024));
    }

    /** A group with an outbox of one's own. */
    public Group(Framing<T> framing, Outbox outbox) {
        this.framing = framing;
        direct = ArrayCodecs.of(framing);
        this.outbox = outbox;
    }

    /** False when it already is a member. */
    public boolean join(Connection c) {
        var member = new Member(c.core(), outbox, () -> leave(c));
        if (members.putIfAbsent(c, member) != null) {
            return false;
        }
        member.joined();
        return true;
    }

    /** False when it was no member. What waits for it already is still sent. */
    public boolean leave(Connection c) {
        var member = members.remove(c);
        if (member != null) {
            member.left();
        }
        return member != null;
    }

    /** Encodes once, hands it to every member, and blocks only under {@link Outbox#blocking}. */
    public void send(T message) {
        send(message, null);
    }

    /** As send, to everybody but one. */
    public void sendExcept(Connection c, T message) {
        send(message, c);
    }

    /** As send, to one member; false when it is none. */
    public boolean sendTo(Connection c, T message) {
        var member = members.get(c);
        if (member != null) {
            member.offer(encode(message));
        }
        return member != null;
    }

    /** A snapshot. */
    public Set<Connection> members() {
        return Set.copyOf(members.keySet());
    }

    private void send(T message, @Nullable Connection except) {
        var bytes = encode(message);
        members.forEach((connection, member) -> {
            if (connection != except) {
                member.offer(bytes);
            }
        });
    }

    private byte[] encode(T message) {
        var buffer = new EncodeBuffer();
        try {
            Frames.encode(framing, direct, message, buffer);
            return buffer.toBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("the framing could not write a message", e);
        } finally {
            buffer.release();
        }
    }
}
