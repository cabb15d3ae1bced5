package dev.weft.message;

import java.io.IOException;
import java.net.ProtocolException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import dev.weft.net.TimeSource;
import org.jspecify.annotations.Nullable;

/**
 * The streams that come by one connection for hooks. Streams are told apart by their id and type. One whose hook has returned counts until its last
 * part has come, as its parts are still to be recognised. The reading thread adds and removes; any thread may break them off.
 */
final class OpenStreams {
    private final int most;
    private final TimeSource time;
    private final Map<Name, IncomingStream> streams = new ConcurrentHashMap<>(1);

    private record Name(long id, int type) {}

    OpenStreams(int most, TimeSource time) {
        this.most = most;
        this.time = time;
    }

    /** The stream that a message is a part of; null when it is the first part. */
    @Nullable
    IncomingStream of(Message m) {
        return streams.get(new Name(m.id(), m.type()));
    }

    /**
     * A stream that begins with this message.
     *
     * @throws ProtocolException when as many are open as may
     */
    IncomingStream begin(Message m) throws ProtocolException {
        if (streams.size() >= most) {
            throw new ProtocolException("too many open streams: at most " + most);
        }
        return new IncomingStream(m.id(), m.type(), time, () -> {});
    }

    /** A stream counts from now on. */
    void add(IncomingStream stream) {
        streams.put(new Name(stream.id(), stream.type()), stream);
    }

    /** Hands a part to its stream, waiting for room there; after its last part the stream does not count any more. */
    void offer(IncomingStream stream, Message m) throws IOException {
        if (stream.offer(m)) {
            streams.remove(new Name(m.id(), m.type()));
        }
    }

    /** They wait for no more parts, and the reading thread waits for no room in them. */
    void breakOff(IOException reason) {
        streams.values().forEach(s -> s.fail(reason));
    }
}
