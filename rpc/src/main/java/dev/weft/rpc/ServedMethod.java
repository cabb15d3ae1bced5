package dev.weft.rpc;

import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.function.Function;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerMethodDefinition;

/**
 * One method of a service: makes a {@link ServedCall} of each call, or turns it away.
 *
 * @param <Q> the type of a request
 * @param <R> the type of a response
 */
final class ServedMethod<Q, R> implements ServerCallHandler<Object, Object> {
    private final Entry<Q, R> entry;
    private final Serving server;
    private final ThreadFactory threads;
    private final Function<R, Object> encoder;

    ServedMethod(Entry<Q, R> entry, Serving server) {
        this.entry = entry;
        this.server = server;
        encoder = message -> Descriptors.encode(entry.method().response(), message);
        threads = Thread.ofVirtual().name(entry.method().name()).inheritInheritableThreadLocals(false).factory();
    }

    ServerMethodDefinition<Object, Object> definition() {
        return ServerMethodDefinition.create(Descriptors.served(entry.method(), entry.kind()), this);
    }

    @Override
    public ServerCall.Listener<Object> startCall(ServerCall<Object, Object> transport, Metadata headers) {
        var served = new ServedCall<>(this, transport, headers);
        var refusal = server.admit(served);
        if (refusal != null) {
            served.turnAway(refusal);
            return new ServerCall.Listener<>() {};
        }
        served.begin();
        return served;
    }

    String name() {
        return entry.method().name();
    }

    MethodType kind() {
        return entry.kind();
    }

    Serving server() {
        return server;
    }

    Thread thread(Runnable call) {
        return threads.newThread(call);
    }

    Function<R, Object> encoder() {
        return encoder;
    }

    /** The interceptors, the first outermost, and within them the service's method. */
    void serve(ServedCall<Q, R> call) throws Exception {
        around(server.interceptors(), 0, call);
    }

    private void around(List<ServerInterceptor> interceptors, int index, ServedCall<Q, R> call) throws Exception {
        if (index == interceptors.size()) {
            entry.body().run(call.requests(), call);
        } else {
            interceptors.get(index).around(call.call(), () -> around(interceptors, index + 1, call));
        }
    }
}
