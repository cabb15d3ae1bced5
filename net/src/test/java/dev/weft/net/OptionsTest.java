package dev.weft.net;

import static java.net.StandardSocketOptions.IP_MULTICAST_TTL;
import static java.net.StandardSocketOptions.SO_BROADCAST;
import static java.net.StandardSocketOptions.SO_KEEPALIVE;
import static java.net.StandardSocketOptions.SO_RCVBUF;
import static java.net.StandardSocketOptions.SO_REUSEADDR;
import static java.net.StandardSocketOptions.SO_REUSEPORT;
import static java.net.StandardSocketOptions.SO_SNDBUF;
import static java.net.StandardSocketOptions.TCP_NODELAY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.BindException;
import java.net.SocketOption;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class OptionsTest {
    @TempDir
    Path folder;

    // Defaults: SPEC SS-6, SS-26.

    @Test
    void aServerReusesItsAddressAndItsConnectionsDoNotDelay() throws IOException {
        // SPEC SS-6 [N]: the originals are off, and are had by setter.
        try (var server = Server.tcp("localhost", 0).listen();
                var client = Connection.to(server.address()).open();
                var accepted = server.accept()) {
            assertThat(optionOf(accepted, TCP_NODELAY)).isTrue();
            assertThat(optionOf(client, TCP_NODELAY)).isTrue();
        }
        try (var server = Server.tcp("localhost", 0).open(_ -> {})) {
            assertThat(server.option(SO_REUSEADDR)).isTrue();
            assertThat(server.option(SO_REUSEPORT)).isFalse();
        }
    }

    @Test
    void theOriginalsDefaultsAreHadBySetter() throws IOException {
        // SPEC SS-6, SS-26: allow_reuse_address false, allow_reuse_port true, and Nagle's algorithm.
        try (var server = Server.tcp("localhost", 0).option(SO_REUSEADDR, false).option(SO_REUSEPORT, true).backlog(5).open(_ -> {})) {
            assertThat(server.option(SO_REUSEADDR)).isFalse();
            assertThat(server.option(SO_REUSEPORT)).isTrue();
        }
        try (var server = Server.tcp("localhost", 0).option(TCP_NODELAY, false).listen();
                var client = Connection.to(server.address()).option(TCP_NODELAY, false).open();
                var accepted = server.accept()) {
            assertThat(optionOf(accepted, TCP_NODELAY)).isFalse();
            assertThat(optionOf(client, TCP_NODELAY)).isFalse();
        }
    }

    @Test
    void aPortMayBeSharedWhenBothSaySo() throws IOException {
        // SPEC SS-26.
        try (var first = Server.tcp("localhost", 0).option(SO_REUSEPORT, true).open(_ -> {});
                var second = Server.tcp("localhost", first.port()).option(SO_REUSEPORT, true).open(_ -> {})) {
            assertThat(second.port()).isEqualTo(first.port());
            assertThatThrownBy(() -> Server.tcp("localhost", first.port()).open(_ -> {}).close()).isInstanceOf(BindException.class);
        }
    }

    @Test
    void aRestartedServerGetsItsPortWhileOldConnectionsLinger() throws IOException {
        // SPEC SS-6 [N]: the server's end closes first and so keeps the port in TIME_WAIT.
        int port;
        try (var server = Server.tcp("localhost", 0).open(c -> c.send("bye")).start(); var client = Connection.to(server.address())
                .open()) {
            port = server.port();
            assertThat(client.input().readAllBytes()).isNotEmpty();
        }
        try (var again = Server.tcp("localhost", port).open(_ -> {})) {
            assertThat(again.port()).isEqualTo(port);
        }
    }

    @Test
    void optionsOfConnectionsAreSetOnEach() throws IOException {
        try (var server = Server.tcp("localhost", 0).option(SO_KEEPALIVE, true).option(SO_SNDBUF, 16 * 1024).listen();
                var client = Connection.to(server.address()).option(SO_KEEPALIVE, true).open();
                var accepted = server.accept()) {
            assertThat(optionOf(accepted, SO_KEEPALIVE)).isTrue();
            assertThat(optionOf(accepted, SO_SNDBUF)).isLessThanOrEqualTo(64 * 1024);
            assertThat(optionOf(client, SO_KEEPALIVE)).isTrue();
            accepted.option(SO_KEEPALIVE, false);
            assertThat(optionOf(accepted, SO_KEEPALIVE)).isFalse();
        }
    }

    @Test
    void aDatagramSocketHasItsOptions() throws IOException {
        try (var server = Server.udp("localhost", 0).option(SO_BROADCAST, true).option(SO_RCVBUF, 16 * 1024).open(_ -> {})) {
            assertThat(server.option(SO_BROADCAST)).isTrue();
            assertThat(server.option(SO_REUSEADDR)).as("SPEC SS-6, SS-26").isFalse();
        }
    }

    // Refusals, all at open.

    private record Unheard(String name, Class<Integer> type) implements SocketOption<Integer> {
        @Override
        public String toString() {
            return name;
        }
    }

    private static final SocketOption<Integer> UNHEARD = new Unheard("SO_UNHEARD_OF", Integer.class);

    @Test
    void anUnknownOptionIsRefusedWhenTheServerIsOpened() {
        assertRefused(() -> Server.tcp("localhost", 0).option(UNHEARD, 1).open(_ -> {}).close(), "SO_UNHEARD_OF");
        assertRefused(() -> Server.tcp("localhost", 0).option(IP_MULTICAST_TTL, 1).open(_ -> {}).close(), "IP_MULTICAST_TTL");
        assertRefused(() -> Server.unix(folder.resolve("s")).option(TCP_NODELAY, true).open(_ -> {}).close(), "TCP_NODELAY");
        assertRefused(() -> Server.udp("localhost", 0).option(TCP_NODELAY, true).open(_ -> {}).close(), "TCP_NODELAY");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void anUnknownOptionIsRefusedWhenAConnectionIsOpened() throws IOException {
        try (var server = Server.tcp("localhost", 0).listen()) {
            assertRefused(() -> Connection.to(server.address()).option(UNHEARD, 1).open().close(), "SO_UNHEARD_OF");
        }
    }

    @Test
    void memoryHasNoOptions() throws IOException {
        assertRefused(() -> Server.at(Address.memory("options")).option(TCP_NODELAY, true).open(_ -> {}).close(), "TCP_NODELAY");
        try (var server = Server.at(Address.memory("options")).open(_ -> {})) {
            assertRefused(() -> Connection.to(server.address()).option(TCP_NODELAY, true).open().close(), "TCP_NODELAY");
            assertRefused(() -> server.option(SO_REUSEADDR), "SO_REUSEADDR");
        }
    }

    @Test
    void ipv6OnlyNeedsTheNativeTransport() {
        assertRefused(() -> Server.tcp("::1", 0).option(WeftSocketOptions.IPV6_ONLY, true).open(_ -> {}).close(), "IPV6_ONLY");
        assertRefused(() -> Server.udp("::1", 0).option(WeftSocketOptions.IPV6_ONLY, true).open(_ -> {}).close(), "IPV6_ONLY");
    }

    @Test
    void optionsOfUnixSocketFilesAreRefusedElsewhere() {
        assertRefused(() -> Server.tcp("localhost", 0).option(WeftSocketOptions.UNIX_UNLINK, true).open(_ -> {}).close(), "UNIX_UNLINK");
        assertRefused(() -> Server.tcp("localhost", 0).option(WeftSocketOptions.UNIX_MODE, WeftSocketOptions.unixMode("rw-------"))
                .open(_ -> {}).close(),
                "UNIX_MODE");
    }

    @Test
    void aValueThatNoConnectionCanHaveIsRefusedWhenTheServerIsOpened() {
        assertThatIllegalArgumentException().isThrownBy(() -> Server.tcp("localhost", 0).option(SO_RCVBUF, -1).open(_ -> {}).close());
        assertThatIllegalArgumentException().isThrownBy(() -> Server.tcp("localhost", 0).option(SO_SNDBUF, -1).open(_ -> {}).close());
    }

    // Unix files.

    @Test
    void theFileHasTheModeAskedFor() throws IOException {
        var path = folder.resolve("s");
        for (var mode : new String[] {"rw-------", "rw-rw----", "rwxrwxrwx"}) {
            try (var _ = Server.unix(path).option(WeftSocketOptions.UNIX_MODE, WeftSocketOptions.unixMode(mode))
                    .option(WeftSocketOptions.UNIX_UNLINK, true).open(_ -> {})) {
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path))).isEqualTo(mode);
            }
        }
    }

    @Test
    void noFileIsDeletedUnlessAskedFor() throws IOException {
        // SPEC SS-49.
        var path = folder.resolve("s");
        Server.unix(path).open(_ -> {}).close();
        assertThat(isSocket(path)).isTrue();
        assertThatThrownBy(() -> Server.unix(path).open(_ -> {}).close()).isInstanceOf(BindException.class)
                .hasMessageContaining(path.toString())
                .hasMessageContaining("address already in use");
        assertThat(isSocket(path)).isTrue();
    }

    @Test
    void aStaleSocketIsReplacedAndOnesOwnIsRemovedWhenAskedFor() throws IOException {
        var path = folder.resolve("s");
        Server.unix(path).open(_ -> {}).close();
        try (var server = Server.unix(path).option(WeftSocketOptions.UNIX_UNLINK, true).open(c -> c.send("new")).start();
                var client = Connection.to(path).open()) {
            assertThat(new String(client.input().readAllBytes())).isEqualTo("new");
            assertThat(server.address()).isEqualTo(Address.unix(path));
        }
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void aSocketToWhichSomebodyListensIsNeverDeleted() throws IOException {
        var path = folder.resolve("s");
        // It answers only those who ask, as the probe whether it lives does not.
        try (var _ = Server.unix(path).open(c -> c.send(c.readLine())).start()) {
            assertThatThrownBy(() -> Server.unix(path).option(WeftSocketOptions.UNIX_UNLINK, true).open(_ -> {}).close())
                    .isInstanceOf(BindException.class)
                    .hasMessageContaining("address already in use");
            try (var client = Connection.to(path).open()) {
                client.send("alive\n");
                assertThat(new String(client.input().readAllBytes())).isEqualTo("alive");
            }
        }
    }

    @Test
    @Timeout(10)
    void aSocketWhoseQueueIsFullIsNeverDeletedNorWaitedFor() throws IOException {
        var path = folder.resolve("s");
        try (var busy = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            busy.bind(UnixDomainSocketAddress.of(path), 1);
            var waiting = new ArrayList<SocketChannel>();
            try {
                fill(path, waiting);
                assertThatThrownBy(() -> Server.unix(path).option(WeftSocketOptions.UNIX_UNLINK, true).open(_ -> {}).close())
                        .isInstanceOf(BindException.class);
                assertThat(isSocket(path)).isTrue();
            } finally {
                for (var channel : waiting) {
                    channel.close();
                }
            }
        }
    }

    /** Knocks until the queue takes no more: a non-blocking connect then fails with EAGAIN, connect(2). */
    private static void fill(Path path, List<SocketChannel> waiting) throws IOException {
        while (waiting.size() < 100) {
            var channel = SocketChannel.open(StandardProtocolFamily.UNIX);
            waiting.add(channel);
            channel.configureBlocking(false);
            try {
                if (!channel.connect(UnixDomainSocketAddress.of(path))) {
                    return;
                }
            } catch (IOException full) {
                return;
            }
        }
    }

    @Test
    void aFileThatIsNoSocketIsNeverDeleted() throws IOException {
        var file = Files.writeString(folder.resolve("file"), "precious");
        var link = Files.createSymbolicLink(folder.resolve("link"), file);
        for (var path : new Path[] {file, link, Files.createDirectory(folder.resolve("directory"))}) {
            assertThatThrownBy(() -> Server.unix(path).option(WeftSocketOptions.UNIX_UNLINK, true).open(_ -> {}).close())
                    .isInstanceOf(BindException.class);
            assertThat(Files.exists(path, LinkOption.NOFOLLOW_LINKS)).isTrue();
        }
        assertThat(file).hasContent("precious");
    }

    @Test
    void aFileThatTookThePlaceOfItsSocketIsNotDeletedWhenItCloses() throws IOException {
        var path = folder.resolve("s");
        var server = Server.unix(path).option(WeftSocketOptions.UNIX_UNLINK, true).open(_ -> {});
        Files.delete(path);
        Files.writeString(path, "precious");
        server.close();
        assertThat(path).hasContent("precious");
    }

    @Test
    void theSocketOfAnotherServerThatTookItsPlaceIsNotDeletedWhenItCloses() throws IOException {
        // How a server is replaced without a gap: the new one binds beside, and renames over.
        var path = folder.resolve("s");
        var old = Server.unix(path).option(WeftSocketOptions.UNIX_UNLINK, true).open(_ -> {});
        Files.delete(path);
        try (var _ = Server.unix(path).open(c -> c.send("new")).start()) {
            old.close();
            try (var client = Connection.to(path).open()) {
                assertThat(new String(client.input().readAllBytes())).isEqualTo("new");
            }
        }
    }

    private interface Opening {
        void run() throws Exception;
    }

    private static void assertRefused(Opening opening, String option) {
        assertThatThrownBy(opening::run).isInstanceOf(UnsupportedOperationException.class).hasMessageContaining(option);
    }

    private static <T> T optionOf(Connection c, SocketOption<T> option) throws IOException {
        return c.core().channel().option(option);
    }

    private static boolean isSocket(Path path) throws IOException {
        return Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS) instanceof Integer mode && (mode & 0170000) == 0140000;
        // inode(7)
    }
}
