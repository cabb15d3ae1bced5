package dev.weft.rpc;

import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import org.jspecify.annotations.Nullable;

/**
 * What is said to the client of a call: headers, responses and the last word, once; and why nothing can be said any more. For any thread.
 *
 * @param <R> the type of a response
 */
final class ResponseOutput<R> {
    private final String method;
    private final ServerCall<Object, Object> transport;
    private final Reporting reporting;
    /** What goes along with the first response, made when it leaves. */
    private final Supplier<Metadata> headers;
    private final Function<R, Object> encoder;
    /** Guards what follows, and is notified when sending may be possible again. */
    private final Object lock = new Object();
    @GuardedBy("lock")
    private @Nullable Thread thread;
    private volatile @Nullable RpcException failure;
    /** Nothing more may be said to the transport. */
    @GuardedBy("lock")
    private boolean closed;
    @GuardedBy("lock")
    private boolean headersSent;

    /** @param encoder makes a message's bytes; what it throws is the server's own mistake */
    ResponseOutput(String method, ServerCall<Object, Object> transport, Supplier<Metadata> headers, Function<R, Object> encoder) {
        this.method = method;
        this.transport = transport;
        this.reporting = new Reporting(transport, method);
        this.headers = headers;
        this.encoder = encoder;
    }

    /** The method starts on this thread, which a failure interrupts; false when the call has failed. */
    boolean begin(Thread starting) {
        synchronized (lock) {
            if (failure != null) {
                return false;
            }
            thread = starting;
        }
        return true;
    }

    /** The method's thread, once it has started. */
    @Nullable
    Thread thread() {
        synchronized (lock) {
            return thread;
        }
    }

    /** What has ended the call before its method did. */
    @Nullable
    RpcException failure() {
        return failure;
    }

    boolean isClosed() {
        synchronized (lock) {
            return closed;
        }
    }

    /** The transport may take more. */
    void ready() {
        synchronized (lock) {
            lock.notifyAll();
        }
    }

    /** The transport takes nothing any more. */
    void gone() {
        synchronized (lock) {
            closed = true;
            lock.notifyAll();
        }
    }

    /** Ends a call that is not let in. */
    void turnAway(RpcException why) {
        synchronized (lock) {
            if (!closed) {
                closed = true; // a drain may have found it, too
                reporting.end(why);
            }
        }
    }

    /** Ends the call, and interrupts its method; false when it had ended. With {@code tell} the client is told. */
    boolean fail(RpcException why, boolean tell) {
        synchronized (lock) {
            if (failure != null || closed) {
                return false;
            }
            failure = why;
            if (thread != null) {
                thread.interrupt();
            }
            if (tell) {
                closed = true;
                reporting.end(why);
            }
            lock.notifyAll();
        }
        return true;
    }

    /** Encodes what is not null; that it can't be is the server's own mistake. */
    Object encode(@Nullable R message) {
        return encoder.apply(Objects.requireNonNull(message, "null in place of a message"));
    }

    void send(Object encoded) {
        synchronized (lock) {
            awaitReady();
            sendHeadersOnce();
            transport.sendMessage(encoded);
        }
    }

    @GuardedBy("lock")
    private void awaitReady() {
        try {
            while (failure == null && !closed && !transport.isReady()) {
                lock.wait();
            }
        } catch (InterruptedException e) {
            throw interrupted();
        }
        var why = failure;
        if (why != null) {
            throw why;
        }
        if (closed) {
            throw new IllegalStateException(method + " has returned; nothing can be sent any more");
        }
    }

    @GuardedBy("lock")
    private void sendHeadersOnce() {
        if (!headersSent) {
            headersSent = true;
            reporting.headers(headers.get());
        }
    }

    /** A method that is interrupted while it waits for its client goes on only to its end. */
    RpcException interrupted() {
        Thread.currentThread().interrupt();
        var why = failure;
        return why != null ? why : new RpcException(Status.CANCELLED, "interrupted while waiting for the client of " + method);
    }

    void sendHeaders() {
        synchronized (lock) {
            if (!closed && failure == null) {
                sendHeadersOnce();
            }
        }
    }

    void compression(String name) {
        synchronized (lock) {
            if (headersSent) {
                throw new IllegalStateException("the headers of " + method + " have been sent; compression is chosen before");
            }
            transport.setCompression(name);
        }
    }

    void compress(boolean on) {
        synchronized (lock) {
            transport.setMessageCompression(on);
        }
    }

    /**
     * The last word to a client that is still there.
     *
     * @param outcome of the method; null is OK
     * @param answer the one response of a method that has one
     * @return the status with which the call has ended
     */
    Status end(@Nullable RpcException outcome, @Nullable Object answer, Supplier<Metadata> trailers) {
        synchronized (lock) {
            var failed = failure;
            var last = failed != null ? failed : outcome;
            if (failed == null && !closed) {
                closed = true;
                if (outcome == null) {
                    sendHeadersOnce();
                    if (answer != null) {
                        transport.sendMessage(answer);
                    }
                }
                reporting.end(outcome, trailers.get());
            }
            return last == null ? Status.OK : last.status();
        }
    }
}
