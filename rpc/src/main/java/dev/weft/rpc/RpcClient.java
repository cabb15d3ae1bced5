package dev.weft.rpc;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import dev.weft.net.Address;
import dev.weft.net.DrainReport;
import dev.weft.net.LifeState;
import dev.weft.net.TimeSource;
import dev.weft.net.support.Moments;
import io.grpc.ClientCall;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;

/**
 * A channel to a gRPC server in any language, connected when first used, and again when the connection is lost; generated clients are made of one
 * (SPEC RPC-13).
 *
 * {@snippet :
 * try (var rpc = RpcClient.to("localhost", 50051).open()) {
 *     var routes = RouteGuide.client(rpc).with(CallOptions.within(Duration.ofSeconds(5)));
 *     IO.println(routes.getFeature(point).getName());
 * }
 * }
 *
 * <p>Many threads may call at once over its one connection. A call blocks its thread; an interrupt of that thread cancels the call, which then throws
 * {@link RpcException} with CANCELLED and leaves the interrupt set. A call made by a service's method is cancelled with the call that the method
 * serves, and inherits its deadline.
 */
public final class RpcClient implements AutoCloseable {
    /** The shortest silence before a ping; the transport would have it so without a word, and servers permit no more. */
    static final Duration LEAST_SILENCE = Duration.ofSeconds(10);

    private final ManagedChannel channel;
    private final List<ClientInterceptor> interceptors;
    private final int maxMessageSize;
    private final String target;
    private final MadeCalls running;
    private final ConcurrentHashMap<Called, MethodDescriptor<Object, Object>> descriptors = new ConcurrentHashMap<>();

    RpcClient(ManagedChannel channel, List<ClientInterceptor> interceptors, int maxMessageSize, String target, TimeSource time) {
        this.channel = channel;
        this.interceptors = interceptors;
        this.maxMessageSize = maxMessageSize;
        this.target = target;
        running = new MadeCalls(channel, "the client of " + target, time);
    }

    /**
     * To a host, by name or number; of a name's addresses the first that answers is used, unless {@link RpcClientBuilder#roundRobin} says otherwise.
     */
    public static RpcClientBuilder to(String host, int port) {
        return to(Address.of(host, port));
    }

    /** To a server on a Unix socket. */
    public static RpcClientBuilder unix(Path socket) {
        return to(Address.unix(socket));
    }

    /** To an address, or to one of several: the first that answers, unless {@link RpcClientBuilder#roundRobin} says otherwise. */
    public static RpcClientBuilder to(Address first, Address... others) {
        return new RpcClientBuilder(Stream.concat(Stream.of(first), Stream.of(others)).toList());
    }

    /**
     * Makes a call with one request and one response; for generated code.
     *
     * @throws RpcException when it ends with a status other than OK
     * @throws IllegalStateException when this client is closed
     */
    public <Q, R> R unary(RpcMethod<Q, R> method, CallOptions options, Q request) {
        try (var call = begin(method, MethodType.UNARY, options).exchange()) {
            call.send(request);
            call.finish();
            return only(method, call);
        }
    }

    /** Makes a call with one request and many responses; for generated code. To leave it early, close it. */
    public <Q, R> Incoming<R> serverStream(RpcMethod<Q, R> method, CallOptions options, Q request) {
        var begun = begin(method, MethodType.SERVER_STREAMING, options);
        var call = begun.exchange();
        try {
            call.send(request);
            call.finish();
        } catch (RpcException e) {
            if (!begun.isOver()) { // an interceptor's
                call.close();
                throw e;
            }
            // It has failed already, which is told where responses are waited for.
        } catch (Throwable t) {
            call.close();
            throw t;
        }
        return call;
    }

    /**
     * Makes a call with many requests, which the feed sends, and one response; for generated code. It returns when the server has answered, be it
     * before all is sent.
     *
     * @throws X what the feed throws; the call is cancelled
     */
    public <Q, R, X extends Exception> R clientStream(RpcMethod<Q, R> method, CallOptions options, Feed<Q, X> requests) throws X {
        var begun = begin(method, MethodType.CLIENT_STREAMING, options);
        try (var call = begun.exchange()) {
            try {
                requests.into(call);
                call.finish();
            } catch (RpcException e) {
                if (!begun.stopped(e)) {
                    throw e;
                }
            }
            return only(method, call);
        }
    }

    /** Begins a call with many of both; for generated code. */
    public <Q, R> Exchange<Q, R> exchange(RpcMethod<Q, R> method, CallOptions options) {
        return begin(method, MethodType.BIDI_STREAMING, options).exchange();
    }

    /** The one response of a method that has but one; waits for the status, too. */
    private static <R> R only(RpcMethod<?, R> method, Exchange<?, R> call) {
        R response;
        try {
            response = call.receive();
        } catch (NoSuchElementException e) {
            throw new RpcException(Status.INTERNAL, "the server has ended " + method.name() + " with OK, and without a response", e);
        }
        if (call.iterator().hasNext()) {
            throw new RpcException(Status.INTERNAL, "the server has answered " + method.name() + " more than once");
        }
        return response;
    }

