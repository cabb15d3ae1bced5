package dev.weft.rpc.codegen;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.compiler.PluginProtos.CodeGeneratorRequest;
import com.google.protobuf.compiler.PluginProtos.CodeGeneratorResponse;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What is written for {@code golden/NAME.proto} is what is in the folder {@code golden/NAME}, and compiles without a warning beside the messages
 * that protoc writes for the same file.
 *
 * <p>Run with {@code -Dweft.golden.renew=true} to write the folders anew, and read the difference before it is kept.
 */
@Timeout(300)
class GoldenTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden");
    @TempDir
    static Path folder;
    static Protoc protoc;
    static Path classes;

    @BeforeAll
    static void theMessagesAreCompiledOnce() throws Exception {
        protoc = new Protoc(folder);
        classes = Files.createDirectories(folder.resolve("classes"));
        var messages = Files.createDirectories(folder.resolve("messages"));
        var arguments = Stream.concat(Stream.of("--java_out=" + messages),
                JavaCompiler.files(GOLDEN, ".proto").stream().map(file -> GOLDEN.relativize(file).toString().replace('\\', '/')));
        var written = protoc.run(GOLDEN, arguments.toArray(String[]::new));
        assertThat(written.exit()).as(written.output()).isZero();
        assertThat(new JavaCompiler(classes).compile(messages, "-nowarn", "-XDsuppressNotes")).isEmpty();
    }

    static List<String> protos() throws IOException {
        try (var files = Files.list(GOLDEN)) {
            return files.map(file -> file.getFileName().toString()).filter(name -> name.endsWith(".proto"))
                    .map(name -> name.substring(0, name.length() - ".proto".length())).sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("protos")
    @DisplayName("RPC-1, RPC-2, RPC-3: the Java of a file is as it should be, and compiles without a warning")
    void theJavaOfAFileIsAsItShouldBe(String name) throws Exception {
        var actual = generated(name);
        if (Boolean.getBoolean("weft.golden.renew")) {
            for (var old : JavaCompiler.files(GOLDEN.resolve(name), ".java")) {
                Files.delete(old);
            }
            write(actual, GOLDEN.resolve(name));
        }
        assertThat(actual).isEqualTo(read(GOLDEN.resolve(name)));

        var sources = folder.resolve("services").resolve(name);
        write(actual, sources);
        if (!actual.isEmpty()) {
            assertThat(new JavaCompiler(classes).compile(sources, "-Xlint:all", "-Xdoclint:all,-missing", "-Werror")).isEmpty();
        }
    }

    @Test
    void everyFolderHasItsProto() throws IOException {
        var protos = protos();
        for (var file : JavaCompiler.files(GOLDEN, ".java")) {
            assertThat(GOLDEN.relativize(file).getName(0).toString()).isIn(protos);
        }
    }

    @Test
    void manyRpcsCompileToo() throws Exception {
        var proto = new StringBuilder("syntax = \"proto3\";\npackage many;\noption java_multiple_files = true;\nmessage M {}\nservice Many {\n");
        for (var i = 0; i < 200; i++) {
            proto.append("  rpc Call").append(i).append("(M) returns (").append(i % 2 == 0 ? "" : "stream ").append("M);\n");
        }
        var sources = Files.createDirectories(folder.resolve("many"));
        Files.writeString(sources.resolve("many.proto"), proto.append("}\n"));
        var java = folder.resolve("many-java");
        Files.createDirectories(java);
        var written = protoc.run(sources, "--java_out=" + java, "many.proto");
        assertThat(written.exit()).as(written.output()).isZero();
        write(generated(sources, "many.proto"), java);
        assertThat(new JavaCompiler(classes).compile(java, "-nowarn", "-XDsuppressNotes")).isEmpty();
    }

    private static Map<String, String> generated(String name) throws Exception {
        return generated(GOLDEN, name + ".proto");
    }

    private static Map<String, String> generated(Path sources, String proto) throws Exception {
        var response = answer(sources, proto);
        assertThat(response.getError()).isEmpty();
        var files = new TreeMap<String, String>();
        response.getFileList().forEach(file -> files.put(file.getName(), file.getContent()));
        assertThat(files).hasSize(response.getFileCount());
        return files;
    }

    /** The plugin's answer in this JVM, to the request that protoc would send. */
    private static CodeGeneratorResponse answer(Path sources, String proto) throws Exception {
        var set = folder.resolve("set");
        var written = protoc.run(sources, "--descriptor_set_out=" + set, "--include_imports", "--include_source_info", proto);
        assertThat(written.exit()).as(written.output()).isZero();
        var request = CodeGeneratorRequest.newBuilder().addFileToGenerate(proto)
                .addAllProtoFile(FileDescriptorSet.parseFrom(Files.readAllBytes(set)).getFileList()).build();
        var out = new ByteArrayOutputStream();
        ProtocPlugin.answer(new ByteArrayInputStream(request.toByteArray()), out);
        return CodeGeneratorResponse.parseFrom(out.toByteArray());
    }

    private static Map<String, String> read(Path from) throws IOException {
        var files = new TreeMap<String, String>();
        for (var file : JavaCompiler.files(from, ".java")) {
            files.put(from.relativize(file).toString().replace('\\', '/'), Files.readString(file));
        }
        return files;
    }

    private static void write(Map<String, String> files, Path to) throws IOException {
        for (var file : files.entrySet()) {
            var path = to.resolve(file.getKey());
            Files.createDirectories(path.getParent());
            Files.writeString(path, file.getValue());
        }
    }
}
