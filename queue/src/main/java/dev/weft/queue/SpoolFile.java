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
 * A file of a {@link Spool}. Reads and writes whole ranges, also when the thread is interrupted. For one thread at a time.
 *
 * <p>{@link FileChannel} closes itself when its thread is interrupted, and a link's threads are interrupted. Every operation here names its place in
 * the file, so it can be repeated: this class repeats it on a new channel, and leaves the thread's interrupt set.
 */
final class SpoolFile implements Closeable {
    /** The bytes that are read at once, and the longest range that {@link #at} returns. */
    static final int WINDOW = 1 << 16;

    private static final Set<OpenOption> OPEN = Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);

    private interface Work {
        void on(FileChannel channel) throws IOException;
    }

    private final Path path;
    @Nullable
    private FileChannel channel;
    /** The {@link #windowLength} bytes of the file from {@link #windowStart} on. */
    @Nullable
    private ByteBuffer window;
    private long windowStart;
    private int windowLength;

    /** Opened when it is first needed. */
    SpoolFile(Path path) {
        this.path = path;
    }

    /** Makes an empty file, which only its owner may use where the file system knows owners. */
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
     * Returns these bytes as the rest of a buffer, which is valid until the next call.
     *
     * @param length at most {@link #WINDOW}
     * @param end where the readable part of the file ends
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

    /** Forces the file to the device, so that it survives a power failure. */
    void force() throws IOException {
        uninterrupted("force", c -> c.force(false));
    }

    /** Releases the descriptor and the memory; the next use takes them again. */
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
