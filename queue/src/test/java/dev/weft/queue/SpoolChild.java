package dev.weft.queue;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** Programs that use a spool in a JVM of their own. */
final class SpoolChild {
    private SpoolChild() {}

    /** Starts one, whose output is its standard output. */
    static Process start(Class<?> program, Path directory) throws IOException {
        return start(List.of(), program, directory);
    }

    /** What it says until it ends. */
    static List<String> run(Class<?> program, Path directory) throws IOException, InterruptedException {
        return output(start(program, directory));
    }

    /** As {@link #run}, with no file longer than so many of the shell's blocks, of 512 or 1,024 bytes. */
    static List<String> runWithFilesUpTo(int blocks, Class<?> program, Path directory) throws IOException, InterruptedException {
        return output(start(List.of("/bin/sh", "-c", "ulimit -f " + blocks + " && exec \"$0\" \"$@\""), program, directory));
    }

    private static Process start(List<String> through, Class<?> program, Path directory) throws IOException {
        var command = new ArrayList<>(through);
        Collections.addAll(command, ProcessHandle.current().info().command().orElseThrow(), "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC",
                "-XX:-UsePerfData", "-Xmx64m", "-cp", System.getProperty("java.class.path"), program.getName(), directory.toString());
        return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }

    private static List<String> output(Process process) throws IOException, InterruptedException {
        try (var out = process.inputReader(UTF_8)) {
            var lines = out.readAllLines();
            process.waitFor(10, TimeUnit.SECONDS);
            return lines;
        } finally {
            process.destroyForcibly();
        }
    }

    /** Says whether it may open the spool. */
    static final class Opening {
        private Opening() {}

        public static void main(String[] args) {
            try (var spool = Spool.open(Path.of(args[0]))) {
                System.out.println("opened at " + spool.next());
            } catch (IOException e) {
                System.out.println(e.getMessage());
            }
        }
    }

    /** Appends until it can't, and then what is small enough. */
    static final class Filling {
        private Filling() {}

        public static void main(String[] args) throws IOException {
            long kept;
            try (var spool = Spool.open(Path.of(args[0]))) {
                if (!refused(spool, Collections.nCopies(1_000, new byte[1_000])) || spool.next() != 1 || longer(spool, args[0])) {
                    throw new IllegalStateException("a part of a batch was kept");
                }
                var message = new byte[1_000];
                do {
                    kept = spool.next();
                    message[0] = (byte) kept;
                } while (!refused(spool, List.of(message)));
                if (longer(spool, args[0])) {
                    throw new IllegalStateException("a part of a record was kept");
                }
                spool.appendAll(List.of("small".getBytes(UTF_8)));
                check(spool, kept);
            }
            try (var spool = Spool.open(Path.of(args[0]))) {
                check(spool, kept);
            }
            System.out.println("all that was kept is there");
        }

        private static boolean refused(Spool spool, List<byte[]> messages) {
            try {
                spool.appendAll(messages);
                return false;
            } catch (IOException e) {
                if (!Objects.requireNonNull(e.getMessage()).contains(".spool")) {
                    throw new IllegalStateException("which file is it?", e);
                }
                return true;
            }
        }

        /** Whether the files are longer than the spool knows. */
        private static boolean longer(Spool spool, String directory) throws IOException {
            try (var files = Files.list(Path.of(directory))) {
                return files.mapToLong(file -> file.toFile().length()).sum() != spool.bytes();
            }
        }

        private static void check(Spool spool, long small) throws IOException {
            if (small < 10 || spool.first() != 1 || spool.next() != small + 1 || spool.read(small).length != 5) {
                throw new IllegalStateException("it holds " + spool.first() + " to " + spool.next() + ", the last should be " + small);
            }
            for (long number = 1; number < small; number++) {
                var message = spool.read(number);
                if (message.length != 1_000 || message[0] != (byte) number) {
                    throw new IllegalStateException("another message " + number);
                }
            }
        }
    }

    /** A link whose spool becomes full: says what it logs at ERROR, and why it has ended. */
    static final class Full {
        private Full() {}

        public static void main(String[] args) throws Exception {
            var logged = new Logged("dev.weft.queue.of-this-child");
            var link = Link.connect("127.0.0.1", 1).logger(logged.logger()).delivery(Delivery.AT_LEAST_ONCE).spool(Path.of(args[0])).sender().start();
            try {
                while (true) {
                    link.send(new byte[1_000]);
                }
            } catch (IllegalStateException e) {
                logged.lines().stream().filter(line -> line.startsWith("SEVERE ")).forEach(System.out::println);
                System.out.println(link.status().lastFailure().orElseThrow().getMessage());
            }
            System.exit(0);
        }
    }

    /** Appends without end and says each number when it is kept; what is more than 100 back is acknowledged. */
    static final class Endless {
        private Endless() {}

        public static void main(String[] args) throws IOException {
            var spool = Spool.open(Path.of(args[0]), 20_000);
            while (true) {
                var message = message(spool.next());
                var number = spool.appendAll(List.of(message));
                System.out.println(number);
                spool.acknowledge(number - 100);
            }
        }

        /** Of one byte to 5,000. */
        static byte[] message(long number) {
            var words = "message " + number + ", ";
            return words.repeat((int) (number * 7 % 300) + 1).getBytes(UTF_8);
        }
    }
}
