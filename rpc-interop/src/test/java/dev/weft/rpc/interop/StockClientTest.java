package dev.weft.rpc.interop;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import dev.weft.rpc.RpcServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Left out: what needs Google's cloud ({@code compute_engine_creds} and the like); {@code cacheable_unary}, which needs a caching proxy in between;
 * {@code orca_per_rpc} and {@code orca_oob}, for load reports that belong to xDS; and {@code client_compressed_*_noprobe}, each the second half of
 * the one with a probe.
 */
@DisplayName("grpc-java's interop client against Weft's server (SPEC RPC-1, RPC-5 to RPC-9, RPC-15)")
@Timeout(60)
class StockClientTest {
    private static final Map<Wire, RpcServer> SERVERS = new EnumMap<>(Wire.class);

    @BeforeAll
    static void start() {
        for (var wire : Wire.values()) {
            SERVERS.put(wire, Peer.weft(wire));
        }
    }

    @AfterAll
    static void stop() {
        SERVERS.values().forEach(RpcServer::close);
    }

    @ParameterizedTest(name = "{0} over {1}, with {2}", quoteTextArguments = false)
    @MethodSource
    void the_official_case(String name, Wire wire, String transport) throws Exception {
        run(name, wire, List.of("--use_okhttp=" + transport.equals("OkHttp")));
    }

    static Stream<Arguments> the_official_case() {
        return each("empty_unary", "large_unary", "client_compressed_unary", "server_compressed_unary", "client_streaming",
                "client_compressed_streaming", "server_streaming", "server_compressed_streaming", "ping_pong", "empty_stream", "custom_metadata",
                "status_code_and_message", "special_status_message", "unimplemented_method", "unimplemented_service", "cancel_after_begin",
                "cancel_after_first_response", "timeout_on_sleeping_server", "very_large_request");
    }

    private static Stream<Arguments> each(String... names) {
        return Stream.of(names).flatMap(name -> Stream.of(Wire.values()).flatMap(wire -> Stream.of("Netty", "OkHttp")
                .map(transport -> Arguments.of(name, wire, transport))));
    }

    @ParameterizedTest(name = "{0} over {1}", quoteTextArguments = false)
    @MethodSource
    void many_calls_in_a_row(String name, Wire wire) throws Exception {
        run(name, wire, List.of("--soak_iterations=20", "--soak_num_threads=2", "--soak_max_failures=0", "--soak_overall_timeout_seconds=50",
                "--soak_per_iteration_max_acceptable_latency_ms=20000"));
    }

    static Stream<Arguments> many_calls_in_a_row() {
        return Stream.of("rpc_soak", "channel_soak").flatMap(name -> Stream.of(Wire.values()).map(wire -> Arguments.of(name, wire)));
    }

    /** It sleeps five seconds by itself, so it runs once. */
    @ParameterizedTest(name = "{0}", quoteTextArguments = false)
    @MethodSource
    void calls_stay_with_one_server(String name) throws Exception {
        run(name, Wire.PLAINTEXT, List.of());
    }

    static Stream<String> calls_stay_with_one_server() {
        return Stream.of("pick_first_unary");
    }

    private static void run(String name, Wire wire, List<String> more) throws Exception {
        var arguments = new ArrayList<String>();
        arguments.add("--test_case=" + name);
        arguments.addAll(wire.stockClient());
        arguments.addAll(more);
        StockClient.run(SERVERS.get(wire).port(), arguments);
    }
}
