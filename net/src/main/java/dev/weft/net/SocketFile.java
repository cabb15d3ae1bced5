package dev.weft.net;

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
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/** The file of a Unix socket: whose it is, and when it may be removed (SPEC SS-49). */
final class SocketFile {
    private final Path path;
    private final @Nullable Object identity;

    private SocketFile(Path path, @Nullable Object identity) {
        this.path = path;
        this.identity = identity;
    }

    /** The file that a bind has just made. */
    static SocketFile made(Path path) throws IOException {
        return new SocketFile(path, identity(path));
    }

    /** Removes the file if it still is the one that was made: another may have taken its place. */
    void remove() throws IOException {
        try {
            if (identity != null && Objects.equals(identity, identity(path))) {
                Files.deleteIfExists(path);
            }
        } catch (NoSuchFileException e) {
            // Somebody else removed it.
        }
    }

    /** Removes a socket to which nobody listens any more. Whatever else is there is left alone, and the bind will say so. */
    static void removeStale(Path path) throws IOException {
        if (!isSocket(path)) {
            return;
        }
        try (var probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            probe.configureBlocking(false); // a live server's queue may be full: connect(2) would wait for it
            probe.connect(UnixDomainSocketAddress.of(path));
        } catch (ConnectException e) {
            if (String.valueOf(e.getMessage()).contains("refused")) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            // A datagram socket, no permission, no descriptor left: none of them says that it is stale.
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
