package dev.weft.rpc.interop;

import java.util.UUID;

import com.google.protobuf.ByteString;
import dev.weft.rpc.Call;
import dev.weft.rpc.Incoming;
import dev.weft.rpc.Outgoing;
import dev.weft.rpc.RpcException;
import dev.weft.rpc.ServerInterceptor;
import dev.weft.rpc.Status;
import io.grpc.testing.integration.EmptyProtos.Empty;
import io.grpc.testing.integration.Messages.BoolValue;
import io.grpc.testing.integration.Messages.EchoStatus;
import io.grpc.testing.integration.Messages.Payload;
import io.grpc.testing.integration.Messages.ResponseParameters;
import io.grpc.testing.integration.Messages.SimpleRequest;
import io.grpc.testing.integration.Messages.SimpleResponse;
import io.grpc.testing.integration.Messages.StreamingInputCallRequest;
import io.grpc.testing.integration.Messages.StreamingInputCallResponse;
import io.grpc.testing.integration.Messages.StreamingOutputCallRequest;
import io.grpc.testing.integration.Messages.StreamingOutputCallResponse;
import io.grpc.testing.integration.TestService;

/** The suite's server, feature by feature as its description has them, in plain blocking code. */
final class InteropService implements TestService {
    /** Echo Metadata: of every call, with the headers the one, and with the status the other. */
    static final ServerInterceptor ECHO_METADATA = (call, service) -> {
        call.headers().get(Echo.INITIAL).ifPresent(value -> call.responseHeaders().set(Echo.INITIAL, value));
        call.headers().bytes(Echo.TRAILING).ifPresent(value -> call.trailers().set(Echo.TRAILING, value));
        service.run();
    };

    private final String id = UUID.randomUUID().toString();

    @Override
    public Empty emptyCall(Empty request) {
        return Empty.getDefaultInstance();
    }

    @Override
    public SimpleResponse unaryCall(SimpleRequest request) {
        var call = Call.current();
        expectCompressed(request.hasExpectCompressed(), request.getExpectCompressed());
        if (request.hasResponseCompressed()) {
            call.compression(request.getResponseCompressed().getValue() ? "gzip" : "identity");
        }
        echo(request.hasResponseStatus(), request.getResponseStatus());
        var response = SimpleResponse.newBuilder().setPayload(zeros(request.getResponseSize()));
        if (request.getFillServerId()) {
            response.setServerId(id);
        }
        return response.build();
    }

    @Override
    public void streamingOutputCall(StreamingOutputCallRequest request, Outgoing<StreamingOutputCallResponse> responses) {
        // That some are compressed must be said before the first one goes.
        if (request.getResponseParametersList().stream().anyMatch(wanted -> wanted.getCompressed().getValue())) {
            Call.current().compression("gzip");
        }
        answer(request, responses);
    }

    @Override
    public StreamingInputCallResponse streamingInputCall(Incoming<StreamingInputCallRequest> requests) {
        var size = 0;
        for (var request : requests) {
            expectCompressed(request.hasExpectCompressed(), request.getExpectCompressed());
            size += request.getPayload().getBody().size();
        }
        return StreamingInputCallResponse.newBuilder().setAggregatedPayloadSize(size).build();
    }

    @Override
    public void fullDuplexCall(Incoming<StreamingOutputCallRequest> requests, Outgoing<StreamingOutputCallResponse> responses) {
        for (var request : requests) {
            answer(request, responses);
        }
    }

    @Override
    public void halfDuplexCall(Incoming<StreamingOutputCallRequest> requests, Outgoing<StreamingOutputCallResponse> responses) {
        var all = StreamingOutputCallRequest.newBuilder();
        for (var request : requests) {
            all.mergeFrom(request);
        }
        answer(all.build(), responses);
    }

    private static void answer(StreamingOutputCallRequest request, Outgoing<StreamingOutputCallResponse> responses) {
        echo(request.hasResponseStatus(), request.getResponseStatus());
        for (var wanted : request.getResponseParametersList()) {
            send(wanted, responses);
        }
    }

    private static void send(ResponseParameters wanted, Outgoing<StreamingOutputCallResponse> responses) {
        if (wanted.hasCompressed()) {
            responses.compress(wanted.getCompressed().getValue());
        }
        responses.send(StreamingOutputCallResponse.newBuilder().setPayload(zeros(wanted.getSize())).build());
    }

    /** Feature CompressedRequest: of the request that was received last. */
    private static void expectCompressed(boolean said, BoolValue expected) {
        var call = Call.current();
        if (said && expected.getValue() != call.compressed()) {
            throw call.abort(Status.INVALID_ARGUMENT, "the request should " + (call.compressed() ? "not have" : "have") + " been compressed");
        }
    }

    /** Feature Echo Status. */
    private static void echo(boolean said, EchoStatus status) {
        if (said && status.getCode() != 0) {
            throw new RpcException(Status.of(status.getCode()), status.getMessage());
        }
    }

    private static Payload zeros(int size) {
        return Payload.newBuilder().setBody(ByteString.copyFrom(new byte[size])).build();
    }
}
