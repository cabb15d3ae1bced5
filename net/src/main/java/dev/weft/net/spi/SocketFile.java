package dev.weft.net.spi;

import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;

import org.jspecify.annotations.Nullable;

/**
 * The file of a Unix socket: who made it, and when it may be removed (SPEC SS-49).
 *
 * <p>A server must leave no file behind, and must start even when a killed server has left one. So it calls {@link #removeStale} before it binds,
 * {@link #made} right after, and {@link #remove} before it closes its socket. An inherited socket belongs to the process that made it: for it, none
 * of the three is called.
 */
public final class SocketFile {
    /** Finds out whether a server listens at a path. */
    @FunctionalInterface
    public interface Probe {
        /** Whether a connection to this path is refused; false when that can't be found out. */
        boolean nobodyAt(Path path) throws IOException;
    }

    private final Path path;
    private final @Nullable Identity identity;

    /**
     * What tells two files apart that have the same path one after the other: device and inode, and, as a file system may give the inode of a
     * removed file to the next one, when it was made.
     */
    private record Identity(Object key, FileTime made) {}

    private SocketFile(Path path, @Nullable Identity identity) {
        this.path = path;
        this.identity = identity;
    }

    /** The file that a bind has just made. When its attributes can't be read, it is removed again. */
    public static SocketFile made(Path path) throws IOException {
        try {
            return new SocketFile(path, identity(path));
        } catch (IOException | RuntimeException e) {
            Files.deleteIfExists(path);
            throw e;
        }
    }

    /** Removes the file if it is still the one that was made; another server may have replaced it. To be called before the socket is closed. */
    public void remove() throws IOException {
        removeIfStill(path, identity);
    }

    /** As {@link #removeStale(Path, Probe)}, by connecting to it: for a path at which stream sockets are expected. */
    public static void removeStale(Path path) throws IOException {
        removeStale(path, SocketFile::refuses);
    }

    /** Removes the file of a socket on which no server listens any more. Any other file is left, and the bind will report it. */
    public static void removeStale(Path path, Probe probe) throws IOException {
        try {
            if (isSocket(path)) {
                var found = identity(path);
                if (probe.nobodyAt(path)) {
                    removeIfStill(path, found); // not one that another server has bound meanwhile
                }
            }
        } catch (NoSuchFileException e) {
            // Another process removed it.
        }
    }

    private static void removeIfStill(Path path, @Nullable Identity identity) throws IOException {
        try {
            if (identity != null && identity.equals(identity(path))) {
                Files.deleteIfExists(path);
            }
        } catch (NoSuchFileException e) {
            // Another process removed it.
        }
    }

    /** Whether a stream socket that connects there is refused; a datagram socket refuses it as another type, which is no such refusal. */
    private static boolean refuses(Path path) {
        try (var probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            probe.configureBlocking(false); // the queue of a live server may be full: connect(2) would wait for it
            probe.connect(UnixDomainSocketAddress.of(path));
            return false;
        } catch (ConnectException e) {
            return String.valueOf(e.getMessage()).contains("refused");
        } catch (IOException e) {
            return false; // a datagram socket, no permission, no descriptor left: none of them says that it is stale
        }
    }

    private static boolean isSocket(Path path) throws IOException {
        return Files.exists(path, LinkOption.NOFOLLOW_LINKS)
                && Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS) instanceof Integer mode
                && (mode & 0170000) == 0140000; // S_IFMT, S_IFSOCK: inode(7)
    }

    private static @Nullable Identity identity(Path path) throws IOException {
        var attributes = Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        var key = attributes.fileKey();
        return key == null ? null : new Identity(key, attributes.creationTime());
    }
}
