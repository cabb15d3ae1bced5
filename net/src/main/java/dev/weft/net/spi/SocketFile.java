package dev.weft.net.spi;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/** The file of a Unix socket: whose it is, and when it may be removed (SPEC SS-49). */
public final class SocketFile {
    /** Finds out whether anybody listens. */
    @FunctionalInterface
    public interface Probe {
        /** Whether a socket that knocks at this path is refused; false when that can't be found out. */
        boolean nobodyAt(Path path) throws IOException;
    }

    private final Path path;
    private final @Nullable Object identity;

    private SocketFile(Path path, @Nullable Object identity) {
        this.path = path;
        this.identity = identity;
    }

    /** The file that a bind has just made; it goes again where it can't even be looked at. */
    public static SocketFile made(Path path) throws IOException {
        try {
            return new SocketFile(path, identity(path));
        } catch (IOException | RuntimeException e) {
            Files.deleteIfExists(path);
            throw e;
        }
    }

    /** Removes the file if it still is the one that was made: another may have taken its place. */
    public void remove() throws IOException {
        try {
            if (identity != null && Objects.equals(identity, identity(path))) {
                Files.deleteIfExists(path);
            }
        } catch (NoSuchFileException e) {
            // Somebody else removed it.
        }
    }

    /** Removes a socket to which nobody listens any more. Whatever else is there is left alone, and the bind will say so. */
    public static void removeStale(Path path, Probe probe) throws IOException {
        if (!isSocket(path)) {
            return;
        }
        if (probe.nobodyAt(path)) {
            Files.deleteIfExists(path);
        }
    }

    private static boolean isSocket(Path path) throws IOException {
        return Files.exists(path, LinkOption.NOFOLLOW_LINKS)
                && Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS) instanceof Integer mode
                && (mode & 0170000) == 0140000; // S_IFMT, S_IFSOCK: inode(7)
    }

    private static @Nullable Object identity(Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS).fileKey();
    }
}
