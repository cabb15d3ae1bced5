package dev.weft.message;

import java.io.IOException;
import java.util.ArrayDeque;

import org.jspecify.annotations.Nullable;

/** What has come for hooks while a hook on the reading thread waits for a reply; bounded. For the reading thread. */
final class DeferredMessages {
    private static final int MOST = 1_024;
    private static final int MOST_BYTES = 4 << 20;

    private final ArrayDeque<Message> messages = new ArrayDeque<>(0);
    private int bytes;

    /** The oldest one; null when there is none. */
    @Nullable
    Message poll() {
        var m = messages.poll();
        if (m != null) {
            bytes -= m.data().length;
        }
        return m;
    }

    /** Whether one more may come. */
    boolean hasRoom() {
        return messages.size() < MOST && bytes <= MOST_BYTES;
    }

    /**
     * Keeps a message.
     *
     * @throws IOException when that was one too many; it is kept all the same
     */
    void add(Message m) throws IOException {
        messages.add(m);
        bytes += m.data().length;
        if (!hasRoom()) {
            throw new IOException("more than " + MOST + " messages, or " + MOST_BYTES
                    + " bytes, came while a hook waited for its reply: let the hook run beside the reader (onParallel)");
        }
    }
}
