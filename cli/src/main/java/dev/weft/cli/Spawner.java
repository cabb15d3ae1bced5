package dev.weft.cli;

import java.io.Closeable;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;

import dev.weft.net.TimeSource;
import dev.weft.net.support.Moments;

/**
 * Starts processes one after the other, each with descriptors that were kept free for it.
 *
 * <p>The JDK's way to start a process does not bear it when descriptors run out on the way: it has been seen to wait for ever for a helper that
 * could not load its libraries, to leave pipes behind, and to close descriptor 0. So as many as a start may take are kept, on /dev/null, and given
 * up for the moment of a start. While they can't be had, the start waits.
 */
final class Spawner implements AutoCloseable {
    /** Five pipes, and as many again for the helper and the loader of its libraries; and some that another thread may take meanwhile. */
    static final int ROOM = 24;
    private static final String NOTHING = "/dev/null";
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration PAUSE = Duration.ofMillis(20);
    /** Always the machine's clock: it waits for the system. */
    private static final TimeSource TIME = TimeSource.system();
    /** EAGAIN, ENOMEM, ENFILE, EMFILE, as the JDK tells of them. */
    private static final Pattern FOR_NOW = Pattern.compile("error[=:] ?(11|12|23|24)\\b");

    /** Fair, and kept while its holder waits for room: first come, first served. */
    private final ReentrantLock lock = new ReentrantLock(true);
    private final ArrayDeque<Closeable> kept = new ArrayDeque<>();
    /** In the place of a standard stream that was closed: the next socket must not get its number. */
    private final List<Closeable> standIns = new ArrayList<>();

    /** How many more this process may open; empty where the system does not tell: proc_pid_limits(5). */
    static OptionalInt descriptorsLeft() {
        try (var open = Files.list(Path.of("/proc/self/fd"))) {
            var used = open.count();
            for (var line : Files.readAllLines(Path.of("/proc/self/limits"))) {
                var words = line.split(" {2,}", -1);
                if (words[0].equals("Max open files") && !words[1].equals("unlimited")) {
                    return OptionalInt.of((int) Math.min(Integer.MAX_VALUE, Long.parseLong(words[1]) - used));
                }
            }
        } catch (IOException | RuntimeException e) {
            // Not on this system: a start waits for room all the same.
        }
        return OptionalInt.empty();
    }

    /**
     * Starts it.
     *
     * @throws IOException when it can't be started, or there was no room for it within 30 s
     */
    Process start(ProcessBuilder builder) throws IOException {
        var until = Moments.in(TIME, PATIENCE);
        try {
            lock.lockInterruptibly();
        } catch (InterruptedException e) {
            throw interrupted();
        }
        try {
            while (true) {
                if (fill()) {
                    try {
                        return attempt(builder);
                    } catch (IOException e) {
                        if (!FOR_NOW.matcher(String.valueOf(e.getMessage())).find() || Moments.passed(TIME, until)) {
                            throw new IOException("cannot start a process: " + String.valueOf(e.getMessage()).lines().findFirst().orElse(""), e);
                        }
                    }
                } else if (Moments.passed(TIME, until)) {
                    throw new IOException("cannot start a process: no " + ROOM + " descriptors were free for " + PATIENCE.toSeconds()
                            + " s; raise the limit of open files (ulimit -n), or lower --max-connections");
                }
                TIME.sleep(PAUSE);
            }
        } catch (InterruptedException e) {
            throw interrupted();
        } finally {
            lock.unlock();
        }
    }

    private static InterruptedIOException interrupted() {
        return new InterruptedIOException("interrupted before a process could be started");
    }

    private Process attempt(ProcessBuilder builder) throws IOException {
        giveUp();
        try {
            return builder.start();
        } finally {
            keepStandardStreams();
            fill();
        }
    }

    /** Takes what is missing; whether nothing is. */
    private boolean fill() {
        try {
            while (kept.size() < ROOM) {
                kept.add(new FileInputStream(NOTHING));
            }
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private void giveUp() throws IOException {
        while (!kept.isEmpty()) {
            kept.removeLast().close();
        }
    }

    /** A new descriptor gets the lowest number that is free: open(2). */
    private void keepStandardStreams() {
        for (int fd = 0; fd <= 2; fd++) {
            if (Files.exists(Path.of("/proc/self/fd")) && !Files.exists(Path.of("/proc/self/fd/" + fd), LinkOption.NOFOLLOW_LINKS)) {
                try {
                    standIns.add(new FileInputStream(NOTHING));
                } catch (IOException e) {
                    return; // none is free at all: the next attempt sees to it
                }
            }
        }
    }

    /** Gives its descriptors back; a stand-in stays. */
    @Override
    public void close() throws IOException {
        lock.lock();
        try {
            giveUp();
        } finally {
            lock.unlock();
        }
    }
}
