package dev.weft.rpc;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.ServerCall;
import org.jspecify.annotations.Nullable;

/**
 * One call at the server. The transport tells it what comes, on threads of its own that never wait here; the service's method runs on a virtual
 * thread.
 *
 * @param <Q> the type of a request
 * @param <R> the type of a response
 */
final class ServedCall<Q, R> extends ServerCall.Listener<Object> implements Runnable, Outgoing<R> {
    private final ServedMethod<Q, R> method;
    private final ServerCall<Object, Object> transport;
    private final Reporting reporting;
    private final Context context;
    private final Call call;
    private final long began = System.nanoTime();
    private final Requests<Q> requests;
    private @Nullable R held;
    private boolean answered;
    private @Nullable Object answer;
    private boolean headersSent;
    private @Nullable RpcException chosen;
    private @Nullable Future<?> limit;
    /** Guards what follows, and is notified when sending may be possible again. */
    private final Object lock = new Object();
    private @Nullable Thread thread;
    private volatile @Nullable RpcException failure;
    /** Nothing more may be said to the transport. */
    private boolean closed;
    private @Nullable Deadline own;

    ServedCall(ServedMethod<Q, R> method, ServerCall<Object, Object> transport, io.grpc.Metadata headers) {
        this.method = method;
        this.transport = transport;
        reporting = new Reporting(transport, method.name());
        context = Context.current();
        call = new Call(this, headers);
        requests = new Requests<>(this, method.kind().clientSendsOneMessage(), transport::request, method.server().maxMessageSize());
    }

    Serving server() {
        return method.server();
    }

    String method() {
        return method.name();
    }

    Call call() {
        return call;
    }

    ServerCall<?, ?> transport() {
        return transport;
    }

    Context context() {
        return context;
    }

    long ageNanos() {
        return System.nanoTime() - began;
    }

    @Nullable
    Thread thread() {
        synchronized (lock) {
            return thread;
        }
    }

    /** Asks for what there is to come; a method that takes many requests starts. */
    void begin() {
        if (requests.areMany()) {
            start();
        } else {
            transport.request(2); // a second one would be against the protocol, and must be seen
        }
    }

    private void start() {
        method.server().start(this);
    }

    /** It is its turn; false when it is over. */
    boolean launch() {
        var starting = method.thread(this);
        synchronized (lock) {
            if (failure != null) {
                return false;
            }
            thread = starting;
        }
        starting.start();
        return true;
    }

    // What the transport tells.

    @Override
    public void onMessage(Object message) {
        if (message instanceof Descriptors.Malformed malformed) {
            refuse(malformed.why());
        } else if (!requests.put(message)) {
            refuse(new RpcException(Status.INTERNAL, "Too many requests: " + method() + " takes one"));
        }
    }

    @Override
    public void onHalfClose() {
        if (!requests.finish()) {
            refuse(new RpcException(Status.INTERNAL, "Half-closed without a request: " + method() + " takes one"));
        } else if (!requests.areMany()) {
            start();
        }
    }

    @Override
    public void onReady() {
        synchronized (lock) {
            lock.notifyAll();
        }
    }

    @Override
    public void onCancel() {
        var deadline = context.getDeadline();
        fail(deadline != null && deadline.isExpired() ? new RpcException(Status.DEADLINE_EXCEEDED, "the deadline of " + method() + " has passed")
                : new RpcException(Status.CANCELLED, "the client has cancelled " + method() + ", or is gone"), false);
        method.server().delivered();
    }

    @Override
    public void onComplete() {
        if (!isClosed()) { // the transport has ended it by itself
            fail(new RpcException(Status.UNKNOWN, "the transport has ended " + method()), false);
        }
        synchronized (lock) {
            closed = true;
            lock.notifyAll();
        }
        method.server().delivered();
    }

    private boolean isClosed() {
        synchronized (lock) {
            return closed;
        }
    }

    /** It is not let in. */
    void turnAway(RpcException why) {
        synchronized (lock) {
            if (!closed) {
                closed = true; // a drain may have found it, too
                reporting.end(why);
            }
        }
    }

    /** Whether its one request is not here yet. */
    boolean isSilent() {
        return requests.isSilent();
    }

    /** The request does not come. */
    void giveUp(Duration waited) {
        fail(new RpcException(Status.DEADLINE_EXCEEDED, "the request of " + method() + " did not come in " + waited), true);
    }

    /** The client breaks the protocol. */
    private void refuse(RpcException why) {
        fail(why, true);
    }

    /** The server ends it: it is being closed. */
    void cancel() {
        fail(new RpcException(Status.UNAVAILABLE, "Cancelling all calls"), true);
    }

    /** Ends it, with what the client is told if it still listens; a method that runs is interrupted. */
    private void fail(RpcException why, boolean tell) {
        Thread running;
        synchronized (lock) {
            if (failure != null || closed) {
                return;
            }
            failure = why;
            running = thread;
            if (running != null) {
                running.interrupt();
            }
            if (tell) {
                closed = true;
                reporting.end(why);
            }
            lock.notifyAll();
        }
        requests.abort(why);
        if (running == null) {
            method.server().abandon(this);
        }
    }

