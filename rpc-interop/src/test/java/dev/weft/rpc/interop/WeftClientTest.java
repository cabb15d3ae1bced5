package dev.weft.rpc.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;

import com.google.protobuf.ByteString;
import dev.weft.rpc.CallOptions;
import dev.weft.rpc.Reply;
import dev.weft.rpc.RpcClient;
import dev.weft.rpc.RpcException;
import dev.weft.rpc.Status;
import io.grpc.testing.integration.EmptyProtos.Empty;
import io.grpc.testing.integration.Messages.BoolValue;
import io.grpc.testing.integration.Messages.EchoStatus;
import io.grpc.testing.integration.Messages.Payload;
import io.grpc.testing.integration.Messages.ResponseParameters;
import io.grpc.testing.integration.Messages.SimpleRequest;
import io.grpc.testing.integration.Messages.SimpleResponse;
import io.grpc.testing.integration.Messages.StreamingInputCallRequest;
import io.grpc.testing.integration.Messages.StreamingOutputCallRequest;
import io.grpc.testing.integration.Messages.StreamingOutputCallResponse;
import io.grpc.testing.integration.TestService;
import io.grpc.testing.integration.UnimplementedService;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/**
 * Each case has its official name, and expects what its description says. The stock server neither minds whether requests are compressed nor
 * compresses streams nor says who it is, so the cases that need that are for Weft's.
 *
 * <p>Left out: what needs Google's cloud ({@code compute_engine_creds} and the like), {@code cacheable_unary}, which needs a caching proxy in between
 * and which the stock server doesn't know, and {@code orca_per_rpc} and {@code orca_oob}, for load reports that belong to xDS.
 */
@DisplayName("Weft's client against grpc-java's interop server, and Weft's (SPEC RPC-1, RPC-5 to RPC-9, RPC-15)")
@Timeout(60)
class WeftClientTest {
    private static final int REQUEST = 271828;
    private static final int RESPONSE = 314159;
    private static final int VERY_LARGE = 10 * 1024 * 1024;
    private static final int SOAK = 20;
    private static final int[] SENT = {27182, 8, 1828, 45904};
    private static final int[] ASKED = {31415, 9, 2653, 58979};
    private static final String INITIAL_VALUE = "test_initial_metadata_value";
    private static final byte[] TRAILING_VALUE = {(byte) 0xab, (byte) 0xab, (byte) 0xab};
    private static final CallOptions GZIP = CallOptions.defaults().compression("gzip");

    private static final Map<Peer, Peer.Running> SERVERS = new EnumMap<>(Peer.class);
    private static final Map<Peer, RpcClient> CLIENTS = new EnumMap<>(Peer.class);

    @BeforeAll
    static void open() {
        for (var peer : Peer.values()) {
            var server = peer.start();
            SERVERS.put(peer, server);
            CLIENTS.put(peer, peer.client(server));
        }
    }

    @AfterAll
    static void close() {
        CLIENTS.values().forEach(RpcClient::close);
        SERVERS.values().forEach(Peer.Running::close);
    }

    @ParameterizedTest
    @EnumSource
    void empty_unary(Peer peer) {
        assertThat(service(peer).emptyCall(Empty.getDefaultInstance())).isEqualTo(Empty.getDefaultInstance());
    }

    @ParameterizedTest
    @EnumSource
    void large_unary(Peer peer) {
        assertThat(service(peer).unaryCall(large().build())).isEqualTo(answer());
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.MATCH_ANY, names = "WEFT.*")
    void client_compressed_unary(Peer peer) {
        assertEnds(Status.INVALID_ARGUMENT, () -> service(peer).unaryCall(large().setExpectCompressed(bool(true)).build()));
        client_compressed_unary_noprobe(peer);
    }

    @ParameterizedTest
    @EnumSource
    void client_compressed_unary_noprobe(Peer peer) {
        assertThat(service(peer).with(GZIP).unaryCall(large().setExpectCompressed(bool(true)).build())).isEqualTo(answer());
        assertThat(service(peer).unaryCall(large().setExpectCompressed(bool(false)).build())).isEqualTo(answer());
    }

