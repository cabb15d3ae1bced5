package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

import dev.weft.rpc.codegen.ProtocPlugin;

/** protoc with Weft's plugin, called as the build's plugin for protobuf calls them. */
final class Protoc {
    private final Path program;
    private final Path plugin;

    /** In a folder of its own. */
    Protoc(Path folder) throws Exception {
        program = program(folder);
        plugin = script(folder.resolve("protoc-gen-weft"), "exec \"%s\" -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp \"%s\" %s\n".formatted(
                Path.of(System.getProperty("java.home"), "bin", "java"), System.getProperty("java.class.path"), ProtocPlugin.class.getName()));
    }

    /** Of those that the build has got, for this machine or another one, the one that runs here. */
    private static Path program(Path folder) throws Exception {
        var got = Path.of(Objects.requireNonNull(System.getProperty("weft.protoc"), "-Dweft.protoc: see pom.xml"));
        try (var files = Files.list(got)) {
            for (var file : files.filter(f -> f.toString().endsWith(".exe")).toList()) {
                // Not every copy of an artifact keeps its permissions.
                var copy = executable(Files.copy(file, folder.resolve(file.getFileName())));
                try (var version = Program.command(copy.toString(), "--version")) {
                    if (version.exit() == 0) {
                        return copy;
                    }
                } catch (RuntimeException e) {
                    // Another machine's.
                }
            }
        }
        throw new IOException("no protoc in " + got + " that runs on this machine");
    }

    private static Path script(Path file, String commands) throws IOException {
        return executable(Files.writeString(file, "#!/bin/sh\n" + commands));
    }

    private static Path executable(Path file) throws IOException {
        if (!file.toFile().setExecutable(true)) {
            throw new IOException("cannot make executable: " + file);
        }
        return file;
    }

    /** Messages and services of one file as Java. */
    void java(Path file, Path out) throws Exception {
        run("-I" + file.getParent(), "--java_out=" + out, "--plugin=protoc-gen-weft=" + plugin, "--weft_out=" + out, file.toString());
    }

    /** One file's descriptors. */
    Path descriptors(Path file, Path out) throws Exception {
        run("-I" + file.getParent(), "--descriptor_set_out=" + out, file.toString());
        return out;
    }

    private void run(String... arguments) throws Exception {
        var command = new String[arguments.length + 1];
        command[0] = program.toString();
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        try (var protoc = Program.command(command)) {
            assertThat(protoc.exit()).as(protoc::report).isZero();
        }
    }
}
