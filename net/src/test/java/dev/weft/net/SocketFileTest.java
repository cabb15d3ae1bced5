package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

import dev.weft.net.spi.SocketFile;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whose file a Unix socket's is: SPEC SS-49. */
@Timeout(30)
class SocketFileTest {
    private static final int ATTEMPTS = 1_000;

    @TempDir
    private Path folder;

    /** The file that a bind leaves, as a killed server does. */
    private Path bound(String name) throws IOException {
        var path = folder.resolve(name);
        try (var channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.bind(UnixDomainSocketAddress.of(path));
        }
        return path;
    }

    private static BasicFileAttributes attributes(Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class);
    }

    @Test
    void aFileThatHasGotTheInodeOfOursIsNotOurs() throws IOException {
        var path = bound("s");
        var first = attributes(path);
        var ours = SocketFile.made(path);
        Files.delete(path);
        Awaitility.await().until(() -> {
            var other = attributes(bound("other"));
            Files.delete(folder.resolve("other"));
            return other.creationTime().compareTo(first.creationTime()) > 0; // the file system's clock has moved on
        });
        for (int i = 0; !attributes(bound("s")).fileKey().equals(first.fileKey()); i++) {
            assumeTrue(i < ATTEMPTS, "SKIPPED: the file system here uses no inode again");
            Files.move(path, folder.resolve("other-" + i)); // keeps its inode
        }
        ours.remove();
        assertThat(path).as("another server's file").exists();
    }

    @Test
    void aFileLeftByAKilledServerIsRemovedAndOneThatIsServedIsNot() throws IOException {
        var stale = bound("stale");
        SocketFile.removeStale(stale);
        assertThat(stale).doesNotExist();
        SocketFile.removeStale(stale); // nothing is there
        var live = folder.resolve("live");
        try (var server = Server.unix(live).open(_ -> {})) {
            SocketFile.removeStale(live);
            assertThat(live).as("the file of %s", server).exists();
        }
        var text = Files.writeString(folder.resolve("text"), "precious");
        SocketFile.removeStale(text);
        assertThat(text).hasContent("precious");
    }

    @Test
    void aFileThatAnotherServerHasBoundWhileItWasLookedAtIsLeftAlone() throws IOException {
        var path = bound("s");
        SocketFile.removeStale(path, p -> {
            Files.move(p, folder.resolve("moved")); // its inode is not free for the next one
            bound("s");
            return true;
        });
        assertThat(path).exists();
    }
}
