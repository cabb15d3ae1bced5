package dev.weft.rpc.codegen;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

import com.google.protobuf.Message;
import dev.weft.rpc.RpcService;

/** javac, with protobuf and the stand-ins for Weft's types in reach. */
final class JavaCompiler {
    private final Path classes;

    /** Classes go here, and are seen by what is compiled later. */
    JavaCompiler(Path classes) {
        this.classes = classes;
    }

    /** What javac has to say about the Java files in a folder: nothing, if all is well. */
    String compile(Path sources, String... options) throws IOException {
        var javac = ToolProvider.getSystemJavaCompiler();
        var messages = new StringWriter();
        var arguments = new ArrayList<>(List.of("-proc:none", "-implicit:none", "-d", classes.toString(), "-cp",
                Stream.of(classes, Protoc.place(RpcService.class), Protoc.place(Message.class)).map(Path::toString)
                        .collect(Collectors.joining(File.pathSeparator))));
        arguments.addAll(List.of(options));
        try (var files = javac.getStandardFileManager(null, Locale.ROOT, UTF_8)) {
            var units = files.getJavaFileObjectsFromPaths(files(sources, ".java"));
            var done = javac.getTask(messages, files, null, arguments, null, units).call();
            return done ? messages.toString() : "failed: " + messages;
        }
    }

    static List<Path> files(Path folder, String ending) throws IOException {
        if (!Files.exists(folder)) {
            return List.of();
        }
        try (var found = Files.walk(folder)) {
            return found.filter(path -> path.toString().endsWith(ending)).sorted().toList();
        }
    }
}
