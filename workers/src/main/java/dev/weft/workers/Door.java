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
 * Where new workers report: a Unix socket in a folder that only this user may enter. Whoever knocks must be a process that was started here, as
 * the kernel says who that is (unix(7), SO_PEERCRED).
 */
final class Door extends Watched {
    private static final SafeLog LOG = SafeLog.of("dev.weft.workers");
    private static final int SO_PEERCRED = 17;
    private static final int BACKLOG = 128;
    /** How long nobody is let in when accepting fails, as it does for want of descriptors: a try costs as much as it fails quickly. */
    private static final long PAUSE_MILLIS = 100;

    private final Path folder;
    private final Path path;
    private final Descriptor descriptor;
    private final Readiness acceptable = new Readiness(true);
    private final Map<Long, Consumer<Line>> expected = new HashMap<>();

    Door() throws IOException {
        folder = Files.createTempDirectory("weft-workers", PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        path = folder.resolve("s");
        try {
            descriptor = new Descriptor(Sockets.orClose(Libc.socket(Libc.AF_UNIX, Libc.SOCK_SEQPACKET), this::listening));
        } catch (IOException | RuntimeException e) {
            removeFolder();
            throw new IOException("the socket for worker processes can't be had at " + path + " (-Djava.io.tmpdir names another place): "
                    + e.getMessage(), e);
        }
        Thread.ofVirtual().name("weft-workers-door").start(this::run);
    }

    private int listening(int fd) throws IOException {
        try (var arena = Arena.ofConfined()) {
            Libc.bind(fd, Sockaddr.unix(Address.unix(path), arena));
        }
        Libc.listen(fd, BACKLOG);
        Waiter.open().watchStream(fd, this);
        return fd;
    }

    Path path() {
        return path;
    }

    /** Starts a process, and lets it in when it comes, once. Nobody is let in meanwhile, so that it can't come before it is expected. */
    synchronized Process start(ProcessBuilder command, Consumer<Line> worker) throws IOException {
        var process = command.start();
        expected.put(process.pid(), worker);
        return process;
    }

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
                    letIn(fd);
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
            LOG.log(Level.ERROR, () -> "no more workers can report", e);
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

    private synchronized void letIn(int fd) {
        try {
            var pid = Sockets.orClose(fd, Door::peer);
            var worker = expected.remove(pid);
            if (worker != null) {
                worker.accept(new Line(fd));
            } else {
                Libc.close(fd);
            }
        } catch (IOException e) {
            LOG.log(Level.WARNING, () -> "a worker could not be let in", e);
        }
    }

    private static Long peer(int fd) throws IOException {
        try (var arena = Arena.ofConfined()) {
            var credentials = arena.allocate(Layouts.UCRED);
            Libc.option(fd, Sockets.SOL_SOCKET, SO_PEERCRED, credentials);
            return (long) credentials.get(JAVA_INT, 0);
        }
    }

    /** Waits for nobody, not even for a process that is being started. */
    void close() {
        Waiter.shared().forget(descriptor.number(), this);
        if (descriptor.close()) {
            acceptable.signal();
            removeFolder();
        }
    }

    /** For what the pool keeps beside the socket. */
    Path folder() {
        return folder;
    }

    /** With all that is in it; whoever else removes it may have been faster. */
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
            LOG.log(Level.WARNING, () -> "the folder of worker processes could not be removed: " + folder, e);
        }
    }
}
