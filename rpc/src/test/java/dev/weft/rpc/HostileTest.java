package dev.weft.rpc;

import static dev.weft.rpc.RouteService.feature;
import static dev.weft.rpc.RouteService.point;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;

import dev.weft.rpc.Http2Peer.Frame;
import dev.weft.rpc.routeguide.Feature;
import dev.weft.rpc.routeguide.Rectangle;
import dev.weft.rpc.routeguide.RouteGuide;
import dev.weft.testkit.Resources;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Peers that are written against the server, each with sockets of its own; what other clients see of them is nothing. */
@DisplayName("Hostile peers cost a server little, and other clients nothing (SPEC RPC-17)")
@Timeout(120)
@SuppressWarnings("try") // to close something early is what is tested
class HostileTest {
    private static final String GET_FEATURE = "routeguide.RouteGuide/GetFeature";
    private static final String LIST_FEATURES = "routeguide.RouteGuide/ListFeatures";
    private static final String RECORD_ROUTE = "routeguide.RouteGuide/RecordRoute";
    /** So much of a header block goes into a frame. */
    private static final int PART = 16_000;
    private static final int FLOOD = 200_000;
    private static final long MORE_HEAP = 64 << 20;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int REFUSED_STREAM = 7;

    private static long descriptors;
    private static long heap;

    @BeforeAll
    static void look() throws IOException {
        open(s -> s).close(); // what stays open for good is opened first
        descriptors = Resources.descriptors();
        heap = Held.heap();
    }

    @AfterEach
    void nothing_is_left_open() {
        Resources.awaitDescriptors(descriptors);
    }

    @AfterAll
    static void nothing_is_left() {
        assertThat(Held.heap() - heap).as("more heap than before").isLessThan(MORE_HEAP);
    }

    /** A server, and a client that behaves. */
    private record Scene(RpcServer server, RpcClient rpc) implements AutoCloseable {
        int port() {
            return server.port();
        }

        void assertServes() {
            var routes = RouteGuide.client(rpc).with(CallOptions.within(PATIENCE));
            for (int i = 0; i < 20; i++) {
                assertThat(routes.getFeature(point(30)).getName()).isEqualTo("feature 3");
            }
        }

        void assertActive(int calls) {
            await().atMost(PATIENCE).until(() -> server.stats().active() == calls);
        }

        @Override
        public void close() {
            rpc.close();
            server.close();
            Held.awaitNothing(server);
        }
    }

    private static Scene open(UnaryOperator<RpcServerBuilder> settings) throws IOException {
        var server = settings.apply(RpcServer.tcp("127.0.0.1", 0).grace(Duration.ofNanos(1))).start(new Endless());
        try {
            var scene = new Scene(server, RpcClient.to(server.address()).open());
            scene.assertServes();
            return scene;
        } catch (IOException | RuntimeException | AssertionError e) {
            server.close();
            throw e;
        }
    }

    /** With a stream of large messages that does not end. */
    private static final class Endless extends RouteService {
        private static final Feature LARGE = feature("a".repeat(65_536), 0);

        @Override
        public void listFeatures(Rectangle request, Outgoing<Feature> responses) {
            while (true) {
                responses.send(LARGE);
            }
        }
    }

    // Those that say nothing, or nothing that makes sense.

    @Test
    void a_peer_that_connects_and_says_nothing_is_dropped() throws IOException {
        try (var scene = open(s -> s.handshakeTimeout(Duration.ofMillis(300))); var silent = new Http2Peer(scene.port())) {
            silent.awaitEnd();
            scene.assertServes();
        }
    }

