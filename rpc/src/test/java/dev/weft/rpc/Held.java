package dev.weft.rpc;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** What this process holds, to be compared with later. */
final class Held {
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private Held() {}

    /** Bytes of the heap that are in use once what is not needed has gone. */
    static long heap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    /** Open descriptors; 0 where the system does not say (proc(5) is Linux's). */
    static long descriptors() {
        if (!Files.isDirectory(DESCRIPTORS)) {
            return 0;
        }
        try (var all = Files.list(DESCRIPTORS)) {
            return all.count();
        } catch (IOException e) {
            return 0;
        }
    }

    /** Waits until there are no more descriptors than so many; a closed channel's may go a moment later. */
    static void awaitDescriptors(long most) {
        await("no more than " + most + " descriptors").atMost(PATIENCE).until(() -> descriptors() <= most);
    }

    /** Waits until a server has no calls, no threads of calls and no connections. */
    static void awaitNothing(RpcServer server) {
        await("no calls, threads and connections").atMost(PATIENCE).untilAsserted(() -> {
            if (server.stats().active() != 0 || !server.threads().isEmpty() || server.stats().connections() != 0) {
                throw new AssertionError(server.stats() + ", threads " + server.threads());
            }
        });
    }
}
