package dev.weft.rpc.codegen;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import com.google.protobuf.DescriptorProtos.Edition;
import com.google.protobuf.compiler.PluginProtos.CodeGeneratorRequest;
import com.google.protobuf.compiler.PluginProtos.CodeGeneratorResponse;
import com.google.protobuf.compiler.PluginProtos.CodeGeneratorResponse.Feature;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** protoc and the plugin together, each a process, as in a build: what they write, and what they say when they can't. */
@Timeout(120)
class ProtocPluginTest {
    private static final String PING = """
            syntax = "proto3";
            package ping;
            option java_multiple_files = true;
            message Ping {}
            service Pinging { rpc Send(Ping) returns (Ping); }
            """;
    @TempDir
    Path folder;
    private Path sources;
    private Path java;
    private Protoc protoc;

    @BeforeEach
    void anEmptyProject() throws Exception {
        sources = Files.createDirectories(folder.resolve("proto"));
        java = Files.createDirectories(folder.resolve("java"));
        protoc = new Protoc(folder);
    }

    @Test
    @DisplayName("RPC-3: one run of protoc writes messages and services")
    void oneRunWritesMessagesAndServices() throws Exception {
        proto("ping.proto", PING);
        var outcome = run("--java_out=" + java, "ping.proto");
        assertThat(outcome).isEqualTo(new Protoc.Outcome(0, ""));
        assertThat(java.resolve("ping/Pinging.java")).content().contains("public interface Pinging extends dev.weft.rpc.RpcService {");
        var classes = Files.createDirectories(folder.resolve("classes"));
        assertThat(new JavaCompiler(classes).compile(java)).isEmpty();
    }

    @Test
    void aParameterIsRefused() throws Exception {
        proto("ping.proto", PING);
        assertFails(run("--weft_opt=lite", "ping.proto"), "--weft_out: the weft plugin takes no parameters, but was given \"lite\": remove it");
        assertThat(java).isEmptyDirectory();
    }

    @Test
    void aMessageWithoutPackageIsRefusedInAPackage() throws Exception {
        proto("bare.proto", """
                syntax = "proto3";
                option java_multiple_files = true;
                message Bare {}
                """);
        proto("calls.proto", """
                syntax = "proto3";
                package calls;
                import "bare.proto";
                service Calls { rpc Send(Bare) returns (Bare); }
                """);
        assertFails(run("calls.proto"), "--weft_out: calls.proto: service Calls: rpc Send: Java in package calls cannot name Bare,"
                + " which has no package: give bare.proto a package or the option java_package");
    }

    @Test
    void aMessageThatTheInterfaceWouldHideIsRefused() throws Exception {
        proto("hidden.proto", """
                syntax = "proto3";
                option java_multiple_files = true;
                message Definition {}
                service Calls { rpc Send(Definition) returns (Definition); }
                """);
        assertFails(run("hidden.proto"), "--weft_out: hidden.proto: service Calls: within the interface Definition means a type of"
                + " dev.weft.rpc.RpcService, which it inherits: give the file that declares Definition another package, or the option java_package");
    }

    @Test
    void protocsOwnServicesAreRefusedWhereTheyWouldBeTheSameClass() throws Exception {
        proto("generic.proto", PING.replace("message", "option java_generic_services = true;\nmessage"));
        assertFails(run("generic.proto"), "--weft_out: generic.proto: service Pinging: with java_generic_services protoc itself writes a class"
                + " ping.Pinging: remove that option");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "syntax 'proto3';~message Point {}                                  | /bad.proto:1:8: Expected \"=\".",
            "syntax = \"proto3\";~message client-data-structure { int32 id = 1; } | /bad.proto:2:15: Expected \"{\".",
            "syntax = \"proto3\";~message Point {~  int32 x = 1~  int32 y = 2;~} | /bad.proto:4:3: Expected \";\"."})
    @DisplayName("RPC-2: the slips of the document are errors with file, line and column")
    void aSlipIsAnErrorWithItsPlace(String text, String error) throws Exception {
        proto("bad.proto", text.replace('~', '\n'));
        assertFails(run("bad.proto"), error);
    }

    @Test
    void itTellsWhatItCanRead() throws Exception {
        var response = answer(CodeGeneratorRequest.getDefaultInstance());
        assertThat(response.getSupportedFeatures()).isEqualTo(Feature.FEATURE_PROTO3_OPTIONAL_VALUE | Feature.FEATURE_SUPPORTS_EDITIONS_VALUE);
        assertThat(response.getMinimumEdition()).isEqualTo(Edition.EDITION_PROTO2_VALUE);
        assertThat(response.getMaximumEdition()).isEqualTo(Edition.EDITION_2026_VALUE);
        assertThat(response.hasError()).isFalse();
    }

    @Test
    void aRequestWithoutItsFileIsRefused() throws Exception {
        var response = answer(CodeGeneratorRequest.newBuilder().addFileToGenerate("gone.proto").build());
        assertThat(response.getError()).isEqualTo("the request names gone.proto but does not hold it: was it written by protoc?");
    }

    private void proto(String name, String text) throws Exception {
        Files.writeString(sources.resolve(name), text);
    }

    private Protoc.Outcome run(String... arguments) throws Exception {
        var all = new ArrayList<>(List.of("--plugin=protoc-gen-weft=" + protoc.plugin(), "--weft_out=" + java));
        all.addAll(List.of(arguments));
        return protoc.run(sources, all.toArray(String[]::new));
    }

    private static void assertFails(Protoc.Outcome outcome, String error) {
        // After protoc's own warnings, and the folder of the file.
        assertThat(outcome.output().strip()).endsWith(error);
        assertThat(outcome.exit()).isNotZero();
    }

    private static CodeGeneratorResponse answer(CodeGeneratorRequest request) throws Exception {
        var out = new ByteArrayOutputStream();
        ProtocPlugin.answer(new ByteArrayInputStream(request.toByteArray()), out);
        return CodeGeneratorResponse.parseFrom(out.toByteArray());
    }
}
