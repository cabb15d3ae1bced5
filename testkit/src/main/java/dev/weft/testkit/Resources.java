package dev.weft.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What this process holds: to be the same after a test as before it. For all threads. */
public final class Resources {
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

    private Resources() {}

    /** How many descriptors are open; 0 where the system does not say (proc(5) is Linux's). */
    public static long descriptors() {
        if (!Files.isDirectory(DESCRIPTORS)) {
            return 0;
        }
        try (var all = Files.list(DESCRIPTORS)) {
            return all.count();
        } catch (IOException e) {
            return 0;
        }
    }

    /** Waits until there are no more than so many, and fails after ten seconds; a closed channel's descriptor may go a moment later. */
    public static void awaitDescriptors(long most) {
        Eventually.holds("no more than " + most + " open descriptors, of " + descriptors(), () -> descriptors() <= most);
    }

    /** Waits until this process has no more than so many platform threads in this thread's group, and fails after ten seconds. */
    public static void awaitThreads(int most) {
        Eventually.holds("no more than " + most + " threads", () -> Thread.activeCount() <= most);
    }
}
