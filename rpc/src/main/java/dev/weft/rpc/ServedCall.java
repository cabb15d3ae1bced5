package dev.weft.rpc;

import java.time.Duration;

import dev.weft.net.support.Moments;
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
    private final Context context;
    private final Call call;
    private final long began;
    private final RequestInput<Q> requests;
    private final ResponseOutput<R> responses;
    private volatile @Nullable CallLimit limit;
    private @Nullable R held;
    private boolean answered;
    private @Nullable Object answer;
    private @Nullable RpcException chosen;

    ServedCall(ServedMethod<Q, R> method, ServerCall<Object, Object> transport, io.grpc.Metadata headers) {
        this.method = method;
        this.transport = transport;
        context = Context.current();
        call = new Call(this, headers);
        began = method.server().time().nanoTime();
        responses = new ResponseOutput<>(method.name(), transport, call::sentHeaders, method.encoder());
        requests = method.kind().clientSendsOneMessage()
                ? RequestInput.one(method.name(), responses::interrupted, call::compressed)
                : RequestInput.many(method.name(), responses::interrupted, call::compressed, transport::request, method.server().maxMessageSize());
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

    Duration age() {
        return Moments.since(method.server().time(), began);
    }

    @Nullable
    Thread thread() {
        return responses.thread();
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
        if (!responses.begin(starting)) {
            return false;
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
        responses.ready();
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
        if (!responses.isClosed()) { // the transport has ended it by itself
            fail(new RpcException(Status.UNKNOWN, "the transport has ended " + method()), false);
        }
        responses.gone();
        method.server().delivered();
    }

    /** It is not let in. */
    void turnAway(RpcException why) {
        responses.turnAway(why);
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

    private void timeOver(Duration time) {
        fail(new RpcException(Status.DEADLINE_EXCEEDED, "the time that the server gives " + method() + " is over: " + time), true);
    }

    /** Ends it, with what the client is told if it still listens; a method that runs is interrupted. */
    private void fail(RpcException why, boolean tell) {
        if (responses.fail(why, tell)) {
            requests.abort(why);
            if (responses.thread() == null) { // none starts any more
                method.server().abandon(this);
            }
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
        var cancelled = responses.failure();
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
        var limited = limit;
        if (limited != null) {
            limited.clear();
        }
        var status = responses.end(outcome, answer, call::sentTrailers);
        Thread.interrupted(); // an observer of the end may wait for a disk
        method.server().ended(call, status, age());
    }

    RequestInput<Q> requests() {
        return requests;
    }

    @Override
    public void send(R message) {
        if (method.kind().serverSendsOneMessage()) {
            held = message;
            answered = true;
            return;
        }
        responses.send(encode(message));
    }

    /** The message's bytes; that there are none is the server's own mistake. */
    private Object encode(@Nullable R message) {
        try {
            return responses.encode(message);
        } catch (RuntimeException e) {
            method.server().failed(call, e);
            throw new RpcException(Status.INTERNAL, "a response of " + method() + " can't be encoded", e);
        }
    }

    @Override
    public void compress(boolean on) {
        responses.compress(on);
    }

    ResponseOutput<R> responses() {
        return responses;
    }

    void status(Status status, String message) {
        chosen = status == Status.OK ? null : new RpcException(status, message);
    }

    @Nullable
    Deadline deadline() {
        var limited = limit;
        return limited == null ? context.getDeadline() : limited.deadline(context.getDeadline());
    }

    void limit(Duration time) {
        CallLimit limited;
        synchronized (this) { // few calls have one
            limited = limit;
            if (limited == null) {
                limited = limit = new CallLimit(method.server().time(), this::timeOver);
            }
        }
        limited.set(time);
    }

    @Override
    public String toString() {
        return call.toString();
    }
}
