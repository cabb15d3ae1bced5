package dev.weft.bench;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** The CPU time of another process: the sum over its threads of the first number in proc(5)'s {@code /proc/PID/task/TID/schedstat}. */
final class CpuTime {
    private final long pid;

    /** Process 0 is none, which takes no time. */
    CpuTime(long pid) {
        this.pid = pid;
    }

    long nanos() throws IOException {
        if (pid == 0) {
            return 0;
        }
        var nanos = 0L;
        try (var threads = Files.newDirectoryStream(Path.of("/proc", Long.toString(pid), "task"))) {
            for (var thread : threads) {
                nanos += nanos(thread.resolve("schedstat"));
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return nanos;
    }

    private static long nanos(Path schedstat) throws IOException {
        try {
            var text = Files.readString(schedstat);
            return Long.parseLong(text.substring(0, text.indexOf(' ')));
        } catch (NoSuchFileException e) {
            return 0; // the thread has ended since it was listed
        }
    }
}