    private IllegalStateException closed() {
        return new IllegalStateException("the client of " + target + " is closed");
    }

    private <Q, R> Begun<Q, R> begin(RpcMethod<Q, R> method, MethodType kind, CallOptions options) {
        if (running.isClosed()) {
            throw closed();
        }
        if (interceptors.isEmpty()) {
            var made = make(method, kind, options);
            return new Begun<>(made, List.of(made));
        }
        var made = new ArrayList<MadeCall<?, ?>>();
        return new Begun<>(around(0, kind, made).open(method, options), made);
    }

    /** A method, as it is called. */
    private record Called(RpcMethod<?, ?> method, MethodType kind) {}

    /** A call, as interceptors have it, and those that were made for it: an interceptor may make several. */
    private record Begun<Q, R>(Exchange<Q, R> exchange, List<MadeCall<?, ?>> made) {
        /** Whether it is no failure, but the server has had enough. */
        boolean stopped(RpcException e) {
            return made.stream().anyMatch(call -> call.stopped(e));
        }

        boolean isOver() {
            return made.stream().anyMatch(MadeCall::isOver);
        }
    }

    private ClientInterceptor.Calls around(int index, MethodType kind, List<MadeCall<?, ?>> all) {
        return new ClientInterceptor.Calls() {
            @Override
            public <Q, R> Exchange<Q, R> open(RpcMethod<Q, R> method, CallOptions options) {
                if (index < interceptors.size()) {
                    return interceptors.get(index).open(method, options, around(index + 1, kind, all));
                }
                var call = make(method, kind, options);
                all.add(call);
                return call;
            }
        };
    }

    private <Q, R> MadeCall<Q, R> make(RpcMethod<Q, R> method, MethodType kind, CallOptions options) {
        var transport = transport(descriptor(method, kind), transportOptions(options));
        var call = new MadeCall<>(method, kind, transport, options, maxMessageSize, running);
        if (!running.add(call)) {
            throw closed();
        }
        call.begin(options.headers().entries());
        return call;
    }

    /** The transport's call: a part of the call that is served here, if one is, also on threads that the serving one has forked. */
    private ClientCall<Object, Object> transport(MethodDescriptor<Object, Object> descriptor, io.grpc.CallOptions options) {
        if (!Call.CURRENT.isBound()) {
            return channel.newCall(descriptor, options);
        }
        var served = Call.CURRENT.get().context();
        var before = served.attach();
        try {
            return channel.newCall(descriptor, options);
        } finally {
            served.detach(before);
        }
    }

    private MethodDescriptor<Object, Object> descriptor(RpcMethod<?, ?> method, MethodType kind) {
        return descriptors.computeIfAbsent(new Called(method, kind), called -> Descriptors.called(called.method, called.kind));
    }

    private static io.grpc.CallOptions transportOptions(CallOptions options) {
        var all = io.grpc.CallOptions.DEFAULT;
        var deadline = options.deadline();
        if (deadline.isPresent()) {
            all = all.withDeadlineAfter(Moments.nanos(deadline.get()), TimeUnit.NANOSECONDS);
        }
        if (options.waitsForReady()) {
            all = all.withWaitForReady();
        }
        if (options.compression() != null) {
            all = all.withCompression(options.compression());
        }
        if (options.maxMessageSize() > 0) {
            all = all.withMaxInboundMessageSize(options.maxMessageSize());
        }
        return all;
    }

    /** Where it is in its life: RUNNING from the beginning, connected or not. */
    public LifeState state() {
        return running.life().state();
    }

    /** Whether a connection stands now. None does before the first call, and after {@link RpcClientBuilder#idleTimeout} without one. */
    public boolean connected() {
        return channel.getState(false) == ConnectivityState.READY;
    }

    /** Its counters, now. */
    public RpcClientStats stats() {
        return running.stats();
    }

    /**
     * Refuses new calls, lets those that run end until the limit, then cancels the rest, and closes the connections; there are none when it returns,
     * unless a server has not read for five seconds. The report counts calls: the cancelled ones are interrupted. The first drain wins: a later one,
     * or a close, waits for it and returns its report. An interrupt does not end the wait, and stays set.
     *
     * @param limit zero means no limit
     */
    public DrainReport drain(Duration limit) {
        return running.drain(Moments.checkLimit("drain", limit));
    }

    /** Waits until it has ended. An interrupt of this thread ends the wait, and stays set. */
    public void join() {
        running.life().join();
    }

    /**
     * As {@link #join()}, for so long at most.
     *
     * @param limit zero means no limit
     * @return false when it has not ended by then
     */
    public boolean join(Duration limit) {
        return running.life().join(limit);
    }

    /** A drain that waits for no call: those that run end with CANCELLED or, now and then, UNAVAILABLE. Idempotent. */
    @Override
    public void close() {
        running.close();
    }

    @Override
    public String toString() {
        return "rpc client of " + target;
    }
}
