package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;

/** Python programs that use gRPC's own library, with modules made from a .proto file by what is there to make them. */
final class PythonCalls {
    private static final List<String> INTERPRETERS = List.of("/usr/bin/python3", "python3");
    private static final String APT_PLUGIN = "/usr/bin/grpc_python_plugin";

    private final String python;
    private final Path folder;

    private PythonCalls(String python, Path folder) {
        this.python = python;
        this.folder = folder;
    }

    /** Aborts the test where no interpreter has gRPC. The modules are written into the folder of the programs. */
    static PythonCalls of(Path proto, Protoc protoc, Path folder) throws Exception {
        var python = INTERPRETERS.stream().filter(each -> succeeds(each, "-c", "import grpc, google.protobuf")).findFirst().orElse("");
        if (python.isEmpty()) {
            System.err.println("SKIPPED: no python3 here can import grpc, and so none has called an example; on Debian: apt install python3-grpcio");
            abort("no python3 with grpc");
        }
        var from = "-I" + proto.getParent();
        var made = succeeds(python, "-m", "grpc_tools.protoc", from, "--python_out=" + folder, "--grpc_python_out=" + folder, proto.toString())
                || succeeds("/usr/bin/protoc", from, "--python_out=" + folder, "--grpc_out=" + folder, "--plugin=protoc-gen-grpc=" + APT_PLUGIN,
                        proto.toString());
        if (!made) {
            var script = Path.of(PythonCalls.class.getResource("/python/stubs.py").toURI());
            var descriptors = protoc.descriptors(proto, folder.resolve("descriptors"));
            assertThat(succeeds(python, script.toString(), descriptors.toString(), folder.toString())).isTrue();
        }
        return new PythonCalls(python, folder);
    }

    /** A program of that folder. */
    Program start(String name, String... arguments) {
        var command = new String[arguments.length + 3];
        command[0] = python;
        command[1] = "-B";
        command[2] = folder.resolve(name).toString();
        System.arraycopy(arguments, 0, command, 3, arguments.length);
        return Program.command(command);
    }

    private static boolean succeeds(String... command) {
        try (var program = Program.command(command)) {
            return program.exit() == 0;
        } catch (UncheckedIOException e) {
            return false; // there is no such program
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
