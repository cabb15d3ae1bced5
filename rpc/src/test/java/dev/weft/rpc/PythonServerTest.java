package dev.weft.rpc;

import static dev.weft.rpc.RouteService.note;
import static dev.weft.rpc.RouteService.point;
import static dev.weft.rpc.RouteService.rectangle;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import com.google.rpc.ErrorInfo;
import dev.weft.rpc.routeguide.Feature;
import dev.weft.rpc.routeguide.Point;
import dev.weft.rpc.routeguide.RouteGuide;
import dev.weft.rpc.routeguide.RouteNote;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The server is the program {@code python/route_server.py}, which does what a call's header {@code want} asks for. */
@DisplayName("Weft calls the stock Python server (SPEC RPC-1, RPC-5 to RPC-10, RPC-12 to RPC-15, RPC-17)")
@Timeout(120)
@SuppressWarnings("try") // to close something early is what is tested
class PythonServerTest {
    @TempDir
    static Path folder;

    private static PythonServer server;
    private static RpcClient rpc;

    @BeforeAll
    static void start() throws IOException {
        Python.interpreter();
        server = new PythonServer();
        rpc = server.client().open();
    }

    @AfterAll
    static void stop() throws IOException {
        if (server != null) {
            rpc.close();
            server.close();
        }
    }

    private static CallOptions wants(String what) {
        return CallOptions.within(Duration.ofSeconds(60)).header("want", what);
    }

    private static RouteGuide.Client asking(String want) {
        return RouteGuide.client(rpc).with(wants(want));
    }

    private static void fails(Status status, String message, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(RpcException.class, e -> {
            assertThat(e.status()).as(e.toString()).isEqualTo(status);
            assertThat(e.getMessage()).isEqualTo(message);
        });
    }

    private static void awaitEnded(String how) {
        await().atMost(Duration.ofSeconds(60)).until(() -> asking("ended").getFeature(point(0)).getName(), how::equals);
    }

    // The four kinds (SPEC RPC-1, RPC-5).

    @Test
    void one_request_has_one_response() {
        assertThat(asking("").getFeature(point(30)).getName()).isEqualTo("feature 3");
    }

    @Test
    void one_request_has_many_responses_or_none() {
        assertThat(asking("").listFeatures(rectangle(20, 40))).extracting(Feature::getName).containsExactly("feature 2", "feature 3", "feature 4");
        assertThat(asking("").listFeatures(rectangle(1, 2))).isEmpty();
    }

    @Test
    void many_requests_have_one_response() {
        assertThat(asking("").recordRoute(PythonServerTest::thousand).getPointCount()).isEqualTo(1000);
        assertThat(asking("").recordRoute(_ -> {}).getPointCount()).isZero();
    }

    private static void thousand(Outgoing<Point> route) {
        for (int i = 0; i < 1000; i++) {
            route.send(point(i));
        }
    }

    @Test
    void an_answer_before_the_last_request_is_the_answer() {
        assertThat(asking("early").recordRoute(route -> {
            while (true) {
                route.send(point(1));
            }
        }).getPointCount()).isEqualTo(3);
    }

    @Test
    void many_requests_have_many_responses_by_turns() {
        try (var chat = asking("").routeChat()) {
            for (int i = 0; i < 100; i++) {
                chat.send(note("n" + i));
                assertThat(chat.receive().getMessage()).isEqualTo("seen: n" + i);
            }
            chat.finish();
            assertThatThrownBy(chat::receive).isInstanceOf(NoSuchElementException.class);
        }
    }

    // What calls know of each other (SPEC RPC-6).

    @Test
    void the_server_knows_who_calls_and_how_long_there_is() {
        assertThat(asking("peer").getFeature(point(0)).getName()).startsWith("ipv4:127.0.0.1:");
        assertThat(Long.parseLong(asking("time").getFeature(point(0)).getName())).isBetween(1L, 60_000L);
        assertThat(RouteGuide.client(rpc).with(CallOptions.defaults().header("want", "time")).getFeature(point(0)).getName()).isEqualTo("endless");
    }

    @Test
    void metadata_goes_both_ways() {
        var all = new byte[256];
        for (int i = 0; i < all.length; i++) {
            all[i] = (byte) i;
        }
        var reply = new Reply();
        RouteGuide.client(rpc).with(wants("echo").header("x-text", "one").header("x-text", "two").header("x-bytes-bin", all)
                .header("x-empty-bin", new byte[0]).reply(reply)).getFeature(point(0));
        for (var came : List.of(reply.headers(), reply.trailers())) {
            assertThat(came.all("x-text")).containsExactly("one", "two");
            assertThat(came.bytes("x-bytes-bin")).hasValue(all);
            assertThat(came.bytes("x-empty-bin")).hasValue(new byte[0]);
        }
    }

    // Failures (SPEC RPC-7, RPC-14, RPC-15).

