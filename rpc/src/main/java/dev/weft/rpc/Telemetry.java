package dev.weft.rpc;

import io.grpc.ManagedChannelBuilder;
import io.grpc.ServerBuilder;
import io.grpc.opentelemetry.GrpcOpenTelemetry;
import io.opentelemetry.api.OpenTelemetry;

/**
 * Metrics of calls in OpenTelemetry, under the names that gRPC gives them ({@code grpc.server.call.duration}, ...). Needs the libraries
 * {@code io.grpc:grpc-opentelemetry} and {@code io.opentelemetry:opentelemetry-api}, which this module does not bring along.
 */
public final class Telemetry {
    private final GrpcOpenTelemetry telemetry;

    private Telemetry(GrpcOpenTelemetry telemetry) {
        this.telemetry = telemetry;
    }

    /** To this SDK. */
    @SuppressWarnings("exports") // transitive would make everybody need it
    public static Telemetry to(OpenTelemetry sdk) {
        return new Telemetry(GrpcOpenTelemetry.newBuilder().sdk(sdk).build());
    }

    void configure(ServerBuilder<?> server) {
        telemetry.configureServerBuilder(server);
    }

    void configure(ManagedChannelBuilder<?> client) {
        telemetry.configureChannelBuilder(client);
    }
}