    @Test
    void a_peer_that_stops_within_its_greeting_is_dropped() throws IOException {
        try (var scene = open(s -> s.handshakeTimeout(Duration.ofMillis(300))); var slow = new Http2Peer(scene.port())) {
            slow.raw("PRI * HTTP/2.0\r\n".getBytes(US_ASCII));
            slow.flush();
            slow.awaitEnd();
            scene.assertServes();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
            "\u0016\u0003\u0001 a TLS hello, perhaps", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nnonsense"})
    void a_peer_of_another_protocol_is_dropped(String said) throws IOException {
        try (var scene = open(s -> s); var other = new Http2Peer(scene.port())) {
            other.raw(said.getBytes(US_ASCII));
            other.flush();
            other.awaitEnd();
            scene.assertServes();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void garbage_after_the_greeting_harms_nobody(long seed) throws IOException {
        var random = new Random(seed);
        try (var scene = open(s -> s)) {
            for (int i = 0; i < 50; i++) {
                try (var peer = Http2Peer.greeting(scene.port())) {
                    for (int frames = random.nextInt(1, 20); frames > 0; frames--) {
                        var payload = new byte[random.nextInt(200)];
                        random.nextBytes(payload);
                        peer.frame(random.nextInt(12), random.nextInt(256), random.nextInt(10), payload);
                    }
                    peer.flush();
                } catch (SocketException e) {
                    // Dropped already.
                }
            }
            scene.assertServes();
        }
    }

    // Floods.

    @Test
    void a_huge_header_is_refused() throws IOException {
        try (var scene = open(s -> s); var peer = Http2Peer.greeting(scene.port())) {
            var block = Http2Peer.headers(GET_FEATURE, "x-huge", "a".repeat(1_000_000));
            sendAll(peer, () -> {
                peer.frame(Http2Peer.HEADERS, 0, 1, part(block, 0));
                for (int at = PART; at < block.length; at += PART) {
                    peer.frame(Http2Peer.CONTINUATION, at + PART >= block.length ? Http2Peer.END_HEADERS : 0, 1, part(block, at));
                }
            });
            // Of the stream, or of the whole connection.
            Frame answer;
            do {
                answer = peer.read();
            } while (answer != null && answer.type() != Http2Peer.RST_STREAM && answer.type() != Http2Peer.GOAWAY && answer.stream() == 0);
            assertThat(scene.server().stats().begun()).isEqualTo(20);
            scene.assertServes();
        }
    }

    private static byte[] part(byte[] block, int from) {
        return Arrays.copyOfRange(block, from, Math.min(block.length, from + PART));
    }

    @Test
    void headers_that_never_end_are_refused() throws IOException {
        try (var scene = open(s -> s); var peer = Http2Peer.greeting(scene.port())) {
            assertThat(isDropped(peer, FLOOD, i -> {
                if (i == 0) {
                    peer.frame(Http2Peer.HEADERS, 0, 1, Http2Peer.headers(GET_FEATURE));
                } else {
                    peer.frame(Http2Peer.CONTINUATION, 0, 1, new byte[0]);
                }
            })).isTrue();
            scene.assertServes();
        }
    }

    @Test
    void a_flood_of_pings_ends_the_connection() throws IOException {
        try (var scene = open(s -> s); var peer = Http2Peer.greeting(scene.port())) {
            assertThat(isDropped(peer, FLOOD, i -> peer.frame(Http2Peer.PING, 0, 0, new byte[8]))).isTrue();
            scene.assertServes();
        }
    }

    @Test
    void a_flood_of_settings_whose_answers_nobody_reads_costs_little() throws IOException {
        try (var scene = open(s -> s); var peer = Http2Peer.greeting(scene.port())) {
            isDropped(peer, FLOOD, i -> peer.settings(Http2Peer.INITIAL_WINDOW_SIZE, 65_535));
            assertThat(Held.heap() - heap).as("more heap than before").isLessThan(MORE_HEAP);
            scene.assertServes();
        }
    }

    @Test
    void a_flood_of_empty_frames_costs_little() throws IOException {
        try (var scene = open(s -> s); var peer = Http2Peer.greeting(scene.port())) {
            peer.call(1, RECORD_ROUTE);
            isDropped(peer, FLOOD, i -> peer.frame(Http2Peer.DATA, 0, 1, new byte[0]));
            assertThat(Held.heap() - heap).as("more heap than before").isLessThan(MORE_HEAP);
            scene.assertServes();
        }
    }

    /** Something to send, the i-th time. */
    private interface Sending {
        void send(int i) throws IOException;
    }

    /** Something to send once. */
    private interface Once {
        void send() throws IOException;
    }

    /** Whether the server dropped the connection before all was sent, or soon after; nothing is read before the end. */
    private static boolean isDropped(Http2Peer peer, int times, Sending sending) throws IOException {
        try {
            for (int i = 0; i < times; i++) {
                sending.send(i);
            }
            peer.flush();
            return false;
        } catch (SocketException e) {
            return true;
        }
    }

    /** A server that has dropped the connection in between is no failure. */
    private static void sendAll(Http2Peer peer, Once once) throws IOException {
        try {
            once.send();
            peer.flush();
        } catch (SocketException e) {
            // Dropped.
        }
    }

    // Requests that are none.

    @Test
    void a_request_that_claims_gigabytes_ends_its_call_only() throws IOException {
        try (var scene = open(s -> s); var peer = Http2Peer.greeting(scene.port())) {
            peer.call(1, GET_FEATURE);
            peer.frame(Http2Peer.DATA, 0, 1, new byte[] {0, 0x7f, -1, -1, -1, 1, 2, 3});
            peer.flush();
            assertThat(peer.read(Http2Peer.HEADERS)).isNotNull();
            scene.assertActive(0);
            scene.assertServes();
        }
    }

    @Test
    void a_request_that_is_compressed_in_no_way_ends_its_call_only() throws IOException {
        try (var scene = open(s -> s); var peer = Http2Peer.greeting(scene.port())) {
            peer.call(1, GET_FEATURE);
            peer.frame(Http2Peer.DATA, Http2Peer.END_STREAM, 1, new byte[] {1, 0, 0, 0, 2, 8, 1});
            peer.flush();
            assertThat(peer.read(Http2Peer.HEADERS)).isNotNull();
            scene.assertActive(0);
            scene.assertServes();
        }
    }

    @Test
    void half_a_request_takes_a_call_but_no_thread_and_ends_with_its_connection() throws IOException {
        try (var scene = open(s -> s)) {
            try (var peer = Http2Peer.greeting(scene.port())) {
                peer.call(1, GET_FEATURE);
                peer.frame(Http2Peer.DATA, 0, 1, new byte[] {0, 0, 0});
                peer.flush();
                scene.assertActive(1);
                assertThat(scene.server().threads()).isEmpty();
                scene.assertServes();
                peer.abort();
            }
            scene.assertActive(0);
        }
    }

    @Test
    void connections_beyond_the_limit_wait_until_a_silent_one_is_gone() throws Exception {
        try (var scene = open(s -> s.maxConnections(2)); var peer = Http2Peer.greeting(scene.port())) {
            peer.call(1, GET_FEATURE);
            peer.flush();
            scene.assertActive(1);
            scene.assertServes(); // on a connection that there was
            try (var third = RpcClient.to(scene.server().address()).open()) {
                var answer = new CompletableFuture<String>();
                Thread.ofVirtual().start(() -> {
                    try {
                        answer.complete(RouteGuide.client(third).with(CallOptions.within(PATIENCE).waitForReady()).getFeature(point(30)).getName());
                    } catch (RuntimeException e) {
                        answer.completeExceptionally(e);
                    }
                });
                scene.assertServes();
                assertThat(scene.server().stats().connections()).isEqualTo(2);
                assertThat(answer).isNotDone();
                peer.close();
                assertThat(answer.get()).isEqualTo("feature 3");
            }
        }
    }

    // Readers that don't.

    @Test
    void a_window_that_never_opens_blocks_its_own_calls_only() throws IOException {
        try (var scene = open(s -> s); var peer = Http2Peer.greeting(scene.port(), Http2Peer.INITIAL_WINDOW_SIZE, 0)) {
            beginStreams(peer, 1, 100);
            scene.assertActive(100);
            awaitAllBlocked(scene.server(), 100);
            assertThat(Held.heap() - heap).as("more heap than before, with 100 streams that wait").isLessThan(MORE_HEAP);
            beginStreams(peer, 201, 1);
            var refused = peer.read(Http2Peer.RST_STREAM);
            assertThat(refused).isNotNull();
            assertThat(refused.stream()).isEqualTo(201);
            assertThat(refused.errorCode()).isEqualTo(REFUSED_STREAM);
            scene.assertServes();
            peer.abort();
            scene.assertActive(0);
        }
    }

    @Test
    void a_peer_that_never_reads_blocks_its_own_calls_only_and_is_gone_with_the_server() throws IOException {
        var peers = new ArrayList<Http2Peer>();
        try (var scene = open(s -> s)) {
            for (int i = 0; i < 10; i++) {
                var peer = Http2Peer.greeting(scene.port(), Http2Peer.INITIAL_WINDOW_SIZE, Integer.MAX_VALUE);
                peers.add(peer);
                peer.frame(Http2Peer.WINDOW_UPDATE, 0, 0, new byte[] {0x7f, -1, 0, 0});
                beginStreams(peer, 1, 5);
            }
            scene.assertActive(50);
            awaitAllBlocked(scene.server(), 50);
            assertThat(Held.heap() - heap).as("more heap than before, with 10 connections that are full").isLessThan(MORE_HEAP);
            scene.assertServes();
        } finally {
            peers.forEach(Http2Peer::close);
        }
    }

    private static void beginStreams(Http2Peer peer, int first, int streams) throws IOException {
        for (int stream = first; stream < first + 2 * streams; stream += 2) {
            peer.call(stream, LIST_FEATURES);
            peer.message(stream, RouteService.rectangle(0, 0));
        }
        peer.flush();
    }

    /** Waits until so many methods wait for their readers. */
    private static void awaitAllBlocked(RpcServer server, int methods) {
        await().atMost(PATIENCE).until(() -> {
            List<Thread> threads = server.threads();
            return threads.size() == methods && threads.stream().allMatch(t -> t.getState() == Thread.State.WAITING);
        });
    }
}
