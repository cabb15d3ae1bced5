package dev.weft.queue;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The right to use a {@link Spool}'s directory, which one holder has at a time, among all processes. It ends with its process, too. */
final class SpoolLock implements Closeable {
    /** A file lock is the process's, and is lost when any channel of its file is closed (fcntl(2)): a second opener in here must not get that far. */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path directory;
    private final FileChannel channel;

    private SpoolLock(Path directory, FileChannel channel) {
        this.directory = directory;
        this.channel = channel;
    }

    /**
     * Locks at once, or not.
     *
     * @param directory its real path
     * @throws IOException when another has it
     */
    static SpoolLock of(Path directory) throws IOException {
        if (!HELD.add(directory)) {
            throw new IOException(inUse(directory, "this"));
        }
        try {
            return new SpoolLock(directory, locked(directory));
        } catch (IOException | RuntimeException | Error e) {
            HELD.remove(directory);
            throw e;
        }
    }

    private static FileChannel locked(Path directory) throws IOException {
        var path = directory.resolve("lock");
        var channel = FileChannel.open(path, Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS),
                SpoolFile.ownerOnly(path, "rw-------"));
        try {
            if (channel.tryLock() == null) {
                throw new IOException(inUse(directory, "another"));
            }
            return channel;
        } catch (OverlappingFileLockException e) {
            // Taken by these classes as another class loader has them.
            channel.close();
            throw new IOException(inUse(directory, "this"), e);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    private static String inUse(Path directory, String whose) {
        return "the spool " + directory + " is in use by " + whose + " process: one link at a time may have it";
    }

    /** Idempotent; to be called by its holder only. */
    @Override
    public void close() throws IOException {
        if (channel.isOpen()) {
            try {
                channel.close();
            } finally {
                HELD.remove(directory);
            }
        }
    }
}
