package dev.weft.rpc;

import java.util.List;

import com.google.protobuf.InvalidProtocolBufferException;
import org.jspecify.annotations.Nullable;

/** Failures in the terms of the transport, and back. */
final class Statuses {
    /** Where gRPC's richer error model keeps its details. */
    private static final io.grpc.Metadata.Key<byte[]> DETAILS = io.grpc.Metadata.Key
            .of("grpc-status-details-bin", io.grpc.Metadata.BINARY_BYTE_MARSHALLER);

    private Statuses() {}

    static io.grpc.Status of(Status status, String message) {
        return io.grpc.Status.fromCodeValue(status.number()).withDescription(message);
    }

    /** Puts a failure's details among its trailers, beside this text. */
    static void addDetails(RpcException failure, String text, io.grpc.Metadata trailers) {
        if (!failure.details().isEmpty()) {
            var all = com.google.rpc.Status.newBuilder().setCode(failure.status().number()).setMessage(text)
                    .addAllDetails(failure.details()).build();
            trailers.removeAll(DETAILS);
            trailers.put(DETAILS, all.toByteArray());
        }
    }

    /** What the other side told. */
    static RpcException exception(io.grpc.Status status, io.grpc.@Nullable Metadata trailers) {
        var kept = trailers == null ? new io.grpc.Metadata() : trailers;
        return new RpcException(Status.of(status.getCode().value()), Wording.text(status), status.getCause(), new Metadata(kept), details(kept));
    }

    private static List<com.google.protobuf.Any> details(io.grpc.Metadata trailers) {
        var bytes = trailers.get(DETAILS);
        if (bytes == null) {
            return List.of();
        }
        try {
            return com.google.rpc.Status.parseFrom(bytes).getDetailsList();
        } catch (InvalidProtocolBufferException e) {
            return List.of(); // the status itself is what counts
        }
    }
}
