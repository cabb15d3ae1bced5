package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.net.BindException;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a server is bound to, and what the person reads who can't have it: what failed, where, and why. */
@Timeout(60)
class BindTest {
    @TempDir
    Path folder;

    @Test
    void portZeroIsAPortOfTheSystemsChoice() throws IOException {
        // SPEC SS-7.
        try (var tcp = Server.tcp("127.0.0.1", 0).open(_ -> {}); var udp = Server.udp("127.0.0.1", 0).open(_ -> {})) {
            assertThat(tcp.port()).isPositive();
            assertThat(tcp.address()).isEqualTo(Address.of("127.0.0.1", tcp.port()));
            assertThat(udp.port()).isPositive();
            assertThat(udp.address()).isEqualTo(Address.of("127.0.0.1", udp.port()));
        }
    }

    @Test
    void theAddressIsTheOneReallyBound() throws IOException {
        // SPEC SS-7, SS-E8.
        try (var local = Server.tcp("localhost", 0).open(_ -> {}); var any = Server.tcp(0).open(_ -> {})) {
            assertThat(local.address().host()).isEqualTo("127.0.0.1");
            assertThat(any.address()).isEqualTo(Address.any(any.port()));
        }
        try (var unix = Server.unix(folder.resolve("s")).open(_ -> {}); var memory = Server.at(Address.memory("bind")).open(_ -> {})) {
            assertThat(unix.address()).isEqualTo(Address.unix(folder.resolve("s")));
            assertThat(memory.address()).isEqualTo(Address.memory("bind"));
        }
    }

    @Test
    void thePortableTransportHasNoDescriptorToShow() throws IOException {
        // SPEC SS-8.
        var server = Server.tcp("localhost", 0).open(_ -> {});
        assertThat(server.fileno()).isEmpty();
        server.close();
        assertThat(server.fileno()).isEmpty();
    }

    @Test
    void aPortThatIsTakenIsNamed() throws IOException {
        try (var tcp = Server.tcp("127.0.0.1", 0).open(_ -> {}); var udp = Server.udp("127.0.0.1", 0).open(_ -> {})) {
            assertSays(() -> Server.tcp("127.0.0.1", tcp.port()).open(_ -> {}).close(),
                    "cannot bind 127.0.0.1:" + tcp.port() + ": address already in use (another server on this port?)");
            assertSays(() -> Server.udp("127.0.0.1", udp.port()).open(_ -> {})
                    .close(), "cannot bind 127.0.0.1:" + udp.port() + ": address already in use");
            assertSays(() -> Server.tcp("127.0.0.1", tcp.port()).listen()
                    .close(), "cannot bind 127.0.0.1:" + tcp.port() + ": address already in use");
        }
    }

    @Test
    void anAddressThatIsNotOfThisMachineIsNamed() {
        // 192.0.2.0/24 is for documentation only: RFC 5737.
        assertSays(() -> Server.tcp("192.0.2.1", 0).open(_ -> {}).close(), "cannot bind 192.0.2.1:0: no such address on this machine");
        assertSays(() -> Server.udp("192.0.2.1", 0).open(_ -> {}).close(), "cannot bind 192.0.2.1:0: no such address on this machine");
    }

    @Test
    void aHostThatIsNotKnownIsNamed() {
        assertThatThrownBy(() -> Server.tcp("no-such-host.invalid", 0).open(_ -> {}).close()).isInstanceOf(UnknownHostException.class)
                .hasMessageContaining("no-such-host.invalid");
    }

    @Test
    void aPathThatIsTooLongIsNamed() {
        // unix(7): sun_path has 108 bytes, one for the final NUL.
        var path = folder.resolve("x".repeat(120));
        assertSays(() -> Server.unix(path).open(_ -> {}).close(), "cannot bind unix:" + path, "too long", "107 bytes");
    }

    @Test
    void aFolderThatIsMissingIsNamed() {
        var path = folder.resolve("missing/s");
        assertSays(() -> Server.unix(path).open(_ -> {}).close(), "cannot bind unix:" + path + ": no such folder");
    }

    @Test
    void aSocketFileThatIsThereAlreadyIsNamed() throws IOException {
        // SPEC SS-49.
        var path = folder.resolve("s");
        Server.unix(path).open(_ -> {}).close();
        assertSays(() -> Server.unix(path).open(_ -> {}).close(), "cannot bind unix:" + path + ": address already in use", "stale socket");
    }

    @Test
    void aNameThatIsTakenIsNamed() throws IOException {
        try (var _ = Server.at(Address.memory("taken")).open(_ -> {})) {
            assertSays(() -> Server.at(Address.memory("taken")).open(_ -> {}).close(), "cannot bind memory:taken: address already in use");
        }
        Server.at(Address.memory("taken")).open(_ -> {}).close();
    }

    @Test
    void aPortThatNeedsAPrivilegeIsNamed() {
        assumeFalse(root(), "root may bind every port");
        assertSays(() -> Server.tcp("127.0.0.1", 1).open(_ -> {}).close(), "cannot bind 127.0.0.1:1: permission denied", "privilege");
    }

    @Test
    void aFolderThatMayNotBeWrittenIsNamed() throws IOException {
        assumeFalse(root(), "root may write everywhere");
        var closed = Files.createDirectory(folder.resolve("closed"));
        Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("r-xr-xr-x"));
        assertSays(() -> Server.unix(closed.resolve("s")).open(_ -> {})
                .close(), "cannot bind unix:" + closed.resolve("s") + ": permission denied", "folder");
    }

    private static boolean root() {
        return System.getProperty("user.name").equals("root");
    }

    @ParameterizedTest
    @ValueSource(strings = {"port taken", "unknown option", "file there", "action refused"})
    void openingInVainLeaksNoDescriptor(String why) throws IOException {
        // SPEC SS-4, test_tcpserver_bind_leak: 1,024 times.
        try (var taken = Server.tcp("127.0.0.1", 0).open(_ -> {})) {
            var file = Files.createFile(folder.resolve("file"));
            ThrowingCallable open = switch (why) {
                case "port taken" -> () -> Server.tcp("127.0.0.1", taken.port()).open(_ -> {});
                case "unknown option" -> () -> Server.udp("127.0.0.1", 0).option(StandardSocketOptions.TCP_NODELAY, true).open(_ -> {});
                case "file there" -> () -> Server.unix(file).open(_ -> {});
                default -> () -> Server.tcp("127.0.0.1", 0).every(Duration.ZERO, () -> {}).open(_ -> {});
            };
            assertThatThrownBy(open);
            var before = descriptors();
            for (int i = 0; i < 1_024; i++) {
                assertThatThrownBy(open).isInstanceOf(Exception.class);
            }
            Awaitility.await().untilAsserted(() -> assertThat(descriptors()).isLessThanOrEqualTo(before + 5));
        }
    }

    /** How many descriptors this process has: proc(5). */
    private static long descriptors() throws IOException {
        try (var all = Files.list(Path.of("/proc/self/fd"))) {
            return all.count();
        }
    }

    private static void assertSays(ThrowingCallable open, String... words) {
        assertThatThrownBy(open).isInstanceOf(BindException.class).message().contains(words);
    }
}
