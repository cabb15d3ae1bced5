package dev.weft.rpc;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import org.jspecify.annotations.Nullable;

/**
 * A call that ended with a status other than OK: thrown by a service to choose it, and by a client to tell it (SPEC RPC-6, RPC-7).
 *
 * <p>One that a service gets from a call of its own and does not catch ends the call that it serves in the same way.
 */
public final class RpcException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final Status status;
    private final transient Metadata trailers;
    private final transient List<Any> details;

    /** With a status, and a text for people which the other side is shown. */
    public RpcException(Status status, String message) {
        this(status, message, null, new Metadata(), List.of());
    }

    /** As it says; the cause stays on this side. */
    public RpcException(Status status, String message, Throwable cause) {
        this(status, message, cause, new Metadata(), List.of());
    }

    RpcException(Status status, String message, @Nullable Throwable cause, Metadata trailers, List<Any> details) {
        super(message, cause);
        if (status == Status.OK) {
            throw new IllegalArgumentException("a call that ended with OK has not failed");
        }
        this.status = status;
        this.trailers = trailers;
        this.details = details;
    }

    /** What kind of failure it is. */
    public Status status() {
        return status;
    }

    /** What goes, or came, with the status; a service may add to it before it throws. */
    public Metadata trailers() {
        return trailers;
    }

    /**
     * The same with one more detail, such as {@code google.rpc.BadRequest}: gRPC's richer error model, which sends them in the trailer
     * {@code grpc-status-details-bin}.
     */
    public RpcException detail(Message detail) {
        var more = new ArrayList<>(details);
        more.add(Any.pack(detail));
        var same = new RpcException(status, message(), getCause(), trailers, List.copyOf(more));
        same.setStackTrace(getStackTrace());
        return same;
    }

    /** All details, in their order. */
    public List<Any> details() {
        return details;
    }

    /**
     * The first detail of a type; empty when there is none, or it can't be read.
     *
     */
    public <M extends Message> Optional<M> detail(Class<M> type) {
        for (var detail : details) {
            if (detail.is(type)) {
                try {
                    return Optional.of(detail.unpack(type));
                } catch (InvalidProtocolBufferException e) {
                    return Optional.empty();
                }
            }
        }
        return Optional.empty();
    }

    /** The text for people; never null. */
    String message() {
        var message = getMessage();
        return message == null ? "" : message;
    }

    @Override
    @SuppressWarnings("OverrideThrowableToString") // the message is what the other side is shown, or showed
    public String toString() {
        return getClass().getName() + ": " + status + ": " + message();
    }
}
