package dev.weft.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import dev.weft.net.Address;
import dev.weft.net.Connection;
import dev.weft.net.Deadlines;
import dev.weft.net.Server;
import dev.weft.net.Transports;
import dev.weft.testkit.ChildJava;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Several sockets at one address that the process was started with: systemd.socket(5), BindIPv6Only and ReusePort. */
@Timeout(120)
class SeveralInheritedTest {
    private static final String LAUNCHER = """
            import os, socket, sys
            how, java = sys.argv[1], sys.argv[2:]
            kind = socket.SOCK_DGRAM if how == 'datagrams' else socket.SOCK_STREAM
            made, port = [], 0
            def add(family, host):
                global port
                s = socket.socket(family, kind)
                s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
                if family == socket.AF_INET6: s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                s.bind((host, port))
                if how != 'datagrams': s.listen(100)
                made.append(s)
                port = s.getsockname()[1]
            if how == 'families':
                add(socket.AF_INET, '0.0.0.0')
                add(socket.AF_INET6, '::')
            else:
                for i in range(3): add(socket.AF_INET, '127.0.0.1')
            for i, s in enumerate(made): os.dup2(s.fileno(), 100 + i)
            for i in range(len(made)): os.dup2(100 + i, 3 + i, inheritable=True)
            os.closerange(3 + len(made), 200)
            print('bound', port, flush=True)
            os.environ['LISTEN_FDS'] = str(len(made))
            os.environ['LISTEN_PID'] = str(os.getpid())
            os.execv(java[0], java + [str(port)])
            """;

    /** An echo server, or a datagram server, at a host and a port. */
    static final class Program {
        private Program() {}

        public static void main(String[] arguments) {
            var address = Address.of(arguments[1], Integer.parseInt(arguments[2]));
            try {
                if (arguments[0].equals("udp")) {
                    Server.datagrams(address).open(d -> d.reply(d.data())).start();
                } else {
                    Server.at(address).transport(Transports.named(arguments[0])).open(c -> c.send(c.readLine() + "\n")).start();
                }
                System.out.println("serving");
            } catch (IOException e) {
                System.out.println("refused: " + e.getMessage());
            }
        }
    }

    @BeforeEach
    void thereIsPython() throws InterruptedException {
        assumeTrue(Python.isHere(), "SKIPPED: no python3 here to hand over sockets");
    }

    private static ChildJava launch(String how, String transport, String host) throws IOException {
        var arguments = new ArrayList<>(List.of(how));
        arguments.addAll(ChildJava.java(List.of("--enable-native-access=ALL-UNNAMED"), Program.class, transport, host));
        return Python.running(LAUNCHER, arguments);
    }

    private static void assertServes(Address address) throws IOException {
        try (var c = Connection.to(address).deadlines(Deadlines.defaults().read(Duration.ofSeconds(20))).open()) {
            c.send("hello\n");
            assertThat(c.readLine()).as("at %s", address).isEqualTo("hello");
        }
    }

    @ParameterizedTest
    @CsvSource({"epoll, 0.0.0.0", "epoll, ::", "io_uring, 0.0.0.0"})
    void theSocketsOfBothFamiliesAreServedWhicheverWayEveryInterfaceIsWritten(String transport, String host) throws Exception {
        assumeTrue(Transports.named(transport).unavailable().isEmpty(), "SKIPPED: no " + transport + " here");
        try (var child = launch("families", transport, host)) {
            var port = Integer.parseInt(child.awaitLine("bound "));
            child.awaitLine("serving");
            assertServes(Address.of("127.0.0.1", port));
            assertServes(Address.of("::1", port));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"epoll", "io_uring"})
    void allThatShareAPortAreServed(String transport) throws Exception {
        assumeTrue(Transports.named(transport).unavailable().isEmpty(), "SKIPPED: no " + transport + " here");
        try (var child = launch("sharing", transport, "127.0.0.1")) {
            var port = Integer.parseInt(child.awaitLine("bound "));
            child.awaitLine("serving");
            for (int i = 0; i < 60; i++) { // over so many the kernel's hash reaches each socket
                assertServes(Address.of("127.0.0.1", port));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = "udp")
    void severalDatagramSocketsAreRefusedWithTheReason(String kind) throws Exception {
        try (var child = launch("datagrams", kind, "127.0.0.1")) {
            var port = child.awaitLine("bound ");
            assertThat(child.awaitLine("refused: ")).startsWith("cannot bind 127.0.0.1:" + port + ": 3 inherited datagram sockets are bound there");
        }
    }
}
