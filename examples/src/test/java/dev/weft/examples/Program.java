package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

import ai.onnxruntime.OrtSession;
import com.google.protobuf.CodedOutputStream;
import dev.weft.linux.EpollTransport;
import dev.weft.message.Messages;
import dev.weft.net.Server;
import dev.weft.queue.Link;
import dev.weft.workers.ProcessPools;

/** A program under test as a process of its own: what it prints, what is typed, and its end, which {@code close} forces. */
final class Program implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(20);
    static final InetAddress LOCAL = InetAddress.ofLiteral("127.0.0.1");

    private final String name;
    private final Process process;
    private final Tail output;
    private final Tail errors;

    private Program(String name, List<String> command) {
        this.name = name;
        try {
            process = new ProcessBuilder(command).start();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + command, e);
        }
        output = new Tail(process.getInputStream());
        errors = new Tail(process.getErrorStream());
    }

    /** An example, from its class file, with these system properties and arguments. */
    static Program start(String example, Map<String, ?> properties, String... args) {
        var command = java("--class-path", classPath());
        properties.forEach((key, value) -> command.add("-D" + key + "=" + value));
        command.add(example);
        command.addAll(List.of(args));
        return new Program(example, command);
    }

    /** As start, on the native transport and with worker processes. */
    static Program startNative(String example, Map<String, ?> properties, String... args) {
        var command = java("--enable-native-access=ALL-UNNAMED", "--class-path",
                String.join(System.getProperty("path.separator"), classPath(), location(EpollTransport.class), location(ProcessPools.class)));
        properties.forEach((key, value) -> command.add("-D" + key + "=" + value));
        command.add(example);
        command.addAll(List.of(args));
        return new Program(example, command);
    }

    /** An example of messages, or a part of one: with protobuf, and ONNX Runtime, on the class path too. */
    static Program startMessages(String example, Map<String, ?> properties, String... args) {
        var command = java("--enable-native-access=ALL-UNNAMED", "--class-path",
                String.join(System.getProperty("path.separator"), classPath(), location(Messages.class),
                        location(CodedOutputStream.class), location(OrtSession.class)));
        properties.forEach((key, value) -> command.add("-D" + key + "=" + value));
        command.add(example);
        command.addAll(List.of(args));
        return new Program(example, command);
    }

    /** An example of queues. */
    static Program startQueues(String example, Map<String, ?> properties, String... args) {
        var command = java("--class-path", classPath() + System.getProperty("path.separator") + location(Link.class));
        properties.forEach((key, value) -> command.add("-D" + key + "=" + value));
        command.add(example);
        command.addAll(List.of(args));
        return new Program(example, command);
    }

    /** An example of calls: with all that the tests have on their class path. */
    static Program startCalls(String example, Map<String, ?> properties, String... args) {
        var command = java("--enable-native-access=ALL-UNNAMED", "--class-path", System.getProperty("java.class.path"));
        properties.forEach((key, value) -> command.add("-D" + key + "=" + value));
        command.add(example);
        command.addAll(List.of(args));
        return new Program(example, command);
    }

    /** An example, on a port. */
    static Program start(String example, int port, String... args) {
        return start(example, Map.of("port", port), args);
    }

    /** An example, from its source file. */
    static Program fromSource(Path file, int port, String... args) {
        var command = java("--class-path", location(Server.class), "-Dport=" + port, file.toString());
        command.addAll(List.of(args));
        return new Program(file.toString(), command);
    }

    /** Any other program. */
    static Program command(String... command) {
        return new Program(command[0], List.of(command));
    }

    /** A program in Java that is no example, on a class path of its own. */
    static Program ofClasses(String classPath, String mainClass) {
        var command = java("--enable-native-access=ALL-UNNAMED", "--class-path", classPath);
        command.add(mainClass);
        return new Program(mainClass, command);
    }

    /** Neither a TCP nor a UDP socket has it now. */
    static int freePort() {
        while (true) {
            try (var tcp = new ServerSocket(0, 1, LOCAL)) {
                try (var udp = new DatagramSocket(tcp.getLocalPort(), LOCAL)) {
                    return udp.getLocalPort();
                } catch (BindException e) {
                    // Some UDP socket has that port: the next.
                }
            } catch (IOException e) {
                throw new UncheckedIOException("no free port on 127.0.0.1", e);
            }
        }
    }

    /** A connection to it, as soon as it listens: nothing is connected before, so an example that accepts once can be tested. */
    Peer connect(int port) {
        return connect(port, LOCAL);
    }

    /** As connect, from another of this machine's addresses. */
    Peer connect(int port, InetAddress from) {
        return await(name + " to listen").atMost(PATIENCE).pollInterval(Duration.ofMillis(20))
                .failFast(name + " ended early", () -> assertThat(process.isAlive()).as(this::report).isTrue())
                .until(() -> Peer.connect(port, from), Optional::isPresent).orElseThrow();
    }

    /** All that it printed until now. */
    String output() {
        return output.text();
    }

    /** All that it printed, and logged. */
    String report() {
        return "%s printed:%n%s%nand on standard error:%n%s".formatted(name, output.text(), errors.text());
    }

    /** Waits until it has printed this. */
    void awaitOutput(String part) {
        awaitOutput(text -> text.contains(part), part);
    }

    /** Waits until it has printed this and nothing else. */
    void awaitWholeOutput(String whole) {
        awaitOutput(whole::equals, whole);
    }

    private void awaitOutput(Predicate<String> expected, String description) {
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(20)).untilAsserted(
                () -> assertThat(output.text()).withFailMessage(() -> "expected: " + description + "\n" + report()).matches(expected));
    }

    /** Waits until it has printed this, or logged it on standard error. */
    void awaitReport(String part) {
        await(name + " to say " + part).atMost(PATIENCE).pollInterval(Duration.ofMillis(20)).until(() -> report().contains(part));
    }

    /** Types a line at its console. */
    void type(String line) {
        try {
            process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
            process.getOutputStream().flush();
        } catch (IOException e) {
            throw new UncheckedIOException(report(), e);
        }
    }

    /** SIGTERM; unlike {@link Process#destroy}, with what it has printed left to be read. */
    void terminate() {
        process.toHandle().destroy();
    }

    /** Waits for its end; returns its exit code. */
    int exit() throws InterruptedException {
        if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError(name + " did not end; " + report());
        }
        output.await();
        errors.await();
        return process.exitValue();
    }

    /** Waits for its end; returns all that it printed. */
    String outputAtExit() throws InterruptedException {
        if (exit() != 0) {
            throw new AssertionError("exit code " + process.exitValue() + "; " + report());
        }
        return output();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    private static List<String> java(String... options) {
        // A short life is all that is wanted of it; a machine's locale must not decide what is printed.
        var command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC", "-Xmx128m", "-Dstdout.encoding=UTF-8", "-Dstdin.encoding=UTF-8"));
        command.addAll(List.of(options));
        return command;
    }

    /** The examples and net, nothing else: most need nothing else. */
    private static String classPath() {
        try {
            return location(Class.forName("Smallest")) + System.getProperty("path.separator") + location(Server.class);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException("the examples are not on the class path", e);
        }
    }

    private static String location(Class<?> type) {
        try {
            return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
        } catch (URISyntaxException e) {
            throw new IllegalStateException("where is " + type + "?", e);
        }
    }

    /** What came out of a stream so far. */
    private static final class Tail {
        private final StringWriter text = new StringWriter();
        private final Thread reader;

        Tail(InputStream stream) {
            reader = Thread.ofVirtual().start(() -> {
                try (var in = new InputStreamReader(stream, StandardCharsets.UTF_8)) {
                    in.transferTo(text);
                } catch (IOException e) {
                    text.write(e.toString());
                }
            });
        }

        String text() {
            return text.toString();
        }

        void await() throws InterruptedException {
            reader.join(PATIENCE);
        }
    }
}
