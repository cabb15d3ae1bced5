package dev.weft.rpc;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.rpc.ErrorDetailsProto;
import com.google.rpc.StatusProto;
import dev.weft.rpc.routeguide.RouteGuideProto;
import io.grpc.health.v1.HealthProto;
import org.opentest4j.TestAbortedException;

/** The Python that has the stock gRPC library, and the programs of the test resources that it runs. */
final class Python {
    private static final String PACKAGES = "python3-grpcio python3-protobuf";
    private static final int LOOK_SECONDS = 60;
    private static final int INSTALL_SECONDS = 300;

    /** Looked for once: it may take an installation. */
    private static final class Holder {
        static final Optional<String> FOUND = find().or(() -> mayInstall() && install() ? find() : Optional.empty());
    }

    private Python() {}

    /**
     * The interpreter.
     *
     * @throws TestAbortedException when there is none
     */
    static String interpreter() {
        return Holder.FOUND.orElseThrow(() -> {
            var why = "no python3 here can import grpc and google.protobuf, so nothing was tried against the stock gRPC; "
                    + "on Debian and Ubuntu: apt-get install " + PACKAGES;
            System.err.println("SKIPPED: " + why);
            return new TestAbortedException(why);
        });
    }

    /** Starts a program of the test resources; what it says of errors is shown with the test's own. */
    static Process start(String program, List<String> arguments) throws IOException {
        var command = new ArrayList<>(List.of(interpreter(), "-B", program(program).toString()));
        command.addAll(arguments);
        var builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put("PYTHONIOENCODING", "utf-8");
        // A fork within a test's threads is nothing that gRPC must look after.
        builder.environment().put("GRPC_ENABLE_FORK_SUPPORT", "0");
        return builder.start();
    }

    private static Path program(String name) {
        var resource = Python.class.getResource("/python/" + name);
        if (resource == null) {
            throw new IllegalArgumentException("no test resource python/" + name);
        }
        try {
            return Path.of(resource.toURI());
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** The types of all messages that the programs use, as protoc's {@code --descriptor_set_out} would have written them. */
    static Path descriptors(Path folder) throws IOException {
        var all = FileDescriptorSet.newBuilder();
        for (var file : List.of(RouteGuideProto.getDescriptor(), StatusProto.getDescriptor(), ErrorDetailsProto.getDescriptor(),
                HealthProto.getDescriptor())) {
            add(file, all);
        }
        return Files.write(folder.resolve("descriptors"), all.build().toByteArray());
    }

    private static void add(FileDescriptor file, FileDescriptorSet.Builder all) {
        if (all.getFileList().stream().noneMatch(known -> known.getName().equals(file.getName()))) {
            file.getDependencies().forEach(needed -> add(needed, all));
            all.addFile(file.toProto());
        }
    }

    private static Optional<String> find() {
        return List.of("/usr/bin/python3", "python3").stream()
                .filter(python -> succeeds(LOOK_SECONDS, python, "-c", "import grpc, google.protobuf")).findFirst();
    }

    /** A machine that is thrown away afterwards, and where nobody is asked. */
    private static boolean mayInstall() {
        return System.getenv("CI") != null && "root".equals(System.getProperty("user.name")) && Files.isExecutable(Path.of("/usr/bin/apt-get"));
    }

    private static boolean install() {
        return succeeds(INSTALL_SECONDS, "apt-get", "update")
                && succeeds(INSTALL_SECONDS, "sh", "-c",
                        "DEBIAN_FRONTEND=noninteractive exec apt-get install -y --no-install-recommends " + PACKAGES);
    }

    private static boolean succeeds(int seconds, String... command) {
        try {
            var output = Files.createTempFile("weft-python", ".log");
            try {
                var process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile()).start();
                try {
                    process.getOutputStream().close();
                    return process.waitFor(seconds, TimeUnit.SECONDS) && process.exitValue() == 0;
                } finally {
                    process.destroyForcibly();
                }
            } finally {
                Files.deleteIfExists(output);
            }
        } catch (IOException e) {
            return false; // there is no such program
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
