package dev.weft.rpc;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import org.jspecify.annotations.Nullable;

/**
 * One call at the client. The transport tells it what comes, on threads of its own that never wait here; the caller's thread waits.
 *
 * @param <Q> the type of a request
 * @param <R> the type of a response
 */
final class MadeCall<Q, R> extends Reading<R> implements Exchange<Q, R> {
    private static final String LOCALLY = "Locally cancelled by application!";

    private final RpcMethod<Q, R> method;
    private final MethodType kind;
    private final ClientCall<Object, Object> transport;
    private final @Nullable Reply reply;
    /** Those of its client that are not over. */
    private final MadeCalls calls;
    private final Mailbox<Object> responses;
    /** Is notified when sending may be possible again. */
    private final Object lock = new Object();
    @GuardedBy("lock")
    private boolean finished;
    @GuardedBy("lock")
    private boolean over;
    @GuardedBy("lock")
    private @Nullable RpcException failure;
    @GuardedBy("lock")
    private @Nullable RpcException stop;

    MadeCall(RpcMethod<Q, R> method, MethodType kind, ClientCall<Object, Object> transport, CallOptions options, int maxMessageSize,
            MadeCalls calls) {
        this.method = method;
        this.kind = kind;
        this.transport = transport;
        this.calls = calls;
        reply = options.reply();
        responses = new Mailbox<>(transport::request, options.maxMessageSize() > 0 ? options.maxMessageSize() : maxMessageSize);
    }

    void begin(Metadata headers) {
        if (reply != null) {
            reply.begin();
        }
        synchronized (lock) {
            if (failure != null) {
                return; // its client was closed
            }
            transport.start(new Listener(), headers);
        }
        responses.open();
    }

    private final class Listener extends ClientCall.Listener<Object> {
        @Override
        public void onHeaders(Metadata headers) {
            if (reply != null) {
                reply.headers(headers);
            }
        }

        @Override
        public void onMessage(Object message) {
            if (message instanceof Descriptors.Malformed malformed) {
                fail(malformed.why(), false);
            } else {
                responses.put(message);
            }
        }

        @Override
        public void onReady() {
            synchronized (lock) {
                lock.notifyAll();
            }
        }

        @Override
        public void onClose(io.grpc.Status status, Metadata trailers) {
            if (reply != null) {
                reply.trailers(trailers);
            }
            RpcException why = null;
            synchronized (lock) {
                over = true;
                if (failure != null) {
                    why = failure;
                } else if (!status.isOk()) {
                    why = failure = Statuses.exception(status, trailers);
                }
                lock.notifyAll();
            }
            calls.ended(MadeCall.this, why == null);
            if (why == null) {
                responses.finish();
            } else {
                responses.fail(why);
            }
        }
    }

    @Override
    public void send(Q message) {
        var encoded = Descriptors.encode(method.request(), message);
        synchronized (lock) {
            if (finished) {
                throw new IllegalStateException("the requests of " + method.name() + " are finished; nothing can be sent any more");
            }
            awaitReady();
            transport.sendMessage(encoded);
        }
    }

    @Override
    public void compress(boolean on) {
        synchronized (lock) {
            transport.setMessageCompression(on);
        }
    }

    @GuardedBy("lock")
    private void awaitReady() {
        try {
            while (!over && failure == null && !kind.clientSendsOneMessage() && !transport.isReady()) {
                lock.wait();
            }
        } catch (InterruptedException e) {
            throw interrupted();
        }
        if (failure != null) {
            throw told(failure);
        }
        if (over) {
            stop = new RpcException(Status.CANCELLED, "the server has ended " + method.name() + " with OK; nothing can be sent any more");
            throw stop;
        }
    }

    /** Whether it has ended, however. */
    boolean isOver() {
        synchronized (lock) {
            return over || failure != null;
        }
    }

    /** Whether this is what {@link #send} threw when the server had ended the call well. */
    boolean stopped(RpcException e) {
        synchronized (lock) {
            return e == stop;
        }
    }

    @Override
    public void finish() {
        synchronized (lock) {
            if (!finished && !over && failure == null) {
                finished = true;
                transport.halfClose();
            }
        }
    }

    @Override
    @Nullable
    @SuppressWarnings("unchecked") // the codec's own type
    R next() {
        try {
            var came = responses.take();
            if (reply != null && came != null) {
                reply.compressed(came instanceof Descriptors.Unpacked);
            }
            return (R) (came instanceof Descriptors.Unpacked unpacked ? unpacked.message() : came);
        } catch (InterruptedException e) {
            throw interrupted();
        } catch (RpcException e) {
            throw told(e);
        }
    }

    /** The failure as this thread sees it: with the stack of the thread that waited. */
    private static RpcException told(RpcException why) {
        return new RpcException(why.status(), why.message(), why.getCause(), why.trailers(), why.details());
    }

    private RpcException interrupted() {
        Thread.currentThread().interrupt();
        var why = new RpcException(Status.CANCELLED, "interrupted while waiting for " + method.name());
        cancel(why);
        return why;
    }

    @Override
    public void close() {
        if (!isOver()) {
            cancel(new RpcException(Status.CANCELLED, LOCALLY));
        }
    }

    /** Ends a call that is not over, for this reason; nothing more is received. */
    void cancel(RpcException why) {
        fail(why, true);
    }

    private void fail(RpcException why, boolean atOnce) {
        synchronized (lock) {
            if (over || failure != null) {
                return;
            }
            failure = why;
            lock.notifyAll();
        }
        calls.ended(this, false);
        if (atOnce) {
            responses.abort(why);
        } else {
            responses.fail(why);
        }
        transport.cancel(why.message(), why);
    }
}
