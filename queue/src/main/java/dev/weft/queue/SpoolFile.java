package dev.weft.queue;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * A file of a {@link Spool} that reads and writes whole ranges, and that interrupts don't hurt. For one thread at a time.
 *
 * <p>{@link FileChannel} closes itself when its thread is interrupted, as a link's threads are. Every operation here names its place in the file
 * and can be repeated, so it is, on a new channel, and the interrupt stays set for whoever waits next.
 */
final class SpoolFile implements Closeable {
    /** Bytes read at once, and the longest range that {@link #at} shows. */
    static final int WINDOW = 1 << 16;

    private static final Set<OpenOption> OPEN = Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);

    private interface Work {
        void on(FileChannel channel) throws IOException;
    }

    private final Path path;
    @Nullable
    private FileChannel channel;
    /** What the file holds from {@link #windowStart}, for {@link #windowLength} bytes. */
    @Nullable
    private ByteBuffer window;
    private long windowStart;
    private int windowLength;

    /** It is opened when it is needed. */
    SpoolFile(Path path) {
        this.path = path;
    }

    /** An empty file, for the owner alone where the file system knows owners. */
    static SpoolFile create(Path path) throws IOException {
        Files.deleteIfExists(path);
        Files.createFile(path, ownerOnly(path, "rw-------"));
        return new SpoolFile(path);
    }

    static FileAttribute<?>[] ownerOnly(Path path, String permissions) {
        var posix = path.getFileSystem().supportedFileAttributeViews().contains("posix");
        return posix ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))}
                : new FileAttribute<?>[0];
    }

    Path path() {
        return path;
    }

    long size() throws IOException {
        return Files.size(path);
    }

    /** Fills the rest of the buffer. */
    void read(ByteBuffer to, long position) throws IOException {
        var start = to.position();
        uninterrupted("read", c -> {
            to.position(start);
            while (to.hasRemaining()) {
                if (c.read(to, position + to.position() - start) < 0) {
                    throw new EOFException("it ends at byte " + c.size() + ", before byte " + (position + to.limit() - start));
                }
            }
        });
    }

    /** Writes the rest of the buffer. */
    void write(ByteBuffer from, long position) throws IOException {
        var start = from.position();
        uninterrupted("write to", c -> {
            from.position(start);
            while (from.hasRemaining()) {
                c.write(from, position + from.position() - start);
            }
        });
    }

    /**
     * These bytes, as the rest of a buffer that is good until the next call.
     *
     * @param length at most {@link #WINDOW}
     * @param end where what may be read ends
     */
    ByteBuffer at(long position, int length, long end) throws IOException {
        var view = window == null ? window = ByteBuffer.allocate(WINDOW) : window;
        if (position < windowStart || position + length > windowStart + windowLength) {
            windowLength = 0;
            read(view.clear().limit((int) Math.min(WINDOW, end - position)), position);
            windowStart = position;
            windowLength = view.limit();
        }
        var from = (int) (position - windowStart);
        return view.clear().limit(from + length).position(from);
    }

    void cut(long size) throws IOException {
        windowLength = 0;
        uninterrupted("cut", c -> c.truncate(size));
    }

    /** To the device, where it survives a power failure. */
    void force() throws IOException {
        uninterrupted("force", c -> c.force(false));
    }

    /** Gives back the descriptor and the memory; the next use takes them again. */
    @Override
    public void close() throws IOException {
        window = null;
        windowLength = 0;
        if (channel != null) {
            channel.close();
            channel = null;
        }
    }

    private void uninterrupted(String what, Work work) throws IOException {
        var interrupted = Thread.interrupted();
        try {
            while (true) {
                try {
                    if (channel == null) {
                        channel = FileChannel.open(path, OPEN);
                    }
                    work.on(channel);
                    return;
                } catch (ClosedByInterruptException e) {
                    interrupted |= Thread.interrupted();
                    channel = null;
                }
            }
        } catch (IOException e) {
            throw new IOException("cannot " + what + " " + path + ": " + e.getMessage(), e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public String toString() {
        return path.toString();
    }
}
