package dev.weft.message;

import java.net.ProtocolException;

/**
 * A frame came whole, and its body is no message (SPEC PR-W11). The next frame can be read.
 *
 * <p>What can't be got over, a length above the limit for example, is a plain {@link ProtocolException}.
 */
public final class MalformedMessageException extends ProtocolException {
    private static final long serialVersionUID = 1;

    MalformedMessageException(String message, Throwable cause) {
        super(message);
        initCause(cause);
    }
}
