package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import dev.weft.net.Tls;
import dev.weft.rpc.RpcServer;
import dev.weft.testkit.TestCertificates;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.ProtoReflectionService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code weft call}: a gRPC server from the shell. */
@Timeout(60)
class CallTest {
    private static final String FIND = "cellar.Cellar/Find";
    private static final String LOOK = "cellar.Cellar/Look";
    private static final String STORE = "cellar.Cellar/Store";
    private static final String TASTE = "cellar.Cellar/Taste";

    private final CallCellar cellar = new CallCellar();
    private RpcServer server;
    private String at;

    @BeforeEach
    void serve() throws IOException {
        server = RpcServer.tcp("127.0.0.1", 0).health().reflection().start(cellar);
        at = "127.0.0.1:" + server.port();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    @DisplayName("RPC-1: one request, one response")
    void aUnaryCall() {
        var call = done(FIND, "-d", "{\"shelf\": 3, \"slot\": 4}");

        assertThat(call.err()).isEmpty();
        assertThat(call.allOut()).isEqualTo(
                "{\"name\":\"a bottle\",\"place\":{\"shelf\":3,\"slot\":4},\"corks\":\"9007199254740992\",\"colour\":\"RED\",\"rating\":0}");
        assertThat(call.exitCode()).isZero();
    }

    @Test
    @DisplayName("RPC-1, RPC-7: one request, many responses, and what came before a failure is shown")
    void aServerStream() {
        var call = done(LOOK, "--data={\"from\":{\"shelf\":1},\"count\":3}");
        assertThat(call.out).containsExactly("{\"place\":{\"shelf\":1}}", "{\"place\":{\"shelf\":1,\"slot\":1}}",
                "{\"place\":{\"shelf\":1,\"slot\":2}}");
        assertThat(call.exitCode()).isZero();

        var failing = done(LOOK, "-d", "{\"count\":2}");
        assertThat(failing.out).containsExactly("{\"place\":{}}", "{\"place\":{\"slot\":1}}");
        assertThat(failing.err().lines()).containsExactly("weft: OUT_OF_RANGE (11): only two");
        assertThat(failing.exitCode()).isEqualTo(1);
    }

    @Test
    @DisplayName("RPC-1: many requests, one a line of standard input, one response")
    void aClientStream() {
        var call = reading("{\"name\":\"one\"}\n\n{\"name\":\"two\"}\n{}", STORE);

        assertThat(call.exitCode()).isZero();
        assertThat(call.out).containsExactly("{\"bottles\":\"3\"}");
        assertThat(done(STORE, "-d", "{}", "--data", "{}").out).containsExactly("{\"bottles\":\"2\"}");
        assertThat(reading("", STORE).out).containsExactly("{}");
    }

    @Test
    @DisplayName("RPC-1: both directions at once: a response is there before the next request is typed")
    @SuppressWarnings("try") // the end of the input is what it is about
    void aBidirectionalCall() throws IOException {
        try (var keys = new PipedOutputStream(); var call = Running.weftReading(new PipedInputStream(keys), "call", at, TASTE)) {
            for (var name : List.of("red", "white", "ros\u00e9")) {
                keys.write(("{\"name\": \"" + name + "\"}\n").getBytes(StandardCharsets.UTF_8));
                keys.flush();
                assertThat(call.line()).startsWith("{\"text\":\"" + name + "\"");
            }
            keys.close();
            assertThat(call.exitCode()).isZero();
            assertThat(call.err()).isEmpty();
        }
    }

    @Test
    void theOneRequestMayBeStandardInputOverSeveralLinesOrEmpty() {
        assertThat(reading("{\n  \"shelf\":\n 7}\n", FIND).allOut()).contains("\"shelf\":7");
        assertThat(reading("", FIND).allOut()).contains("\"name\":\"a bottle\"");
    }

    @Test
    @DisplayName("RPC-7: a server that ends the call while requests are still typed ends the command")
    void theServersEndIsTheEnd() throws IOException {
        try (var keys = new PipedOutputStream(); var call = Running.weftReading(new PipedInputStream(keys), "call", at, STORE)) {
            keys.write("{}\n{\"name\":\"poison\"}\n".getBytes(StandardCharsets.UTF_8));
            keys.flush();

            assertThat(call.exitCode()).isEqualTo(1);
            assertThat(call.err().lines()).containsExactly("weft: FAILED_PRECONDITION (9): poison after 1");
        }
    }

    @Test
    @DisplayName("RPC-6, RPC-15: a status is one line with its name, its number and its text, control characters made visible")
    void aStatusIsOneLine() {
        var call = done(FIND, "-d", "{\"shelf\":404}");

        assertThat(call.exitCode()).isEqualTo(1);
        assertThat(call.allOut()).isEmpty();
        assertThat(call.err().lines()).containsExactly("weft: NOT_FOUND (5): nothing on shelf^J404");
    }

    @Test
    @DisplayName("RPC-6: details are shown as JSON, those of unknown types by their names")
    void detailsAreShown() {
        assertThat(done(FIND, "-d", "{\"shelf\":400}").err().lines()).containsExactly("weft: INVALID_ARGUMENT (3): no such shelf",
                "weft: detail: {\"@type\":\"type.googleapis.com/google.rpc.BadRequest\",\"fieldViolations\":"
                        + "[{\"field\":\"shelf\",\"description\":\"is a floor\"}]}",
                "weft: detail: {\"@type\":\"type.googleapis.com/cellar.Place\",\"shelf\":400}");
        var foreign = done(FIND, "-d", "{\"shelf\":500}").err();
        assertThat(foreign.lines()).first().isEqualTo("weft: ABORTED (10): ");
        assertThat(foreign).contains("weft: detail: ");
    }

    @Test
    void allOfJsonGoesBothWaysAndReachesTheTerminalSafely() throws IOException {
        try (var rich = RpcServer.tcp("127.0.0.1", 0).reflection().start(new CallCellar.Rich())) {
            var found = Running.done("call", rich.address().toString(), FIND, "-d", "{}").allOut();
            assertThat(found).contains("\"name\":\"it's <\u00e9 \\u009b[2J\\u202e & \\\"= \\\\u003c>\\n\"").contains("\"grapes\":[\"a\",\"b\"]")
                    .contains("\"awards\":{\"gold\":2}").contains("\"euros\":0").contains("\"bottled\":\"2023-11-14T22:13:20Z\"")
                    .contains("\"extra\":{\"@type\":\"type.googleapis.com/label.Label\",\"motto\":\"in any\"}");

            assertThat(reading(found + "\n" + found, TASTE).out).hasSize(2)
                    .allMatch(line -> line.startsWith("{\"text\":\"it's <\u00e9 \\u009b[2J\\u202e & \\\"= \\\\u003c>\\n\""));
        }
    }

    @Test
    void defaultsArePrintedWhenAskedFor() {
        assertThat(done(STORE, "-d", "{}", "--emit-defaults").out).containsExactly("{\"bottles\":\"1\"}");
        assertThat(done(LOOK, "-d", "{\"count\":1}", "--emit-defaults").allOut()).contains("\"place\":{\"shelf\":0,\"slot\":0}", "\"corks\":\"0\"",
                "\"grapes\":[]", "\"colour\":\"UNKNOWN\"").doesNotContain("rating");
    }

    @Test
    @DisplayName("RPC-6: headers, of text and of bytes")
    void headersAreSent() {
        assertThat(done(FIND, "-d", "{}", "--header", "who: a friend", "--header=seal-bin:AAECAw==").allOut()).contains("\"name\":\"a friend\"")
                .contains("\"seal\":\"AAECAw==\"");
    }

    @Test
    @DisplayName("RPC-8: a deadline in seconds or with a unit")
    void aDeadlineEndsTheCall() {
        var call = done(FIND, "-d", "{\"shelf\":1000}", "--deadline", "300ms");

        assertThat(call.err()).startsWith("weft: DEADLINE_EXCEEDED (4): ").hasLineCount(1);
        assertThat(call.exitCode()).isEqualTo(1);
        assertThat(done(FIND, "-d", "{}", "--deadline", "50").exitCode()).isZero();
    }

    @Test
    @DisplayName("RPC-14: a response that is too long, and requests that are compressed")
    void sizesAndCompression() {
        assertThat(done(FIND, "-d", "{}", "--max-message-size", "5").err()).startsWith("weft: RESOURCE_EXHAUSTED (8): ");
        assertThat(done(TASTE, "-d", "{\"name\":\"" + "x".repeat(10_000) + "\"}", "--gzip").allOut()).endsWith("\"bytes\":10000}");
    }

    @Test
    @DisplayName("RPC-9: an interrupt cancels the call at the server, and the exit code is 130")
    void anInterruptCancelsTheCall() throws InterruptedException {
        try (var call = Running.weft("call", at, FIND, "-d", "{\"shelf\":1000}")) {
            assertThat(cellar.begun.await(20, TimeUnit.SECONDS)).isTrue();
            call.interrupt();

            assertThat(call.exitCode()).isEqualTo(130);
            assertThat(call.err()).isEmpty();
            assertThat(cellar.cancelled.await(20, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void listNamesServicesAndTheirMethods() {
        assertThat(done("list").out).containsExactly("cellar.Cellar", "grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection",
                "grpc.reflection.v1alpha.ServerReflection");
        assertThat(done("list", "cellar.Cellar").out).containsExactly("cellar.Cellar/Find (cellar.Place) returns (cellar.Bottle)",
                "cellar.Cellar/Look (cellar.Search) returns (stream cellar.Bottle)",
                "cellar.Cellar/Store (stream cellar.Bottle) returns (cellar.Count)",
                "cellar.Cellar/Taste (stream cellar.Bottle) returns (stream cellar.Verdict)");
    }

    @Test
    void describeShowsMessagesEnumsAndServices() {
        assertThat(done("describe", "cellar.Bottle").out).containsExactly("message cellar.Bottle {", "  string name = 1;",
                "  cellar.Place place = 2;",
                "  int64 corks = 3;", "  repeated string grapes = 4;", "  map<string, int32> awards = 5;", "  label.Colour colour = 6;",
                "  google.protobuf.Timestamp bottled = 7;", "  google.protobuf.Any extra = 8;", "  bytes seal = 9;", "  optional int32 rating = 12;",
                "  label.Label label = 13;", "  oneof price {", "    int32 euros = 10;", "    string barter = 11;", "  }", "}");
        assertThat(done("describe", "label.Colour").out).containsExactly("enum label.Colour {", "  UNKNOWN = 0;", "  RED = 1;", "  WHITE = 2;", "}");
        assertThat(done("describe", "label.Label.Small").out).containsExactly("message label.Label.Small {", "  string print = 1;", "}");
        assertThat(done("describe", "cellar.Cellar").out).contains("  rpc Look (cellar.Search) returns (stream cellar.Bottle);");
        var nothing = done("describe", "cellar.Barrel");
        assertThat(nothing.err().lines()).containsExactly("weft: " + at + " knows no cellar.Barrel");
        assertThat(nothing.exitCode()).isEqualTo(1);
    }

    @Test
    void theOtherServicesCanBeCalledToo() {
        assertThat(done("grpc.health.v1.Health/Check", "-d", "{}").out).containsExactly("{\"status\":\"SERVING\"}");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "cellar.Cellar/find | cellar.Cellar has no method find; did you mean Find?",
            "cellar.Cellar/Drink | cellar.Cellar has no method Drink; there are Find, Look, Store, Taste",
            "Cellar/Find | has no service Cellar; did you mean cellar.Cellar?",
            "attic.Attic/Find | has no service attic.Attic; there are cellar.Cellar, grpc.health.v1.Health, grpc.reflection",
            "cellar.Bottle/Find | has no service cellar.Bottle; there are cellar.Cellar"})
    @DisplayName("RPC-7: of an unknown service or method it says what there is")
    void unknownNamesAreAnsweredWithKnownOnes(String method, String error) {
        var call = done(method, "-d", "{}");

        assertThat(call.err()).startsWith("weft: ").contains(error).hasLineCount(1);
        assertThat(call.exitCode()).isEqualTo(1);
    }

    static Stream<List<String>> wrongJson() {
        return Stream.of(List.of("{\"shelf\": 3", "not JSON, for a cellar.Place: End of input at line 1 column"),
                List.of("{\"shelf\": 3,\n\"slot\" 4}", "not JSON, for a cellar.Place: Expected ':' at line 2 column"),
                List.of("{shelf: 3}", "malformed JSON at line 1 column 3"),
                List.of("{} {}", "malformed JSON at line 1 column 5"), List.of("", "End of input"),
                List.of("{\"shelve\": 3}", "no cellar.Place: Cannot find field: shelve in message cellar.Place"),
                List.of("{\"shelf\": \"top\"}", "no cellar.Place: Not an int32 value: \"top\""), List.of("[1]", "no cellar.Place: "));
    }

    @ParameterizedTest
    @MethodSource("wrongJson")
    @DisplayName("RPC-4: wrong JSON is a usage error that says where, and of which type it should be")
    void wrongJsonSaysWhere(List<String> wrong) {
        var call = done(FIND, "-d", wrong.get(0));

        assertThat(call.err()).startsWith("weft: --data: ").contains(wrong.get(1)).doesNotContain("https://")
                .doesNotContain("JsonReader").hasLineCount(1);
        assertThat(call.exitCode()).isEqualTo(2);
    }

    @Test
    @DisplayName("RPC-4: among lines that a program wrote, a wrong one cancels the call, and is named")
    void aWrongLineCancelsTheCall() {
        var call = reading("{}\n\n{\"nam\": \"x\"}\n{}\n", STORE);

        assertThat(call.err().lines()).containsExactly(
                "weft: standard input, line 3: no cellar.Bottle: Cannot find field: nam in message cellar.Bottle");
        assertThat(call.allOut()).isEmpty();
        assertThat(call.exitCode()).isEqualTo(1);
    }

    @Test
    void aServerWithoutReflectionIsToldHowToSwitchItOn() throws IOException {
        try (var plain = RpcServer.tcp("127.0.0.1", 0).start(cellar)) {
            for (var line : new String[][] {{"list"}, {FIND, "-d", "{}"}, {"describe", "cellar.Place"}}) {
                var call = Running.done(line("127.0.0.1:" + plain.port(), line));

                assertThat(call.err()).startsWith("weft: 127.0.0.1:" + plain.port() + " has no server reflection")
                        .contains(".reflection()").hasLineCount(1);
                assertThat(call.exitCode()).isEqualTo(1);
            }
        }
    }

    @Test
    @SuppressWarnings("deprecation") // such servers are
    void aServerThatHasOnlyV1AlphaWillDo() throws Exception {
        var old = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0))
                .addService(ProtoReflectionService.newInstance()).build().start();
        try {
            var there = "127.0.0.1:" + old.getPort();
            assertThat(Running.done("call", there, "list").out).containsExactly("grpc.reflection.v1alpha.ServerReflection");
            assertThat(reading(there, "{\"listServices\":\"\"}", "grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo").allOut())
                    .contains("{\"service\":[{\"name\":\"grpc.reflection.v1alpha.ServerReflection\"}]}");
        } finally {
            old.shutdownNow().awaitTermination();
        }
    }

    @Test
    @DisplayName("RPC-13: no server is UNAVAILABLE at once, and says where and why")
    void noServerIsAFailureThatSaysWhere() throws IOException {
        var nobody = nobody();
        var call = Running.done("call", "127.0.0.1:" + nobody, "list");

        assertThat(call.err()).startsWith("weft: UNAVAILABLE (14): 127.0.0.1:" + nobody + ": ").contains("Connection refused").hasLineCount(1);
        assertThat(call.exitCode()).isEqualTo(1);
    }

    @Test
    @DisplayName("RPC-13: with --wait-for-ready a server that comes later will do")
    void aServerMayComeLater() throws IOException {
        var port = nobody();
        try (var call = Running.weft("call", "127.0.0.1:" + port, "list", "--wait-for-ready", "--deadline", "20");
                var late = RpcServer.tcp("127.0.0.1", port).reflection().start(cellar)) {
            assertThat(call.line()).isEqualTo("cellar.Cellar");
            assertThat(call.exitCode()).isZero();
            assertThat(late.port()).isEqualTo(port);
        }
    }

    @Test
    void unixSocketsWillDo(@TempDir Path folder) throws IOException {
        var socket = folder.resolve("s");
        try (var local = RpcServer.unix(socket).reflection().start(cellar)) {
            assertThat(UnixDomainSocketAddress.of(socket).getPath()).exists();
            assertThat(Running.done("call", "unix:" + socket, FIND, "-d", "{}").allOut()).as(local.toString()).contains("a bottle");
        }
    }

    @Test
    void tlsAndACertificateOfTheClientsOwn() throws IOException {
        var tls = Tls.server(TestCertificates.serverChain(), TestCertificates.serverKey()).requireClients(TestCertificates.authority());
        try (var secure = RpcServer.tcp("localhost", 0).tls(tls).reflection().start(cellar)) {
            var there = "localhost:" + secure.port();
            var ca = TestCertificates.authority().toString();
            assertThat(Running.done("call", there, FIND, "-d", "{}", "--ca", ca, "--cert", TestCertificates.clientChain("call").toString(), "--key",
                    TestCertificates.clientKey("call").toString()).allOut()).contains("a bottle");
            assertThat(Running.done("call", there, "list", "--ca", ca).err()).startsWith("weft: UNAVAILABLE (14): " + there);
            assertThat(Running.done("call", there, "list", "--tls").err()).startsWith("weft: UNAVAILABLE (14): " + there);
            assertThat(Running.done("call", there, "list").err()).startsWith("weft: UNAVAILABLE (14): " + there);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "call | ADDRESS is missing",
            "call 127.0.0.1 list | ADDRESS: not an address: '127.0.0.1'",
            "call memory:x list | ADDRESS: gRPC is not spoken at 'memory:x'",
            "call 127.0.0.1:1 | METHOD is missing",
            "call 127.0.0.1:1 Find | METHOD: neither package.Service/Method, nor list, nor describe: 'Find'",
            "call 127.0.0.1:1 a.B/ | METHOD: neither",
            "call 127.0.0.1:1 a.B/C d | NAME is for list and describe",
            "call 127.0.0.1:1 describe | NAME is missing",
            "call 127.0.0.1:1 list a b | b",
            "call 127.0.0.1:1 list --deadline soon | --deadline: not a duration: 'soon'",
            "call 127.0.0.1:1 list --header x | --header: no name and colon in 'x'",
            "call 127.0.0.1:1 list --header x-bin:* | --header",
            "call 127.0.0.1:1 list --header a%b:c | --header",
            "call 127.0.0.1:1 list --cert c | --cert and --key need each other",
            "call 127.0.0.1:1 list --max-message-size 0 | --max-message-size: 0 is not at least 1"})
    void wrongLinesAreUsageErrors(String line, String error) {
        var call = Running.done(line.split(" "));

        assertThat(call.err()).startsWith("weft: ").contains(error).contains("; see weft call --help").hasLineCount(1);
        assertThat(call.exitCode()).isEqualTo(2);
    }

    @Test
    void severalRequestsForOneAreAUsageError() {
        var call = done(FIND, "-d", "{}", "-d", "{}");

        assertThat(call.err()).contains("--data: 2 requests for a method that takes one");
        assertThat(call.exitCode()).isEqualTo(2);
    }

    private Running done(String... line) {
        return Running.done(line(at, line));
    }

    /** Runs to its end. */
    private Running reading(String input, String method) {
        return reading(at, input, method);
    }

    private static Running reading(String address, String input, String method) {
        InputStream in = new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8));
        var call = Running.weftReading(in, "call", address, method);
        call.exitCode();
        return call;
    }

    private static String[] line(String address, String... rest) {
        var line = new ArrayList<>(List.of("call", address));
        line.addAll(List.of(rest));
        return line.toArray(String[]::new);
    }

    private static int nobody() throws IOException {
        try (var listener = new ServerSocket(0, 50, InetAddress.ofLiteral("127.0.0.1"))) {
            return listener.getLocalPort();
        }
    }
}
