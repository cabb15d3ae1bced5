package dev.weft.rpc;

import java.util.ArrayList;
import java.util.List;

import io.grpc.ServerCall;
import org.jspecify.annotations.Nullable;

/** Sends a call's headers, status and trailers, made to fit into what its client takes. The caller ensures that the status is sent once. */
final class Reporting {
    private final ServerCall<Object, Object> transport;
    private final String method;
    private final List<String> gone = new ArrayList<>();

    Reporting(ServerCall<Object, Object> transport, String method) {
        this.transport = transport;
        this.method = method;
    }

    void headers(io.grpc.Metadata headers) {
        gone.addAll(room().fitHeaders(headers));
        tell(gone);
        transport.sendHeaders(headers);
    }

    /** The last word, with nothing beside it. */
    void end(RpcException why) {
        var trailers = new io.grpc.Metadata();
        transport.close(room().fitTrailers(Statuses.of(why.status(), why.message()), null, trailers, gone), trailers);
    }

    /** The last word; null is OK. */
    void end(@Nullable RpcException outcome, io.grpc.Metadata trailers) {
        var status = io.grpc.Status.OK;
        if (outcome != null) {
            trailers.merge(outcome.trailers().entries());
            status = Statuses.of(outcome.status(), outcome.message());
        }
        var room = room();
        var fitting = room.fitTrailers(status, outcome, trailers, gone);
        tell(room.leftOut());
        transport.close(fitting, trailers);
    }

    private HeaderRoom room() {
        return new HeaderRoom(ClientView.maxHeaderSize(transport.getAttributes()));
    }

    private void tell(List<String> left) {
        if (!left.isEmpty()) {
            RpcLog.peer(() -> method + " answered more than its client takes; left out: " + String.join(", ", left));
        }
    }
}
