package dev.weft.rpc.codegen;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import com.google.protobuf.Message;

/** The real protoc, in a folder of its own with the imports that come with protobuf. */
final class Protoc {
    private static final List<String> COMMON = List.of("descriptor", "empty", "java_features", "timestamp");
    private final Path program;
    private final Path imports;
    private final Path folder;

    /** What it did. */
    record Outcome(int exit, String output) {
    }

    Protoc(Path folder) throws IOException {
        this.folder = folder;
        // Not every copy of an artifact keeps its permissions.
        program = Files.copy(Path.of(Objects.requireNonNull(System.getProperty("weft.protoc"), "-Dweft.protoc: see pom.xml")),
                folder.resolve("protoc.exe"));
        if (!program.toFile().setExecutable(true)) {
            throw new IOException("cannot make executable: " + program);
        }
        imports = folder.resolve("imports");
        Files.createDirectories(imports.resolve("google/protobuf"));
        for (var name : COMMON) {
            var file = "google/protobuf/" + name + ".proto";
            try (var in = Objects.requireNonNull(Message.class.getResourceAsStream("/" + file), file)) {
                Files.copy(in, imports.resolve(file));
            }
        }
    }

    Outcome run(Path sources, String... arguments) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(program.toString(), "-I" + sources, "-I" + imports));
        command.addAll(List.of(arguments));
        var log = Files.createTempFile(folder, "protoc", ".log");
        var process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
        var exit = process.waitFor();
        return new Outcome(exit, Files.readString(log, UTF_8));
    }

    /** A script that starts the plugin in a JVM of its own, as a build does. */
    Path plugin() throws IOException {
        var windows = System.getProperty("os.name").startsWith("Windows");
        var script = folder.resolve(windows ? "protoc-gen-weft.bat" : "protoc-gen-weft");
        var java = Path.of(System.getProperty("java.home"), "bin", "java");
        var command = "\"%s\" -cp \"%s%s%s\" %s".formatted(java, place(ProtocPlugin.class), File.pathSeparator, place(Message.class),
                ProtocPlugin.class.getName());
        Files.writeString(script, windows ? "@" + command + "\r\n" : "#!/bin/sh\nexec " + command + "\n");
        if (!script.toFile().setExecutable(true)) {
            throw new IOException("cannot make executable: " + script);
        }
        return script;
    }

    /** The folder or jar that a class comes from. */
    static Path place(Class<?> type) {
        try {
            return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
