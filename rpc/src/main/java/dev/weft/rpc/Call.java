package dev.weft.rpc;

import java.net.SocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSession;

import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.Grpc;
import org.jspecify.annotations.Nullable;

/**
 * The call that is served on this thread: who calls, how long there is, what goes along with the messages (SPEC RPC-6).
 *
 * <p>What it tells may be asked by any thread; what it changes is the business of the call's own, before the first response leaves, but for
 * {@link #trailers}.
 */
public final class Call {
    static final ScopedValue<Call> CURRENT = ScopedValue.newInstance();

    private final ServedCall<?, ?> served;
    private final Metadata headers;
    private @Nullable Metadata responseHeaders;
    private @Nullable Metadata trailers;
    private volatile boolean compressed;

    Call(ServedCall<?, ?> served, io.grpc.Metadata headers) {
        this.served = served;
        this.headers = new Metadata(headers);
    }

    /**
     * The one that is served on this thread, or by the method that forked it in a structured task scope.
     *
     * @throws IllegalStateException elsewhere
     */
    public static Call current() {
        if (!CURRENT.isBound()) {
            throw new IllegalStateException("no call is being served on thread " + Thread.currentThread().getName());
        }
        return CURRENT.get();
    }

    static boolean isServedBy(Serving server) {
        return CURRENT.isBound() && CURRENT.get().served.server() == server;
    }

    /** The method's full name: {@code routeguide.RouteGuide/GetFeature}. */
    public String method() {
        return served.method();
    }

    /** Who calls, as gRPC writes it: {@code ipv4:127.0.0.1:43684}, {@code ipv6:[::1]:43684}, {@code unix:} or {@code memory:NAME}. */
    public String peer() {
        return Peers.text(remote());
    }

    @Nullable
    SocketAddress remote() {
        return served.transport().getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
    }

    /** The session of a call over TLS, with the certificates of a client that showed some; empty without TLS. */
    public Optional<SSLSession> tls() {
        return Optional.ofNullable(served.transport().getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION));
    }

    /** What is left until the client gives up; zero when it has; empty when it waits without end. */
    public Optional<Duration> timeRemaining() {
        var deadline = deadline();
        return deadline == null ? Optional.empty() : Optional.of(Duration.ofNanos(Math.max(0, deadline.timeRemaining(TimeUnit.NANOSECONDS))));
    }

    Context context() {
        return served.context();
    }

    @Nullable
    Deadline deadline() {
        return served.deadline();
    }

    /**
     * Gives the call no longer than this from now: past it the client is told DEADLINE_EXCEEDED, and this thread is interrupted. One that is
     * sooner stays in force.
     */
    public void limit(Duration time) {
        served.limit(time);
    }

    /**
     * Whether nobody waits for the outcome any more: cancelled, past its deadline, its connection lost. Its thread has been interrupted then. Virtual
     * threads are not time-sliced, so a method that computes for long does well to ask now and then: it lets others run, too.
     */
    public boolean cancelled() {
        if (Thread.currentThread().isVirtual()) {
            Thread.yield();
        }
        return served.responses().failure() != null;
    }

    /** What came with the call. */
    public Metadata headers() {
        return headers;
    }

    /** Sent with the first response. */
    public Metadata responseHeaders() {
        if (responseHeaders == null) {
            responseHeaders = new Metadata();
        }
        return responseHeaders;
    }

    /**
     * Fixes the headers and, where many responses may follow, sends them now; once. With the one response of a method that has but one they leave
     * together.
     */
    public void sendHeaders() {
        served.responses().sendHeaders();
    }

    /** Sent with the status. */
    public Metadata trailers() {
        if (trailers == null) {
            trailers = new Metadata();
        }
        return trailers;
    }

    /**
     * Compresses the responses, where the client understands it: {@code gzip}, or {@code identity} for not at all.
     *
     * @throws IllegalArgumentException when it is not known here
     * @throws IllegalStateException when the headers have been sent
     */
    public void compression(String name) {
        served.responses().compression(name);
    }

    /** Whether the request that was received last came compressed. */
    public boolean compressed() {
        return compressed;
    }

    void compressed(boolean was) {
        compressed = was;
    }

    /**
     * Ends the call with this status once the method returns, whatever it returns: the response of a method that has but one is dropped unless
     * the status is OK (SPEC RPC-7).
     */
    public void status(Status status, String message) {
        served.status(status, message);
    }

    /** Ends the call at once: {@code throw call.abort(Status.NOT_FOUND, "...")}; it never returns. */
    public RpcException abort(Status status, String message) {
        throw new RpcException(status, message);
    }

    io.grpc.Metadata sentHeaders() {
        return responseHeaders == null ? new io.grpc.Metadata() : responseHeaders.entries();
    }

    io.grpc.Metadata sentTrailers() {
        return trailers == null ? new io.grpc.Metadata() : trailers.entries();
    }

    @Override
    public String toString() {
        return method() + " from " + peer();
    }
}