    @ParameterizedTest
    @EnumSource
    void server_compressed_unary(Peer peer) {
        var reply = new Reply();
        var service = service(peer).with(CallOptions.defaults().reply(reply));
        assertThat(service.unaryCall(large().setResponseCompressed(bool(true)).build())).isEqualTo(answer());
        assertThat(reply.compressed()).isTrue();
        assertThat(service.unaryCall(large().setResponseCompressed(bool(false)).build())).isEqualTo(answer());
        assertThat(reply.compressed()).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void client_streaming(Peer peer) {
        var response = service(peer).streamingInputCall(requests -> {
            for (var size : SENT) {
                requests.send(input(size).build());
            }
        });
        assertThat(response.getAggregatedPayloadSize()).isEqualTo(74922);
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.MATCH_ANY, names = "WEFT.*")
    void client_compressed_streaming(Peer peer) {
        assertEnds(Status.INVALID_ARGUMENT, () -> service(peer).streamingInputCall(
                requests -> requests.send(input(SENT[0]).setExpectCompressed(bool(true)).build())));
        client_compressed_streaming_noprobe(peer);
    }

    @ParameterizedTest
    @EnumSource
    void client_compressed_streaming_noprobe(Peer peer) {
        var response = service(peer).with(GZIP).streamingInputCall(requests -> {
            requests.send(input(27182).setExpectCompressed(bool(true)).build());
            requests.compress(false);
            requests.send(input(45904).setExpectCompressed(bool(false)).build());
        });
        assertThat(response.getAggregatedPayloadSize()).isEqualTo(73086);
    }

    @ParameterizedTest
    @EnumSource
    void server_streaming(Peer peer) {
        var request = StreamingOutputCallRequest.newBuilder();
        for (var size : ASKED) {
            request.addResponseParameters(parameters(size));
        }
        try (var responses = service(peer).streamingOutputCall(request.build())) {
            for (var size : ASKED) {
                assertThat(responses.receive()).isEqualTo(output(size));
            }
            assertThat(responses.iterator()).isExhausted();
        }
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.MATCH_ANY, names = "WEFT.*")
    void server_compressed_streaming(Peer peer) {
        var reply = new Reply();
        var request = StreamingOutputCallRequest.newBuilder().addResponseParameters(parameters(31415).setCompressed(bool(true)))
                .addResponseParameters(parameters(92653).setCompressed(bool(false))).build();
        try (var responses = service(peer).with(CallOptions.defaults().reply(reply)).streamingOutputCall(request)) {
            assertThat(responses.receive()).isEqualTo(output(31415));
            assertThat(reply.compressed()).isTrue();
            assertThat(responses.receive()).isEqualTo(output(92653));
            assertThat(reply.compressed()).isFalse();
            assertThat(responses.iterator()).isExhausted();
        }
    }

    @ParameterizedTest
    @EnumSource
    void ping_pong(Peer peer) {
        try (var call = service(peer).fullDuplexCall()) {
            for (int i = 0; i < SENT.length; i++) {
                call.send(StreamingOutputCallRequest.newBuilder().addResponseParameters(parameters(ASKED[i])).setPayload(zeros(SENT[i])).build());
                assertThat(call.receive()).isEqualTo(output(ASKED[i]));
            }
            call.finish();
            assertThat(call.iterator()).isExhausted();
        }
    }

    @ParameterizedTest
    @EnumSource
    void empty_stream(Peer peer) {
        try (var call = service(peer).fullDuplexCall()) {
            call.finish();
            assertThat(call.iterator()).isExhausted();
        }
    }

    @ParameterizedTest
    @EnumSource
    void custom_metadata(Peer peer) {
        var reply = new Reply();
        var service = service(peer)
                .with(CallOptions.defaults().header(Echo.INITIAL, INITIAL_VALUE).header(Echo.TRAILING, TRAILING_VALUE).reply(reply));
        assertThat(service.unaryCall(large().build())).isEqualTo(answer());
        assertEchoed(reply);
        try (var call = service.fullDuplexCall()) {
            call.send(StreamingOutputCallRequest.newBuilder().addResponseParameters(parameters(RESPONSE)).setPayload(zeros(REQUEST)).build());
            call.finish();
            assertThat(call).containsExactly(output(RESPONSE));
        }
        assertEchoed(reply);
    }

    private static void assertEchoed(Reply reply) {
        assertThat(reply.headers().all(Echo.INITIAL)).containsExactly(INITIAL_VALUE);
        assertThat(reply.trailers().allBytes(Echo.TRAILING)).containsExactly(TRAILING_VALUE);
    }

    @ParameterizedTest
    @EnumSource
    void status_code_and_message(Peer peer) {
        var status = EchoStatus.newBuilder().setCode(Status.UNKNOWN.number()).setMessage("test status message").build();
        assertEnds(Status.UNKNOWN, status.getMessage(), () -> service(peer).unaryCall(SimpleRequest.newBuilder().setResponseStatus(status).build()));
        try (var call = service(peer).fullDuplexCall()) {
            call.send(StreamingOutputCallRequest.newBuilder().setResponseStatus(status).build());
            call.finish();
            assertEnds(Status.UNKNOWN, status.getMessage(), call::receive);
        }
    }

    @ParameterizedTest
    @EnumSource
    void special_status_message(Peer peer) {
        var status = EchoStatus.newBuilder().setCode(Status.UNKNOWN.number())
                .setMessage("\t\ntest with whitespace\r\nand Unicode BMP \u263a and non-BMP \ud83d\ude08\t\n").build();
        assertEnds(Status.UNKNOWN, status.getMessage(), () -> service(peer).unaryCall(SimpleRequest.newBuilder().setResponseStatus(status).build()));
    }

    @ParameterizedTest
    @EnumSource
    void unimplemented_method(Peer peer) {
        assertEnds(Status.UNIMPLEMENTED, () -> service(peer).unimplementedCall(Empty.getDefaultInstance()));
    }

    @ParameterizedTest
    @EnumSource
    void unimplemented_service(Peer peer) {
        assertEnds(Status.UNIMPLEMENTED, () -> UnimplementedService.client(CLIENTS.get(peer)).unimplementedCall(Empty.getDefaultInstance()));
    }

    /** A call with one response is cancelled by an interrupt of its thread. */
    @ParameterizedTest
    @EnumSource
    void cancel_after_begin(Peer peer) {
        assertEnds(Status.CANCELLED, () -> service(peer).streamingInputCall(_ -> Thread.currentThread().interrupt()));
        assertThat(Thread.interrupted()).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void cancel_after_first_response(Peer peer) {
        var call = service(peer).fullDuplexCall();
        try (call) {
            call.send(StreamingOutputCallRequest.newBuilder().addResponseParameters(parameters(31415)).setPayload(zeros(27182)).build());
            assertThat(call.receive()).isEqualTo(output(31415));
        }
        assertEnds(Status.CANCELLED, call::receive);
    }

    @ParameterizedTest
    @EnumSource
    void timeout_on_sleeping_server(Peer peer) {
        try (var call = service(peer).with(CallOptions.within(Duration.ofMillis(1))).fullDuplexCall()) {
            assertEnds(Status.DEADLINE_EXCEEDED, () -> {
                call.send(StreamingOutputCallRequest.newBuilder().setPayload(zeros(27182)).build());
                call.receive();
            });
        }
    }

    @ParameterizedTest
    @EnumSource
    void very_large_request(Peer peer) {
        var request = SimpleRequest.newBuilder().setPayload(zeros(VERY_LARGE)).setResponseSize(10).build();
        assertThat(service(peer).unaryCall(request).getPayload()).isEqualTo(zeros(10));
    }

    @ParameterizedTest
    @EnumSource
    void rpc_soak(Peer peer) {
        for (int i = 0; i < SOAK; i++) {
            assertThat(service(peer).unaryCall(large().build())).isEqualTo(answer());
        }
    }

    @ParameterizedTest
    @EnumSource
    void channel_soak(Peer peer) {
        for (int i = 0; i < SOAK; i++) {
            try (var client = peer.client(SERVERS.get(peer))) {
                assertThat(TestService.client(client).unaryCall(large().build())).isEqualTo(answer());
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void pick_first_unary(Wire wire) throws IOException {
        var seen = new HashSet<String>();
        try (var one = Peer.weft(wire); var other = Peer.weft(wire); var client = wire.weftClient(one.port(), other.port()).open()) {
            for (int i = 0; i < 100; i++) {
                var request = SimpleRequest.newBuilder().setResponseSize(1).setPayload(zeros(1)).setFillServerId(true).build();
                seen.add(TestService.client(client).unaryCall(request).getServerId());
            }
        }
        assertThat(seen).hasSize(1).doesNotContain("");
    }

    private static TestService.Client service(Peer peer) {
        return TestService.client(CLIENTS.get(peer));
    }

    private static SimpleRequest.Builder large() {
        return SimpleRequest.newBuilder().setResponseSize(RESPONSE).setPayload(zeros(REQUEST));
    }

    private static SimpleResponse answer() {
        return SimpleResponse.newBuilder().setPayload(zeros(RESPONSE)).build();
    }

    private static StreamingInputCallRequest.Builder input(int size) {
        return StreamingInputCallRequest.newBuilder().setPayload(zeros(size));
    }

    private static ResponseParameters.Builder parameters(int size) {
        return ResponseParameters.newBuilder().setSize(size);
    }

    private static StreamingOutputCallResponse output(int size) {
        return StreamingOutputCallResponse.newBuilder().setPayload(zeros(size)).build();
    }

    private static Payload zeros(int size) {
        return Payload.newBuilder().setBody(ByteString.copyFrom(new byte[size])).build();
    }

    private static BoolValue bool(boolean value) {
        return BoolValue.newBuilder().setValue(value).build();
    }

    private static void assertEnds(Status status, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(RpcException.class, e -> assertThat(e.status()).isEqualTo(status));
    }

    private static void assertEnds(Status status, String message, ThrowingCallable call) {
        assertThatThrownBy(call).hasMessage(message).isInstanceOfSatisfying(RpcException.class, e -> assertThat(e.status()).isEqualTo(status));
    }
}
