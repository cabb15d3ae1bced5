package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.ServiceDescriptorProto;
import dev.weft.net.Tls;
import dev.weft.rpc.RpcException;
import dev.weft.rpc.RpcMethod;
import dev.weft.rpc.RpcServer;
import dev.weft.rpc.RpcService;
import dev.weft.rpc.Status;
import dev.weft.testkit.HostileText;
import dev.weft.testkit.TestCertificates;
import io.grpc.reflection.v1.ErrorResponse;
import io.grpc.reflection.v1.FileDescriptorResponse;
import io.grpc.reflection.v1.ListServiceResponse;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code weft call} and what it shows of servers that mean harm, or speak another protocol. */
@Timeout(60)
class CallStrangersTest {
    private static final String NAME = "grpc.reflection.v1.ServerReflection";

    private static final List<String> HOSTILE = HostileText.all().stream().filter(text -> StandardCharsets.UTF_8.newEncoder().canEncode(text))
            .toList();

    private static RpcServer reflecting(RpcService.Unary<ServerReflectionRequest, ServerReflectionResponse> answer) throws IOException {
        var method = RpcMethod.of(NAME + "/ServerReflectionInfo", ServerReflectionRequest.getDefaultInstance(),
                ServerReflectionResponse.getDefaultInstance());
        RpcService service = () -> RpcService.Definition.of(NAME).exchange(method, (requests, responses) -> {
            for (var request : requests) {
                responses.send(answer.call(request));
            }
        });
        return RpcServer.tcp("127.0.0.1", 0).start(service);
    }

    private static void assertHarmless(RpcServer server, int lines, String... words) {
        var all = new String[words.length + 2];
        all[0] = "call";
        all[1] = "127.0.0.1:" + server.port();
        System.arraycopy(words, 0, all, 2, words.length);
        var call = Running.done(all);
        assertThat(call.exitCode()).isLessThan(2);
        assertThat(call.allOut().lines()).hasSize(lines).allMatch(HostileText::isHarmless);
        assertThat(call.err().lines().filter(line -> !line.startsWith("\t")).toList()).allMatch(HostileText::isHarmless);
    }

    @Test
    @DisplayName("names of services in list, in errors and in what was meant instead are harmless lines")
    void namesAreHarmless() throws IOException {
        var services = ListServiceResponse.newBuilder();
        HOSTILE.forEach(text -> services.addService(ServiceResponse.newBuilder().setName("a." + text)));
        try (var server = reflecting(_ -> ServerReflectionResponse.newBuilder().setListServicesResponse(services).build())) {
            assertHarmless(server, HOSTILE.size(), "list");
            assertHarmless(server, 0, "list", "no.Such");
            assertHarmless(server, 0, "no.Such/Method", "-d", "{}");
        }
    }

    @Test
    @DisplayName("so are errors of the reflection, files that make no sense, and texts and details of statuses, also with --debug")
    void errorsAreHarmless() throws IOException {
        var text = String.join(" ", HOSTILE);
        var file = FileDescriptorProto.newBuilder().setName("f.proto").setPackage(text).addService(
                ServiceDescriptorProto.newBuilder().setName(text)).build();
        try (var refusing = reflecting(_ -> ServerReflectionResponse.newBuilder()
                .setErrorResponse(ErrorResponse.newBuilder().setErrorCode(Status.INTERNAL.number()).setErrorMessage(text)).build());
                var absurd = reflecting(_ -> ServerReflectionResponse.newBuilder()
                        .setFileDescriptorResponse(FileDescriptorResponse.newBuilder().addFileDescriptorProto(file.toByteString())).build());
                var failing = reflecting(_ -> {
                    throw new RpcException(Status.ABORTED, text).detail(Any.newBuilder().setTypeUrl("t/" + text).setValue(ByteString.EMPTY).build());
                })) {
            for (var server : List.of(refusing, absurd, failing)) {
                assertHarmless(server, 0, "describe", "some.Thing");
                assertHarmless(server, 0, "some.Thing/Do", "-d", "{}");
                assertHarmless(server, 0, "list", "--debug");
            }
        }
    }

    @Test
    @DisplayName("TLS where the server has none, and none where it has, is one line in words")
    void anotherProtocolIsToldInWords() throws IOException {
        var tls = Tls.server(TestCertificates.serverChain(), TestCertificates.serverKey());
        try (var without = reflecting(_ -> ServerReflectionResponse.getDefaultInstance());
                var with = RpcServer.tcp("127.0.0.1", 0).tls(tls).reflection().start()) {
            var one = Running.done("call", "127.0.0.1:" + without.port(), "list", "--tls");
            assertThat(one.exitCode()).isEqualTo(1);
            assertThat(one.err()).startsWith("weft: UNAVAILABLE (14): 127.0.0.1:" + without.port() + ": the server does not speak TLS")
                    .hasLineCount(1).doesNotContain("Pipeline");
            var other = Running.done("call", "127.0.0.1:" + with.port(), "list");
            assertThat(other.exitCode()).isEqualTo(1);
            assertThat(other.err()).startsWith("weft: UNAVAILABLE (14): 127.0.0.1:" + with.port() + ": the server speaks TLS").contains("--tls")
                    .hasLineCount(1);
            var untrusted = Running.done("call", "localhost:" + with.port(), "list", "--tls");
            assertThat(untrusted.err()).contains("TLS failed: ").doesNotContain("Pipeline").hasLineCount(1);
        }
    }
}