    // What the method runs on.

    @Override
    public void run() {
        ScopedValue.where(Call.CURRENT, call).run(() -> context.run(this::serve));
    }

    private void serve() {
        RpcException outcome;
        try {
            method.server().started(call);
            requests.open(); // not before: those that wait for their turn hold no messages
            method.serve(this);
            outcome = chosen;
            if (outcome == null && method.kind().serverSendsOneMessage()) {
                answer = encode(answered());
            }
        } catch (RpcException e) {
            outcome = e;
        } catch (Throwable t) {
            outcome = failed(t);
        }
        end(outcome);
    }

    private @Nullable R answered() {
        if (!answered) {
            throw new IllegalStateException(method() + " has not answered: an interceptor did not run it, or threw its failure away");
        }
        return held;
    }

    private RpcException failed(Throwable t) {
        var cancelled = failure;
        if (cancelled != null) {
            return cancelled; // what an interrupt threw says nothing new
        }
        method.server().failed(call, t);
        var what = method.kind().serverSendsOneMessage() ? "Exception calling application" : "Exception iterating responses";
        return new RpcException(Status.UNKNOWN, method.server().showsFailures() ? what + ": " + t.getMessage() : what);
    }

    private void end(@Nullable RpcException outcome) {
        method.server().remove(this);
        method.server().next();
        Status status;
        synchronized (lock) {
            if (limit != null) {
                limit.cancel(false);
            }
            var last = failure != null ? failure : outcome;
            status = last == null ? Status.OK : last.status();
            if (failure == null && !closed) {
                closed = true;
                close(last);
            }
        }
        Thread.interrupted(); // whoever is told of the end may wait for a disk
        method.server().ended(call, status, Duration.ofNanos(ageNanos()));
    }

    /** Says the last word to a client that is still there. */
    private void close(@Nullable RpcException outcome) {
        if (outcome == null) {
            if (!headersSent) {
                reporting.headers(call.sentHeaders());
            }
            if (answer != null) {
                transport.sendMessage(answer);
            }
        }
        reporting.end(outcome, call.sentTrailers());
    }

    Requests<Q> requests() {
        return requests;
    }

    /** A method that is interrupted while it waits here goes on only to its end. */
    RpcException interrupted() {
        Thread.currentThread().interrupt();
        var why = failure;
        return why != null ? why : new RpcException(Status.CANCELLED, "interrupted while waiting for the client of " + method());
    }

    @Override
    public void send(R message) {
        if (method.kind().serverSendsOneMessage()) {
            held = message;
            answered = true;
            return;
        }
        var encoded = encode(message);
        synchronized (lock) {
            awaitReady();
            if (!headersSent) {
                headersSent = true;
                reporting.headers(call.sentHeaders());
            }
            transport.sendMessage(encoded);
        }
    }

    /** The message's bytes; that there are none is the server's own mistake, whoever made it. */
    private Object encode(@Nullable R message) {
        try {
            return method.encode(Objects.requireNonNull(message, "null in place of a message"));
        } catch (RuntimeException e) {
            method.server().failed(call, e);
            throw new RpcException(Status.INTERNAL, "a response of " + method() + " can't be encoded", e);
        }
    }

    private void awaitReady() {
        try {
            while (failure == null && !closed && !transport.isReady()) {
                lock.wait();
            }
        } catch (InterruptedException e) {
            throw interrupted();
        }
        if (failure != null) {
            throw failure;
        }
        if (closed) {
            throw new IllegalStateException(method() + " has returned; nothing can be sent any more");
        }
    }

    void sendHeaders() {
        synchronized (lock) {
            if (!headersSent && !closed && failure == null) {
                headersSent = true;
                reporting.headers(call.sentHeaders());
            }
        }
    }

    void compression(String name) {
        synchronized (lock) {
            if (headersSent) {
                throw new IllegalStateException("the headers of " + method() + " have been sent; compression is chosen before");
            }
            transport.setCompression(name);
        }
    }

    @Override
    public void compress(boolean on) {
        synchronized (lock) {
            transport.setMessageCompression(on);
        }
    }

    void status(Status status, String message) {
        chosen = status == Status.OK ? null : new RpcException(status, message);
    }

    @Nullable
    RpcException failure() {
        return failure;
    }

    @Nullable
    Deadline deadline() {
        var clients = context.getDeadline();
        synchronized (lock) {
            return own == null ? clients : clients == null ? own : own.minimum(clients);
        }
    }

    void limit(Duration time) {
        synchronized (lock) {
            var limited = Deadline.after(Nanos.of(time), TimeUnit.NANOSECONDS);
            if (failure != null || (own != null && own.isBefore(limited))) {
                return;
            }
            own = limited;
            if (limit != null) {
                limit.cancel(false);
            }
            limit = ForkJoinPool.commonPool().schedule(() -> fail(new RpcException(Status.DEADLINE_EXCEEDED,
                    "the time that the server gives " + method() + " is over: " + time), true), Nanos.of(time), TimeUnit.NANOSECONDS);
        }
    }

    @Override
    public String toString() {
        return call.toString();
    }
}
