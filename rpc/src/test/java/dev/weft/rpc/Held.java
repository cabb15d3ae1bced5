package dev.weft.rpc;

import static org.awaitility.Awaitility.await;

import java.lang.management.ManagementFactory;
import java.time.Duration;

/** What this process holds, to be compared with later. */
final class Held {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private Held() {}

    /** Bytes of the heap that are in use once what is not needed has gone. */
    static long heap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
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
