package dev.weft.linux;

import static java.net.StandardSocketOptions.SO_BROADCAST;
import static java.net.StandardSocketOptions.SO_RCVBUF;
import static java.net.StandardSocketOptions.TCP_NODELAY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import dev.weft.linux.sys.Libc;
import dev.weft.net.Address;
import dev.weft.net.Connection;
import dev.weft.net.Datagrams;
import dev.weft.net.Server;
import dev.weft.net.WeftSocketOptions;
import dev.weft.net.spi.Waitable;
import dev.weft.testkit.ChildJava;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers on sockets that the process was started with: sd_listen_fds(3), inetd(8). A python3 plays the part of systemd. */
@Timeout(120)
class SocketActivationTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /**
     * Binds the sockets, tells where, and becomes the program with them as descriptors 3, 4, ... or 0. LISTEN_PID is its own number, which it
     * keeps, or a wrong one.
     */
    private static final String LAUNCHER = """
            import os, socket, sys
            how, folder, java = sys.argv[1], sys.argv[2], sys.argv[3:]
            def tcp():
                s = socket.socket(); s.bind(('127.0.0.1', 0)); s.listen(10)
                return s, 'tcp 127.0.0.1:%d' % s.getsockname()[1]
            def every():
                s = socket.socket(); s.bind(('0.0.0.0', 0)); s.listen(10)
                return s, 'tcp 0.0.0.0:%d' % s.getsockname()[1]
            def unix():
                s = socket.socket(socket.AF_UNIX); s.bind(folder + '/stream'); s.listen(10)
                return s, 'tcp unix:' + folder + '/stream'
            def udp():
                s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(('127.0.0.1', 0))
                return s, 'udp 127.0.0.1:%d' % s.getsockname()[1]
            def unixgram():
                s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.bind(folder + '/datagram')
                return s, 'unixgram unix:' + folder + '/datagram'
            made = [make() for make in ((tcp,) if how == 'inetd' else (tcp, unix, udp, unixgram, every))]
            high = [os.dup2(s.fileno(), 100 + i) for i, (s, name) in enumerate(made)]
            for i, fd in enumerate(high):
                os.dup2(fd, 0 if how == 'inetd' else 3 + i, inheritable=True)
                os.close(fd)
            names = [name for s, name in made]
            for name in names:
                print('bound', name, flush=True)
            if how != 'inetd':
                os.environ['LISTEN_FDS'] = str(len(made))
                os.environ['LISTEN_PID'] = str(os.getpid() + (1 if how == 'wrong' else 0))
            os.execv(java[0], java + names)
            """;

    @TempDir
    Path folder;

    @BeforeEach
    void thereIsPython() throws InterruptedException {
        assumeTrue(Python.isHere(), "SKIPPED: no python3 here to hand over sockets");
    }

    /** Serves on each of the addresses it is told, and says with which descriptor. */
    static final class Program {
        private Program() {}

        public static void main(String[] addresses) {
            for (var each : addresses) {
                var words = each.split(" ", -1);
                try {
                    System.out.println("serving " + each + " with " + serve(words[0], Address.parse(words[1])).fileno().orElse(-1));
                } catch (IOException e) {
                    System.out.println("failed " + e.getMessage());
                }
            }
            try {
                serve(addresses[0].split(" ", -1)[0], Address.parse(addresses[0].split(" ", -1)[1]));
                System.out.println("a second server has it too");
            } catch (IOException e) {
                System.out.println("second " + e.getMessage());
            }
        }

        private static Server serve(String kind, Address address) throws IOException {
            return switch (kind) {
                case "tcp" -> Server.at(address).open(c -> c.send(c.readLine() + "\n")).start();
                case "udp" -> Server.udp(address.host(), address.port()).open(d -> d.reply(d.text())).start();
                default -> Server.unixDatagrams(Path.of(address.host())).open(d -> d.reply(d.text())).start();
            };
        }
    }

    /** Tries options on the sockets it is told, TCP, Unix and UDP, and serves with those that can be had. */
    static final class Choosy {
        private Choosy() {}

        private interface Opening {
            Server open() throws IOException;
        }

        public static void main(String[] addresses) {
            var tcp = Address.parse(addresses[0].split(" ", -1)[1]);
            var unix = Address.parse(addresses[1].split(" ", -1)[1]);
            var udp = Address.parse(addresses[2].split(" ", -1)[1]);
            attempt(() -> Server.at(tcp).option(SO_BROADCAST, true).open(_ -> {}));
            attempt(() -> Server.at(tcp).option(SO_RCVBUF, -1).open(_ -> {}));
            attempt(() -> Server.at(tcp).option(WeftSocketOptions.ACCEPTORS, 2).open(_ -> {}));
            attempt(() -> Server.udp(udp.host(), udp.port()).option(WeftSocketOptions.ACCEPTORS, 2).open(_ -> {}));
            attempt(() -> Server.at(unix).option(TCP_NODELAY, true).open(_ -> {}));
            attempt(() -> Server.at(tcp).option(WeftSocketOptions.ACCEPTORS, 1).option(SO_RCVBUF, 50_000).open(c -> c.send(c.readLine() + "\n")));
            attempt(() -> Server.at(unix).option(WeftSocketOptions.UNIX_MODE, WeftSocketOptions.unixMode("rwx------"))
                    .option(WeftSocketOptions.UNIX_UNLINK, true).option(SO_RCVBUF, 50_000).open(_ -> {}));
            attempt(() -> Server.udp(udp.host(), udp.port()).option(SO_RCVBUF, 50_000).open(_ -> {}));
        }

        private static void attempt(Opening opening) {
            try {
                var server = opening.open().start();
                System.out.println("serving with " + server.fileno().orElse(-1) + " and " + server.option(SO_RCVBUF));
            } catch (IOException | RuntimeException e) {
                System.out.println("refused: " + e.getMessage());
            }
        }
    }

    private ChildJava launch(String how) throws IOException {
        return launch(how, Program.class);
    }

    private ChildJava launch(String how, Class<?> program) throws IOException {
        var arguments = new ArrayList<>(List.of(how, folder.toString()));
        arguments.addAll(ChildJava.java(List.of("--enable-native-access=ALL-UNNAMED"), program));
        return Python.running(LAUNCHER, arguments);
    }

    private static void assertServes(Connection c) throws IOException {
        c.send("hello\n");
        assertThat(c.readLine()).isEqualTo("hello");
    }

    @Test
    void theSocketsOfSystemdAreServedFromTheFirstCallerOn() throws Exception {
        try (var child = launch("systemd")) {
            var tcp = Address.parse(child.awaitLine("bound tcp "));
            var unix = Address.parse(child.awaitLine("bound tcp "));
            var udp = Address.parse(child.awaitLine("bound udp "));
            var unixgram = Address.parse(child.awaitLine("bound unixgram "));
            var every = Address.parse(child.awaitLine("bound tcp "));
            try (var early = Connection.to(tcp).open(); // while the program has not even started
                    var earlyUnix = Connection.to(unix).open();
                    var datagrams = Datagrams.udp(Address.of("127.0.0.1", 0));
                    var unixDatagrams = Datagrams.unix(folder.resolve("me"))) {
                datagrams.send("early", udp);
                unixDatagrams.send("early", unixgram);
                assertThat(child.awaitLine("serving tcp ")).isEqualTo(tcp + " with 3");
                assertThat(child.awaitLine("serving tcp ")).isEqualTo(unix + " with 4");
                assertThat(child.awaitLine("serving udp ")).isEqualTo(udp + " with 5");
                assertThat(child.awaitLine("serving unixgram ")).isEqualTo(unixgram + " with 6");
                assertThat(child.awaitLine("serving tcp ")).isEqualTo(every + " with 7");
                assertThat(child.awaitLine("second ")).as("each is given out once").startsWith("cannot bind " + tcp);
                assertServes(early);
                assertServes(earlyUnix);
                assertThat(datagrams.receive(PATIENCE).text()).isEqualTo("early");
                assertThat(unixDatagrams.receive(PATIENCE).text()).isEqualTo("early");
                for (var address : List.of(tcp, unix, Address.of("127.0.0.1", every.port()))) {
                    try (var c = Connection.to(address).open()) {
                        assertServes(c);
                    }
                }
                for (int fd = 3; fd <= 7; fd++) {
                    assertThat(Files.readAllLines(Path.of("/proc/" + child.pid() + "/fdinfo/" + fd))).as("close-on-exec and non-blocking")
                            .anyMatch(line -> line.matches("flags:\\s+02004002"));
                }
            }
        }
    }

    @Test
    void optionsAreSetOnTheSocketsOfSystemdOrRefusedAndThenTheSocketIsLeftForTheNextAttempt() throws Exception {
        try (var child = launch("systemd", Choosy.class)) {
            var tcp = Address.parse(child.awaitLine("bound tcp "));
            var unix = Address.parse(child.awaitLine("bound tcp "));
            var mode = Files.getPosixFilePermissions(Path.of(unix.host()));
            assertThat(child.awaitLine("refused: ")).isEqualTo("socket option SO_BROADCAST is not known to INET sockets here");
            assertThat(child.awaitLine("refused: ")).isEqualTo("SO_RCVBUF can't be -1");
            assertThat(child.awaitLine("refused: "))
                    .isEqualTo("there can't be 2 ACCEPTORS at " + tcp + ": its one socket was inherited; leave ACCEPTORS out");
            assertThat(child.awaitLine("refused: ")).isEqualTo("socket option ACCEPTORS is not known to INET sockets here");
            assertThat(child.awaitLine("refused: ")).isEqualTo("socket option TCP_NODELAY is not known to UNIX sockets here");
            for (int fd = 3; fd <= 5; fd++) {
                assertThat(child.awaitLine("serving with ")).isEqualTo(fd + " and 50000");
            }
            try (var c = Connection.to(tcp).open()) {
                assertServes(c);
            }
            assertThat(Files.getPosixFilePermissions(Path.of(unix.host()))).as("the file is whose it was").isEqualTo(mode);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"a listener", "a datagram socket"})
    void closingEndsTheWatchThoughAnotherHoldsTheSocketToo(String kind) throws IOException {
        // epoll(7), question 6: the kernel would go on telling of a socket that systemd has as well.
        var transport = new EpollTransport();
        var here = Address.of("127.0.0.1", 0);
        Waitable channel = kind.equals("a listener") ? transport.listen(here, StreamPair.PLAIN) : transport.bind(here, StreamPair.PLAIN);
        var fd = channel.fileno().orElseThrow();
        var theirs = Libc.control(fd, 1030, 100); // F_DUPFD_CLOEXEC, at 100 or above
        try {
            assertThat(watches(fd)).isOne();
            channel.close();
            assertThat(watches(fd)).isZero();
        } finally {
            Libc.close(theirs);
        }
    }

    /** How many epoll instances of this process watch a descriptor of this number: proc(5), fdinfo. */
    private static long watches(int fd) throws IOException {
        var count = 0L;
        try (var all = Files.list(Path.of("/proc/self/fd"))) {
            for (var each : all.toList()) {
                if (Files.isSymbolicLink(each) && Files.readSymbolicLink(each).endsWith("anon_inode:[eventpoll]")) {
                    try (var lines = Files.lines(Path.of("/proc/self/fdinfo").resolve(each.getFileName()))) {
                        count += lines.filter(line -> line.matches("tfd:\\s+" + fd + " .*")).count();
                    }
                }
            }
        }
        return count;
    }

    @Test
    void socketsThatAreMeantForAnotherProcessAreLeftAlone() throws Exception {
        // sd_listen_fds(3): LISTEN_PID must be one's own. So the port is taken, by descriptor 3 of the very process.
        try (var child = launch("wrong")) {
            var tcp = child.awaitLine("bound tcp ");
            assertThat(child.awaitLine("failed ")).startsWith("cannot bind " + tcp + ": address already in use");
            child.awaitLine("second ");
            assertThat(Files.readAllLines(Path.of("/proc/" + child.pid() + "/fdinfo/3"))).noneMatch(line -> line.matches("flags:\\s+0200.*"));
        }
    }

    @Test
    void theListenerOfInetdIsServed() throws Exception {
        try (var child = launch("inetd")) {
            var tcp = Address.parse(child.awaitLine("bound tcp "));
            try (var early = Connection.to(tcp).open()) {
                assertThat(child.awaitLine("serving tcp ")).isEqualTo(tcp + " with 0");
                assertServes(early);
            }
        }
    }
}