    @Test
    void an_abort_has_its_status_and_text() {
        fails(Status.NOT_FOUND, "nothing at 31", () -> asking("abort").getFeature(point(31)));
        fails(Status.ABORTED, "enough", () -> asking("abort").recordRoute(_ -> {}));
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "OK")
    void every_status_arrives_as_itself(Status status) {
        var options = wants("status").header("x-status", Integer.toString(status.number()));
        fails(status, "number " + status.number(), () -> RouteGuide.client(rpc).with(options).getFeature(point(0)));
    }

    @Test
    void a_text_of_any_language_arrives() {
        fails(Status.ABORTED, "50 % Glück\n你好 🐍", () -> asking("text").getFeature(point(0)));
    }

    @Test
    void a_status_that_was_set_drops_the_response() {
        fails(Status.FAILED_PRECONDITION, "not now", () -> asking("set").getFeature(point(0)));
    }

    @Test
    void an_exception_is_unknown() {
        fails(Status.UNKNOWN, "Exception calling application: boom", () -> asking("throw").getFeature(point(0)));
    }

    @Test
    void an_exception_within_a_stream_comes_after_what_was_sent() {
        try (var features = asking("throw").listFeatures(rectangle(0, 90))) {
            assertThat(features.receive().getName()).isEqualTo("feature 0");
            assertThat(features.receive().getName()).isEqualTo("feature 1");
            fails(Status.UNKNOWN, "Exception iterating responses: boom", features::receive);
        }
    }

    @Test
    void a_failure_has_details() {
        var failure = catchThrowableOfType(RpcException.class, () -> asking("details").getFeature(point(0)));
        assertThat(failure.status()).isEqualTo(Status.INVALID_ARGUMENT);
        assertThat(failure.detail(ErrorInfo.class)).hasValueSatisfying(info -> assertThat(info.getReason()).isEqualTo("FLAT"));
    }

    @Test
    void a_response_of_the_wrong_type_is_internal() {
        assertThatThrownBy(() -> asking("nothing").getFeature(point(0))).isInstanceOfSatisfying(RpcException.class,
                e -> assertThat(e.status()).isEqualTo(Status.INTERNAL));
    }

    @Test
    void a_method_that_is_not_there_is_unimplemented() {
        for (var name : List.of("routeguide.RouteGuide/GetNothing", "routeguide.Nobody/GetFeature")) {
            var method = RpcMethod.of(name, Point.getDefaultInstance(), Feature.getDefaultInstance());
            fails(Status.UNIMPLEMENTED, "Method not found!", () -> rpc.unary(method, CallOptions.within(Duration.ofSeconds(60)), point(0)));
            fails(Status.UNIMPLEMENTED, "Method not found!", () -> rpc.exchange(method, CallOptions.within(Duration.ofSeconds(60))).receive());
        }
    }

    @Test
    void a_message_that_is_too_large_ends_its_call_only() {
        var large = note("a".repeat(4 * 1024 * 1024));
        try (var chat = asking("").routeChat()) {
            chat.send(large);
            assertThatThrownBy(chat::receive).isInstanceOfSatisfying(RpcException.class,
                    e -> assertThat(e.status()).as(e.toString()).isEqualTo(Status.RESOURCE_EXHAUSTED));
        }
        assertThatThrownBy(() -> asking("huge").getFeature(point(0))).isInstanceOfSatisfying(RpcException.class,
                e -> assertThat(e.status()).as(e.toString()).isEqualTo(Status.RESOURCE_EXHAUSTED));
        assertThat(asking("").getFeature(point(30)).getName()).isEqualTo("feature 3");
    }

    @Test
    void calls_beyond_the_limit_are_told_so() throws IOException {
        try (var few = new PythonServer("limit=1"); var client = few.client().open()) {
            var routes = RouteGuide.client(client);
            try (var features = routes.with(wants("endless")).listFeatures(rectangle(0, 0))) {
                features.receive();
                fails(Status.RESOURCE_EXHAUSTED, "Concurrent RPC limit exceeded!", () -> routes.with(wants("")).getFeature(point(30)));
            }
        }
    }

    // How calls end before their time (SPEC RPC-8, RPC-9, RPC-12, RPC-13).

    @Test
    void a_deadline_ends_the_call_on_both_sides() {
        var began = System.nanoTime();
        assertThatThrownBy(() -> RouteGuide.client(rpc).with(CallOptions.within(Duration.ofMillis(200)).header("want", "wait")).getFeature(point(0)))
                .isInstanceOfSatisfying(RpcException.class, e -> assertThat(e.status()).isEqualTo(Status.DEADLINE_EXCEEDED));
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThanOrEqualTo(Duration.ofMillis(190));
        awaitEnded("inactive");
    }

