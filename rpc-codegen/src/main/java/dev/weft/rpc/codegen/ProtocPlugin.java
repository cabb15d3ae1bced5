package dev.weft.rpc.codegen;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Objects;

import com.google.protobuf.DescriptorProtos;
import com.google.protobuf.DescriptorProtos.Edition;
import com.google.protobuf.ExtensionRegistry;
import com.google.protobuf.JavaFeaturesProto;
import com.google.protobuf.compiler.PluginProtos.CodeGeneratorRequest;
import com.google.protobuf.compiler.PluginProtos.CodeGeneratorResponse;
import com.google.protobuf.compiler.PluginProtos.CodeGeneratorResponse.Feature;

/**
 * A protoc plugin that writes one Java interface per service: implement it to serve, take its {@code client} to call.
 *
 * <p>protoc starts it, with a {@code CodeGeneratorRequest} on standard input and a {@code CodeGeneratorResponse} expected on standard output.
 * The messages are left to protoc's own {@code java} generator, which must write to the same place or to one that is compiled together with it.
 * With {@code protobuf-maven-plugin}:
 *
 * <pre>{@code
 * <jvmMavenPlugins>
 *     <jvmMavenPlugin>
 *         <groupId>dev.weft</groupId>
 *         <artifactId>weft-rpc-codegen</artifactId>
 *         <version>...</version>
 *         <mainClass>dev.weft.rpc.codegen.ProtocPlugin</mainClass>
 *     </jvmMavenPlugin>
 * </jvmMavenPlugins>
 * }</pre>
 *
 * <p>The result depends on the files alone: the same files give the same text, byte for byte. It reads proto2, proto3 and editions up to 2026,
 * and takes no parameters.
 *
 * <p>What it cannot write, it says in the response's {@code error}, which protoc prints before it fails (SPEC RPC-2, RPC-3). The protocol is in
 * <a href="https://protobuf.dev/reference/cpp/api-docs/google.protobuf.compiler.plugin.pb/">plugin.proto</a>.
 */
public final class ProtocPlugin {
    private ProtocPlugin() {
    }

    /**
     * Answers the request on standard input.
     *
     * @param arguments none
     * @throws IOException if standard input is no request, or standard output takes no answer
     */
    public static void main(String[] arguments) throws IOException {
        if (arguments.length > 0) {
            System.err.println("protoc starts this program, without arguments: protoc --plugin=protoc-gen-weft=PROGRAM --weft_out=FOLDER FILE.proto");
            System.exit(2);
        }
        answer(System.in, System.out);
    }

    /** Reads one request and writes its response. */
    static void answer(InputStream in, OutputStream out) throws IOException {
        // Before JavaFeaturesProto, which needs it and fails to initialise when it comes first (protobuf 4.36.2).
        DescriptorProtos.getDescriptor();
        // Without the registry the features that choose Java names would be unknown fields.
        var extensions = ExtensionRegistry.newInstance();
        JavaFeaturesProto.registerAllExtensions(extensions);
        respond(CodeGeneratorRequest.parseFrom(in, extensions)).writeTo(out);
        out.flush();
    }

    private static CodeGeneratorResponse respond(CodeGeneratorRequest request) {
        var response = CodeGeneratorResponse.newBuilder()
                .setSupportedFeatures(Feature.FEATURE_PROTO3_OPTIONAL_VALUE | Feature.FEATURE_SUPPORTS_EDITIONS_VALUE)
                .setMinimumEdition(Edition.EDITION_PROTO2_VALUE)
                .setMaximumEdition(Edition.EDITION_2026_VALUE);
        try {
            if (!request.getParameter().isEmpty()) {
                throw new RefusedException("the weft plugin takes no parameters, but was given \"" + request.getParameter() + "\": remove it");
            }
            for (var file : ProtoFiles.toGenerate(request)) {
                var comments = new Comments(file.toProto().getSourceCodeInfo());
                for (var service : file.getServices()) {
                    var writer = new ServiceWriter(service, comments);
                    response.addFile(CodeGeneratorResponse.File.newBuilder().setName(writer.path()).setContent(writer.text()));
                }
            }
        } catch (RefusedException e) {
            response.clearFile().setError(Objects.requireNonNull(e.getMessage()));
        }
        return response.build();
    }
}
