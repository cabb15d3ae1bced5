package dev.weft.workers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

import dev.weft.net.Concurrency;
import dev.weft.net.Connection;
import dev.weft.net.Server;
import dev.weft.testkit.ChildJava;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The cache of classes that a pool makes for its workers, in a program of jars as of folders the JDK makes none. */
@Timeout(120)
@DisplayName("The cache of worker processes (SS-34)")
class WorkerCacheTest {
    private static final String WORKER = "worker with the cache";
    /** Not to take the processor from what makes the cache, at the lowest priority. */
    private static final long POLL_NANOS = 50_000_000;
    private static final String GONE = "the folder is gone";

    /** Opens a server, waits for the cache, and keeps workers busy until one comes that uses it. */
    static final class Program {
        private Program() {}

        public static void main(String[] args) throws Exception {
            var folder = Path.of(System.getProperty("java.io.tmpdir"));
            var held = new ArrayList<Connection>();
            try (var server = Server.tcp("localhost", 0).concurrency(Concurrency.processes(20).spare(1).jvmOptions("-Xmx64m"))
                    .open(WorkerHandlers.Obedient.class).start()) {
                while (!written(folder) || children("-XX:AOTCacheOutput=")) {
                    LockSupport.parkNanos(POLL_NANOS);
                }
                while (held.size() < 20 && !children("-XX:AOTCache=")) {
                    held.add(Workforce.connect(server));
                    Workforce.pid(held.getLast());
                }
                System.out.println(WORKER + ": " + children("-XX:AOTCache="));
                held.forEach(Connection::close);
            }
            System.out.println(GONE + ": " + folders(folder).isEmpty());
        }

        private static boolean written(Path folder) throws IOException {
            for (var pool : folders(folder)) {
                if (Files.exists(pool.resolve("classes.aot"))) {
                    return true;
                }
            }
            return false;
        }

        private static List<Path> folders(Path folder) throws IOException {
            try (var all = Files.list(folder)) {
                return all.filter(p -> p.getFileName().toString().startsWith("weft-workers")).toList();
            }
        }

        private static boolean children(String option) {
            return ProcessHandle.current().children().map(p -> Path.of("/proc", String.valueOf(p.pid()), "cmdline")).anyMatch(line -> {
                try {
                    return Files.readString(line).contains(option);
                } catch (IOException e) {
                    return false; // it has ended
                }
            });
        }
    }

    @Test
    void workersThatAreStartedLaterUseTheCacheWhichGoesWithTheServer(@TempDir Path folder) throws Exception {
        var temporary = Files.createDirectory(folder.resolve("tmp"));
        try (var child = ChildJava.fromJars(folder, List.of("-Djava.io.tmpdir=" + temporary), Program.class)) {
            assertThat(child.awaitLine(WORKER)).isEqualTo(": true");
            assertThat(child.awaitLine(GONE)).isEqualTo(": true");
        }
    }

    @Test
    void thereIsNoneOfFoldersAndNoneAgainstTheOptionsOfTheWorkers(@TempDir Path folder) throws Exception {
        var jar = Files.createFile(folder.resolve("a.jar")).toString();
        assertThat(WorkerCache.possible(List.of("java", "-cp", jar, "Main"), Map.of())).isTrue();
        assertThat(WorkerCache.possible(List.of("java", "-cp", jar + ":" + folder, "Main"), Map.of())).isFalse();
        assertThat(WorkerCache.possible(List.of("java", "-p", folder.toString(), "-m", "a/Main"), Map.of())).as("a folder of jars").isTrue();
        assertThat(WorkerCache.possible(List.of("java", "-XX:AOTMode=off", "-cp", jar, "Main"), Map.of())).isFalse();
        assertThat(WorkerCache.possible(List.of("java", "-XX:SharedArchiveFile=x.jsa", "-cp", jar, "Main"), Map.of())).isFalse();
        assertThat(WorkerCache.possible(List.of("java", "-cp", jar, "Main"), Map.of("JAVA_TOOL_OPTIONS", "-javaagent:x.jar"))).isFalse();
    }
}