    @Test
    void leaving_a_stream_cancels_it() {
        try (var features = asking("endless").listFeatures(rectangle(0, 0))) {
            features.receive();
            features.close();
            fails(Status.CANCELLED, "Locally cancelled by application!", features::receive);
        }
        awaitEnded("inactive");
    }

    @Test
    void an_interrupt_cancels_the_call() throws InterruptedException {
        var failures = new ArrayList<Throwable>();
        var caller = Thread.ofVirtual().start(() -> {
            try {
                asking("wait").getFeature(point(0));
            } catch (RpcException e) {
                failures.add(e);
            }
            assertThat(Thread.currentThread().isInterrupted()).isTrue();
        });
        awaitEnded("waiting");
        caller.interrupt();
        caller.join();
        assertThat(failures).singleElement().isInstanceOfSatisfying(RpcException.class, e -> assertThat(e.status()).isEqualTo(Status.CANCELLED));
        awaitEnded("inactive");
    }

    @Test
    void a_slow_reader_blocks_the_writer() throws InterruptedException {
        var sent = new AtomicInteger();
        try (var chat = asking("slow").routeChat()) {
            var writer = Thread.ofVirtual().start(() -> {
                try {
                    while (true) {
                        chat.send(note("a".repeat(65_536)));
                        sent.incrementAndGet();
                    }
                } catch (RpcException e) {
                    // It is over.
                }
            });
            await().atMost(Duration.ofSeconds(60)).until(() -> asking("taken").getFeature(point(0)).getName(), "1"::equals);
            await().atMost(Duration.ofSeconds(60)).until(() -> writer.getState() == Thread.State.WAITING);
            chat.close();
            writer.join();
            assertThat(sent).hasValueLessThan(1000);
        }
        awaitEnded("inactive");
    }

    @Test
    void a_server_that_stops_lets_calls_finish_for_its_grace_and_cancels_the_rest() throws IOException {
        try (var ends = new PythonServer(); var client = ends.client().open()) {
            var routes = RouteGuide.client(client);
            try (var features = routes.with(wants("endless")).listFeatures(rectangle(0, 0)); var chat = routes.with(wants("")).routeChat()) {
                features.receive();
                chat.send(note("before"));
                assertThat(chat.receive().getMessage()).isEqualTo("seen: before");
                ends.stop(1);
                chat.send(note("within"));
                assertThat(chat.receive().getMessage()).isEqualTo("seen: within");
                chat.finish();
                assertThat((Iterable<RouteNote>) chat).isEmpty();
                fails(Status.UNAVAILABLE, "Cancelling all calls", () -> features.forEach(_ -> {}));
                assertThatThrownBy(() -> routes.with(wants("")).getFeature(point(30))).isInstanceOfSatisfying(RpcException.class,
                        e -> assertThat(e.status()).isEqualTo(Status.UNAVAILABLE));
            }
        }
    }

    // Compression.

    @Test
    void messages_are_compressed_both_ways() throws IOException {
        try (var packs = new PythonServer("compression=gzip"); var client = packs.client().open()) {
            var text = "a".repeat(1_000_000);
            var reply = new Reply();
            try (var chat = RouteGuide.client(client).with(wants("").compression("gzip").reply(reply)).routeChat()) {
                chat.send(note(text));
                assertThat(chat.receive().getMessage()).isEqualTo("seen: " + text);
                assertThat(reply.headers().get("grpc-encoding")).hasValue("gzip");
            }
            // What is within the limit on the wire need not be when it is unpacked (SPEC RPC-14).
            assertThatThrownBy(() -> RouteGuide.client(client).with(wants("huge")).getFeature(point(0))).isInstanceOfSatisfying(RpcException.class,
                    e -> assertThat(e.status()).as(e.toString()).isEqualTo(Status.RESOURCE_EXHAUSTED));
        }
    }

    /** A child process. */
    private static final class PythonServer implements AutoCloseable {
        private static final int PATIENCE_SECONDS = 60;

        private final Process process;
        private final BufferedReader lines;
        private final int port;

        PythonServer(String... settings) throws IOException {
            var arguments = new ArrayList<>(List.of(Python.descriptors(folder).toString()));
            arguments.addAll(List.of(settings));
            process = Python.start("route_server.py", arguments);
            lines = process.inputReader();
            var line = lines.readLine();
            if (line == null || !line.startsWith("port ")) {
                process.destroyForcibly();
                throw new IOException("the Python server said '" + line + "' in place of its port");
            }
            port = Integer.parseInt(line.substring("port ".length()));
        }

        RpcClientBuilder client() {
            return RpcClient.to("127.0.0.1", port);
        }

        /** Tells it to; it ends by and by. */
        void stop(int grace) throws IOException {
            var out = process.outputWriter();
            out.write("stop " + grace + "\n");
            out.flush();
        }

        @Override
        public void close() throws IOException {
            try {
                process.getOutputStream().close();
                process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                process.destroyForcibly();
                lines.close();
            }
        }
    }
}
