package dev.weft.workers;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

import dev.weft.linux.poll.Waiter;
import dev.weft.linux.poll.Watched;
import dev.weft.linux.sys.Descriptor;
import dev.weft.linux.sys.Errno;
import dev.weft.linux.sys.Layouts;
import dev.weft.linux.sys.Libc;
import dev.weft.linux.sys.Sockaddr;
import dev.weft.linux.sys.Sockets;
import dev.weft.net.Address;
import dev.weft.net.spi.Readiness;
import dev.weft.net.support.SafeLog;

/**
 * The listening socket to which new workers connect: a Unix socket in a folder that only this user may enter. A connection is accepted only from
 * a process that was started here; the kernel tells the process id (unix(7), SO_PEERCRED).
 */
final class WorkerListener extends Watched {
    private static final SafeLog LOG = SafeLog.of("dev.weft.workers");
    private static final int SO_PEERCRED = 17;
    private static final int BACKLOG = 128;
    /** The pause after a failure to accept, as when there are no free descriptors. */
    private static final long PAUSE_MILLIS = 100;

    private final Path folder;
    private final Path path;
    private final Descriptor descriptor;
    private final Readiness acceptable = new Readiness(true);
    private final Map<Long, Consumer<WorkerSocket>> expected = new HashMap<>();

    WorkerListener() throws IOException {
        folder = Files.createTempDirectory("weft-workers", PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        path = folder.resolve("s");
        try {
            descriptor = new Descriptor(Sockets.orClose(Libc.socket(Libc.AF_UNIX, Libc.SOCK_SEQPACKET), this::listening));
        } catch (IOException | RuntimeException e) {
            removeFolder();
            throw new IOException("cannot listen for worker processes at " + path + ": " + e.getMessage()
                    + " (set -Djava.io.tmpdir to a folder where Unix sockets can be made)", e);
        }
        Thread.ofVirtual().name("weft-workers-listener").start(this::run);
    }

    private int listening(int fd) throws IOException {
        try (var arena = Arena.ofConfined()) {
            Libc.bind(fd, Sockaddr.unix(Address.unix(path), arena));
        }
        Libc.listen(fd, BACKLOG);
        Waiter.open().watchStream(fd, this);
        return fd;
    }

    /** The path of the socket, which a worker is given on its command line. */
    Path path() {
        return path;
    }

    /** Starts a process and accepts one connection from it. No connection is accepted meanwhile, so a fast process is not refused. */
    synchronized Process start(ProcessBuilder command, Consumer<WorkerSocket> worker) throws IOException {
        var process = command.start();
        expected.put(process.pid(), worker);
        return process;
    }

    /** A connection from this process is no longer accepted. */
    synchronized void forget(long pid) {
        expected.remove(pid);
    }

    @Override
    public void ready(int events) {
        acceptable.signal();
    }

    private void run() {
        try (var arena = Arena.ofConfined()) {
            var errno = Libc.errnoRoom(arena);
            while (descriptor.isOpen()) {
                var stamp = acceptable.stamp();
                var fd = accept(errno);
                if (fd >= 0) {
                    accepted(fd);
                } else if (fd == -Errno.EAGAIN) {
                    acceptable.drained(stamp);
                    acceptable.await();
                } else if (fd != -Errno.EINTR && fd != -Errno.ECONNABORTED) {
                    LockSupport.parkNanos(this, TimeUnit.MILLISECONDS.toNanos(PAUSE_MILLIS));
                }
            }
        } catch (ClosedChannelException e) {
            // It was closed.
        } catch (IOException e) {
            LOG.log(Level.ERROR, () -> "new workers can no longer connect", e);
        }
    }

    private int accept(MemorySegment errno) throws IOException {
        var fd = descriptor.enter();
        try {
            return Libc.accept(fd, MemorySegment.NULL, MemorySegment.NULL, errno);
        } finally {
            descriptor.leave();
        }
    }

    private synchronized void accepted(int fd) {
        try {
            var pid = Sockets.orClose(fd, WorkerListener::peer);
            var worker = expected.remove(pid);
            if (worker != null) {
                worker.accept(new WorkerSocket(fd));
            } else {
                Libc.close(fd);
            }
        } catch (IOException e) {
            LOG.log(Level.WARNING, () -> "the connection of a new worker could not be accepted", e);
        }
    }

    private static Long peer(int fd) throws IOException {
        try (var arena = Arena.ofConfined()) {
            var credentials = arena.allocate(Layouts.UCRED);
            Libc.option(fd, Sockets.SOL_SOCKET, SO_PEERCRED, credentials);
            return (long) credentials.get(JAVA_INT, 0);
        }
    }

    /** Closes the socket and removes the folder. Does not wait, not even for a process that is being started. */
    void close() {
        Waiter.shared().forget(descriptor.number(), this);
        if (descriptor.close()) {
            acceptable.signal();
            removeFolder();
        }
    }

    /** The private folder, where the pool may keep other files; they are removed with it. */
    Path folder() {
        return folder;
    }

    /** Removes a folder and the files in it. Another process may remove it at the same time. */
    static void remove(Path folder) throws IOException {
        try (var files = Files.newDirectoryStream(folder)) {
            for (var file : files) {
                Files.deleteIfExists(file);
            }
        } catch (NoSuchFileException e) {
            return;
        }
        Files.deleteIfExists(folder);
    }

    private void removeFolder() {
        try {
            remove(folder);
        } catch (IOException e) {
            LOG.log(Level.WARNING, () -> "cannot remove the folder of worker processes, " + folder, e);
        }
    }
}
