package dev.weft.net;

import java.io.IOException;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * The class form of a {@link MessageHandler}: one object a connection, whose fields are what it remembers of it; setup, handle for each message,
 * finish. Give the server the class, not an object.
 *
 * {@snippet :
 * static final class Counter extends MessageRequestHandler<String> {
 *     private int lines;
 *
 *     Counter() {
 *         super(Framing.lines());
 *     }
 *
 *     @Override
 *     protected void handle(String line) throws IOException {
 *         write(++lines + ": " + line);
 *     }
 * }
 *
 * void main() throws IOException {
 *     Server.tcp(9999).serve(Counter.class);
 * }
 * }
 *
 * <p>The three methods of one object never run at the same time, and each sees what those before it have done. All that is said of the threads of a
 * {@link MessageHandler} holds here too.
 *
 * @param <T> the type of a message
 */
public abstract class MessageRequestHandler<T> implements Handler, ServesOnce {
    private final Framing<T> framing;
    private @Nullable ConnectionMessages<T> messages;

    /** For subclasses: how the connection's bytes are messages. */
    protected MessageRequestHandler(Framing<T> framing) {
        this.framing = Objects.requireNonNull(framing);
    }

    /** The connection this object serves; its server is {@code Server.current()}. */
    protected final Connection connection() {
        return messages().connection();
    }

    /** Writes one message to the connection. */
    protected final void write(T message) throws IOException {
        messages().write(message);
    }

    ConnectionMessages<T> messages() {
        if (messages == null) {
            throw new IllegalStateException("there is no connection before setup()");
        }
        return messages;
    }

    /** Before the first message; when it throws, neither handle nor finish runs. */
    protected void setup() throws Exception {}

    /** Handles one message. */
    protected abstract void handle(T message) throws Exception;

    /** After the last message, also when a message's handler threw; the connection may be closed already. */
    protected void finish() throws Exception {}

    /** Takes the connection, and sets up. */
    final void begin(Connection c) throws Exception {
        if (messages != null) {
            throw new IllegalStateException(getClass().getSimpleName() + " serves one connection: give the server the class, not an object");
        }
        messages = new ConnectionMessages<>(c, framing);
        setup();
    }

    /**
     * Serves the connection: sets up, handles its messages, finishes.
     *
     * @throws IllegalStateException if this object has served before
     */
    @Override
    public final void handle(Connection c) throws Exception {
        begin(c);
        try {
            messages().each(this::handle);
        } finally {
            finish();
        }
    }
}
