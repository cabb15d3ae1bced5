package dev.weft.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

import dev.weft.net.Address;
import dev.weft.net.Connection;
import dev.weft.net.Datagrams;
import dev.weft.net.Server;
import dev.weft.net.Transports;
import dev.weft.net.WeftSocketOptions;
import dev.weft.testkit.ChildJava;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of a Unix socket's file, and what the person reads who can't have an address: the same words as on java.nio. */
@Timeout(60)
class BindingTest {
    @TempDir
    Path folder;

    /** Opens a server of either kind at a path and closes nothing. */
    private static Server open(String kind, Path path, boolean unlink) throws IOException {
        return kind.equals("streams")
                ? Server.unix(path).option(WeftSocketOptions.UNIX_UNLINK, unlink).open(c -> c.send("here\n"))
                : Server.unixDatagrams(path).option(WeftSocketOptions.UNIX_UNLINK, unlink).open(d -> {});
    }

    @ParameterizedTest
    @ValueSource(strings = {"streams", "datagrams"})
    void theFileHasTheModeThatWasAskedFor(String kind) throws IOException {
        var path = folder.resolve("s");
        var mode = WeftSocketOptions.unixMode("rw-rw----");
        try (var _ = kind.equals("streams")
                ? Server.unix(path).option(WeftSocketOptions.UNIX_MODE, mode).open(c -> {})
                : Server.unixDatagrams(path).option(WeftSocketOptions.UNIX_MODE, mode).open(d -> {})) {
            assertThat(Files.getPosixFilePermissions(path)).isEqualTo(mode);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"streams", "datagrams"})
    @DisplayName("the file stays, and is in the way of the next, unless it is to be unlinked (SS-49)")
    void theFileStaysUnlessItIsToBeUnlinked(String kind) throws IOException {
        var path = folder.resolve("s");
        open(kind, path, false).close();
        assertThat(path).exists();
        assertThatThrownBy(() -> open(kind, path, false).close()).isInstanceOf(BindException.class).hasMessageContaining("the file exists");
        open(kind, path, true).close(); // the stale one goes, and the new one too
        assertThat(path).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"streams", "datagrams"})
    void theSocketOfALiveServerIsNotUnlinked(String kind) throws IOException {
        var path = folder.resolve("s");
        try (var _ = open(kind, path, false)) {
            for (var other : List.of("streams", "datagrams")) {
                assertThatThrownBy(() -> open(other, path, true).close()).isInstanceOf(BindException.class)
                        .hasMessageContaining("address already in use");
                assertThat(path).exists();
            }
        }
    }

    @Test
    void aLiveServerWhoseQueueIsFullIsNotTakenForAStaleOne() throws IOException {
        var path = folder.resolve("s");
        var callers = new ArrayList<Connection>();
        try (var _ = Server.unix(path).backlog(1).listen()) {
            assertThat(catchThrowable(() -> {
                while (callers.size() < 100) {
                    callers.add(Connection.to(path).open());
                }
            })).isInstanceOf(ConnectException.class).hasMessageContaining("the server's queue of connections is full");
            assertThatThrownBy(() -> open("streams", path, true).close()).isInstanceOf(BindException.class);
            assertThat(path).exists();
        } finally {
            callers.forEach(Connection::abort);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"streams", "datagrams"})
    void aFileThatIsNoSocketIsLeftAlone(String kind) throws IOException {
        var path = Files.writeString(folder.resolve("s"), "somebody's");
        assertThatThrownBy(() -> open(kind, path, true).close()).isInstanceOf(BindException.class);
        assertThat(path).hasContent("somebody's");
    }

    @ParameterizedTest
    @ValueSource(strings = {"streams", "datagrams"})
    void aFileThatTookTheOldOnesPlaceIsLeftAlone(String kind) throws IOException {
        var path = folder.resolve("s");
        try (var _ = open(kind, path, true)) {
            Files.move(path, folder.resolve("elsewhere"));
            Files.writeString(path, "somebody's");
        }
        assertThat(path).hasContent("somebody's");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 20})
    void theBacklogIsAsLongAsAskedFor(int backlog) throws IOException {
        // listen(2) keeps one more than asked for.
        var callers = new ArrayList<Connection>();
        try (var _ = Server.unix(folder.resolve("s")).backlog(backlog).listen()) {
            assertThat(catchThrowable(() -> {
                while (callers.size() < 100) {
                    callers.add(Connection.to(folder.resolve("s")).open());
                }
            })).isInstanceOf(ConnectException.class);
            assertThat(callers).hasSizeBetween(backlog, backlog + 1);
        } finally {
            callers.forEach(Connection::abort);
        }
    }

    @Test
    void anAbstractNameHasNoFileAndIsFreeAfterTheClose() throws IOException {
        var name = Address.unixAbstract("weft-binding-" + ProcessHandle.current().pid());
        for (int i = 0; i < 2; i++) {
            try (var server = Server.at(name).open(c -> c.send(c.local() + " " + c.remote() + "\n")).start();
                    var c = Connection.to(name).open()) {
                assertThat(server.address()).isEqualTo(name).hasToString("unix:@" + name.host());
                assertThat(c.readLine()).isEqualTo(name + " unix:");
                assertThat(Path.of("@" + name.host())).doesNotExist();
                assertThatThrownBy(() -> Server.at(name).open(_ -> {}).close()).isInstanceOf(BindException.class)
                        .hasMessageContaining("cannot bind " + name + ": address already in use");
            }
        }
        assertThatThrownBy(() -> Connection.to(name).open()).isInstanceOf(ConnectException.class).hasMessageContaining("cannot connect to " + name);
    }

    /** Something that fails, on the named transport. */
    private interface Attempt {
        void on(String transport) throws IOException;
    }

    private static void sameWords(String words, Attempt attempt) {
        var portable = catchThrowable(() -> attempt.on("nio"));
        var here = catchThrowable(() -> attempt.on("epoll"));
        assertThat(portable).as("on java.nio").hasMessageContaining(words);
        assertThat(here).hasMessage(portable.getMessage()).hasSameClassAs(portable);
    }

    private static void listen(Address address, String transport) throws IOException {
        Server.at(address).transport(Transports.named(transport)).listen().close();
    }

    private static void dial(Address address, String transport) throws IOException {
        Connection.to(address).transport(Transports.named(transport)).open().close();
    }

    @Test
    void aPortThatIsTaken() throws IOException {
        try (var taken = Server.tcp("127.0.0.1", 0).listen()) {
            sameWords("cannot bind 127.0.0.1:" + taken.port() + ": address already in use (another server on this port?)",
                    t -> listen(taken.address(), t));
        }
    }

    @Test
    void anAddressThatIsNotOfThisMachine() {
        sameWords("cannot bind 192.0.2.1:0: no such address on this machine", t -> listen(Address.of("192.0.2.1", 0), t));
        sameWords("cannot bind 192.0.2.1:0: no such address on this machine",
                t -> Server.udp("192.0.2.1", 0).transport(Transports.named(t)).open(_ -> {}).close());
    }

    @Test
    void aPathThatIsTooLong() {
        var path = folder.resolve("x".repeat(120));
        sameWords("cannot bind unix:" + path + ": the path is too long", t -> listen(Address.unix(path), t));
        sameWords("cannot connect to unix:" + path + ": the path is too long", t -> dial(Address.unix(path), t));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a server", "a datagram socket", "a client's own end", "a client"})
    void theEmptyPathIsNobodys(String whose) throws IOException {
        // SPEC SS-48. The kernel would take it for the abstract name without a character, and the transport for the working directory.
        var empty = Address.unix(Path.of(""));
        try (var server = Server.unix(folder.resolve("s")).listen()) {
            var refused = catchThrowable(() -> {
                switch (whose) {
                    case "a server" -> listen(empty, "epoll");
                    case "a datagram socket" -> Datagrams.at(empty).close();
                    case "a client's own end" -> Connection.to(server.address()).from(empty).open().close();
                    default -> dial(empty, "epoll");
                }
            });
            assertThat(refused).hasMessageEndingWith("unix:: the empty path is that of a peer that bound none")
                    .isExactlyInstanceOf(whose.equals("a client") ? ConnectException.class : BindException.class);
        }
        assertThatThrownBy(() -> listen(empty, "nio")).as("on java.nio").isExactlyInstanceOf(BindException.class);
        assertThatThrownBy(() -> dial(empty, "nio")).as("on java.nio").isExactlyInstanceOf(ConnectException.class);
    }

    @Test
    void theLongestPathThatFits() throws IOException {
        var path = Path.of(folder + "/" + "x".repeat(107 - folder.toString().length() - 1));
        try (var server = Server.unix(path).open(c -> c.send("here\n")).start(); var c = Connection.to(path).open()) {
            assertThat(server.address()).isEqualTo(Address.unix(path));
            assertThat(c.readLine()).isEqualTo("here");
        }
    }

    @Test
    void aFolderThatIsMissing() {
        sameWords("no such folder", t -> listen(Address.unix(folder.resolve("missing/s")), t));
    }

    @Test
    void aFileThatIsThereAlready() throws IOException {
        var path = Files.createFile(folder.resolve("s"));
        sameWords("cannot bind unix:" + path + ": address already in use (the file exists", t -> listen(Address.unix(path), t));
    }

    @Test
    void aSocketFileThatIsNotThere() {
        sameWords("no such socket file", t -> dial(Address.unix(folder.resolve("s")), t));
    }

    @Test
    void aSocketFileWithNobodyBehindIt() throws IOException {
        var path = folder.resolve("s");
        Server.unix(path).listen().close();
        sameWords("cannot connect to unix:" + path + ": nobody listens on this socket file", t -> dial(Address.unix(path), t));
    }

    @Test
    void aPortWithNobodyBehindIt() throws IOException {
        var free = Server.tcp("127.0.0.1", 0).listen();
        free.close();
        sameWords("cannot connect to " + free.address() + ": connection refused (no server on this port?)", t -> dial(free.address(), t));
    }

    @Test
    void aLocalEndThatIsNotOfThisMachine() throws IOException {
        try (var server = Server.tcp("127.0.0.1", 0).listen()) {
            sameWords("cannot bind 192.0.2.1:0", t -> Connection.to(server.address()).from(Address.of("192.0.2.1", 0))
                    .transport(Transports.named(t)).open().close());
        }
    }

    /** Tries what another user may not do, on both transports. */
    static final class Stranger {
        private Stranger() {}

        public static void main(String[] arguments) {
            for (var transport : List.of("nio", "epoll")) {
                attempt(transport, t -> listen(Address.unix(Path.of(arguments[0], "new")), t));
                attempt(transport, t -> dial(Address.unix(Path.of(arguments[0], "s")), t));
            }
        }

        private static void attempt(String transport, Attempt attempt) {
            try {
                attempt.on(transport);
                System.out.println("done");
            } catch (IOException e) {
                System.out.println(e.getClass().getSimpleName() + ": " + e.getMessage());
            }
        }
    }

    @Test
    void whoHasNoPermissionReadsSo() throws Exception {
        assumeTrue(System.getProperty("user.name").equals("root"), "SKIPPED: only root can become another user");
        assumeTrue(Python.isHere(), "SKIPPED: no python3 here, through which the test becomes another user");
        assumeTrue(open(ChildJava.rootOf(Server.class)) && open(ChildJava.rootOf(Stranger.class)) && open(folder.getParent()),
                "SKIPPED: another user could not read the classes");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        try (var _ = Server.unix(folder.resolve("s")).option(WeftSocketOptions.UNIX_MODE, WeftSocketOptions.unixMode("rw-------"))
                .open(c -> {})) {
            var java = ChildJava.java(List.of("--enable-native-access=ALL-UNNAMED"), Stranger.class, folder.toString());
            try (var child = Python.running("""
                    import os, sys
                    os.setgid(65534)
                    os.setuid(65534)
                    os.execv(sys.argv[1], sys.argv[1:])
                    """, java)) {
                var bind = "BindException: cannot bind unix:" + folder.resolve("new") + ": permission denied (on the folder or the socket file)";
                var dial = "ConnectException: cannot connect to unix:" + folder.resolve("s")
                        + ": permission denied (on the folder or the socket file)";
                assertThat(child.output()).containsExactly(bind, dial, bind, dial);
            }
        }
    }

    /** Whether everybody may come here. */
    private static boolean open(Path path) throws IOException {
        for (var p = path; p != null; p = p.getParent()) {
            if (!Files.getPosixFilePermissions(p).contains(PosixFilePermission.OTHERS_EXECUTE)) {
                return false;
            }
        }
        return true;
    }
}
