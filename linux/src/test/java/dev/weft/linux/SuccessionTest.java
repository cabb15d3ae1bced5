package dev.weft.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import dev.weft.net.Address;
import dev.weft.net.Admission;
import dev.weft.net.Connection;
import dev.weft.net.Server;
import dev.weft.net.Transports;
import dev.weft.testkit.ChildJava;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers that follow one another on a socket that stays: systemd.socket(5). A python3 plays the part of systemd. */
@Timeout(120)
class SuccessionTest {
    /** Binds a socket, and lets one server after the other have it as descriptor 3. */
    private static final String LAUNCHER = """
            import socket, subprocess, sys
            s = socket.socket()
            s.bind(('127.0.0.1', 0))
            s.listen(100)
            address = '127.0.0.1:%d' % s.getsockname()[1]
            print('bound', address, flush=True)
            shell = 'export LISTEN_FDS=1 LISTEN_PID=$$; exec 3<&%d; exec "$@"' % s.fileno()
            for i in range(2):
                subprocess.run(['/bin/sh', '-c', shell, 'sh'] + sys.argv[1:] + [address], pass_fds=[s.fileno()])
                print('ended', flush=True)
            """;

    /** Answers each line with its process's number; its first argument names the transport. */
    static final class Program {
        private Program() {}

        public static void main(String[] arguments) throws IOException {
            var me = ProcessHandle.current().pid();
            var server = Server.at(Address.parse(arguments[1])).transport(Transports.named(arguments[0])).admission(Admission.waiting(1))
                    .open(c -> {
                        for (var line : c.lines()) {
                            c.send(line + " " + me + "\n");
                        }
                    });
            server.drainOnExit(Duration.ofSeconds(30), _ -> {});
            System.out.println("serving " + me);
            server.run();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"epoll", "io_uring"})
    void whoIsQueuedWhenAServerDrainsIsServedByTheNext(String transport) throws Exception {
        assumeTrue(Python.isHere(), "SKIPPED: no python3 here to hand over sockets");
        assumeTrue(Transports.named(transport).unavailable().isEmpty(), "SKIPPED: no " + transport + " here");
        var java = ChildJava.java(List.of("--enable-native-access=ALL-UNNAMED"), Program.class, transport);
        try (var child = Python.running(LAUNCHER, new ArrayList<>(java))) {
            var address = Address.parse(child.awaitLine("bound "));
            var first = child.awaitLine("serving ");
            var served = Connection.to(address).open();
            try (served; var queued = Connection.to(address).open()) {
                assertAnswer(served, first);
                served.send("half a");
                ProcessHandle.of(Long.parseLong(first)).orElseThrow().destroy();
                served.send(" line\n");
                assertThat(served.readLine()).isEqualTo("half a line " + first);
                child.awaitLine("ended");
                var second = child.awaitLine("serving ");
                served.shutdownOutput();
                assertAnswer(queued, second);
                ProcessHandle.of(Long.parseLong(second)).orElseThrow().destroy();
            }
        }
    }

    private static void assertAnswer(Connection c, String pid) throws IOException {
        c.send("hello\n");
        assertThat(c.readLine()).isEqualTo("hello " + pid);
    }
}
