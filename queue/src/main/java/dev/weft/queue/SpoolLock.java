package dev.weft.queue;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The exclusive right to use a {@link Spool}'s directory: one holder at a time, among all processes. It is released when the process ends.
 *
 * <p>A file lock belongs to the process, and is lost when any channel of its file is closed (fcntl(2)). So a second opener in this process must not
 * open a channel at all, even when another class loader loaded its classes. Therefore the system properties, which all class loaders share, record
 * which directories are held.
 */
final class SpoolLock implements Closeable {
    private static final String PROPERTY = "dev.weft.queue.spool.";
    /**
     * Channels that found the process to have the lock already, by the names of their directories: one that is not in the properties has it, and must
     * not lose it. The next try uses them.
     */
    private static final Map<String, FileChannel> UNLOCKED = new ConcurrentHashMap<>();

    private final String name;
    private final String holder;
    private final FileChannel channel;

    private SpoolLock(String name, String holder, FileChannel channel) {
        this.name = name;
        this.holder = holder;
        this.channel = channel;
    }

    /**
     * Takes the lock, without waiting for it.
     *
     * @param directory its real path
     * @throws IOException when another holder has it
     */
    static SpoolLock of(Path directory) throws IOException {
        var name = name(directory);
        var holder = UUID.randomUUID().toString();
        if (System.getProperties().putIfAbsent(name, holder) != null) {
            throw new IOException(inUse(directory, "this"));
        }
        try {
            return new SpoolLock(name, holder, locked(directory, name));
        } catch (IOException | RuntimeException | Error e) {
            System.getProperties().remove(name, holder);
            throw e;
        }
    }

    /** The name for a directory: the same for all paths that lead to it. */
    private static String name(Path directory) throws IOException {
        var key = Files.readAttributes(directory, BasicFileAttributes.class).fileKey();
        return PROPERTY + (key == null ? directory : key);
    }

    private static FileChannel locked(Path directory, String name) throws IOException {
        var channel = UNLOCKED.remove(name);
        if (channel == null) {
            var path = directory.resolve("lock");
            channel = FileChannel.open(path, Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS),
                    SpoolFile.ownerOnly(path, "rw-------"));
        }
        try {
            if (channel.tryLock() == null) {
                throw new IOException(inUse(directory, "another"));
            }
            return channel;
        } catch (OverlappingFileLockException e) {
            UNLOCKED.put(name, channel);
            throw new IOException(inUse(directory, "this"), e);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    private static String inUse(Path directory, String whose) {
        return "the spool " + directory + " is in use by " + whose + " process: one link at a time may have it";
    }

    /** Releases the lock. Idempotent; only the holder may call it. */
    @Override
    public void close() throws IOException {
        if (channel.isOpen()) {
            try {
                channel.close();
            } finally {
                System.getProperties().remove(name, holder);
            }
        }
    }
}
