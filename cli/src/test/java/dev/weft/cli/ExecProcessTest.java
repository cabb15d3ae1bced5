package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;

import dev.weft.net.Connection;
import dev.weft.net.Deadlines;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code weft serve --exec} as a process of its own, which may be killed, or run out of descriptors. */
@Timeout(120)
class ExecProcessTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @Test
    void processesAndWhatTheyStartedEndWithAServerThatIsKilled() throws Exception {
        try (var weft = WeftProcess.weft("serve", "--exec", "trap '' TERM HUP; sleep 600 & echo $$; echo $!; wait", "--tcp", "127.0.0.1:0");
                var c = connect(weft.ready().port())) {
            var shell = process(c.readLine());
            var child = process(c.readLine());

            weft.process.destroyForcibly().waitFor();

            await("the shell's end").atMost(PATIENCE).until(() -> !shell.isAlive());
            await("its child's end").atMost(PATIENCE).until(() -> !child.isAlive());
        }
    }

    @Test
    void anotherWatchdogTakesThePlaceOfOneThatWasKilled() throws Exception {
        try (var weft = WeftProcess.weft("serve", "--exec", "echo $$; exec sleep 600", "--tcp", "127.0.0.1:0")) {
            var port = weft.ready().port();
            try (var c = connect(port)) {
                var first = process(c.readLine());
                weft.process.children().filter(p -> p.pid() != first.pid()).forEach(ProcessHandle::destroyForcibly);
                await("the watchdog's end").atMost(PATIENCE).until(() -> weft.process.children().count() == 1);
                try (var d = connect(port)) {
                    var second = process(d.readLine());

                    weft.process.destroyForcibly().waitFor();

                    await("the first one's end").atMost(PATIENCE).until(() -> !first.isAlive());
                    await("the second one's end").atMost(PATIENCE).until(() -> !second.isAlive());
                }
            }
        }
    }

    @Test
    void aServerThatRunsOutOfDescriptorsServesEverybodyInTheEnd() throws Exception {
        assumeTrue(Files.exists(Path.of("/proc/self/fd")), "SKIPPED: no /proc here");
        try (var weft = WeftProcess.weftWithDescriptors(170, "serve", "--exec", "read line; echo $line", "--tcp", "127.0.0.1:0")) {
            var port = weft.ready().port();
            var clients = new ArrayList<Connection>();
            for (int i = 0; i < 90; i++) {
                clients.add(connect(port));
            }
            await("descriptors to run short").atMost(PATIENCE).until(() -> descriptors(weft) > 100);
            for (int i = 0; i < clients.size(); i++) {
                clients.get(i).send(i + "\n");
            }
            for (int i = 0; i < clients.size(); i++) {
                try (var c = clients.get(i)) {
                    assertThat(c.readLine()).isEqualTo(String.valueOf(i));
                }
            }
            for (int fd = 0; fd <= 2; fd++) {
                assertThat(Files.exists(fd(weft).resolve(String.valueOf(fd)), LinkOption.NOFOLLOW_LINKS)).as("descriptor %d", fd).isTrue();
            }
            await("pipes to be closed").atMost(PATIENCE).untilAsserted(() -> assertThat(pipes(weft)).isLessThan(8));
        }
    }

    private static Path fd(WeftProcess weft) {
        return Path.of("/proc", String.valueOf(weft.process.pid()), "fd");
    }

    private static long descriptors(WeftProcess weft) throws IOException {
        try (var all = Files.list(fd(weft))) {
            return all.count();
        }
    }

    private static long pipes(WeftProcess weft) throws IOException {
        try (var all = Files.list(fd(weft))) {
            return all.filter(ExecProcessTest::isPipe).count();
        }
    }

    private static boolean isPipe(Path fd) {
        try {
            return Files.readSymbolicLink(fd).toString().startsWith("pipe:");
        } catch (IOException e) {
            return false; // closed meanwhile
        }
    }

    private static ProcessHandle process(String pid) {
        return ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
    }

    private static Connection connect(int port) throws IOException {
        return Connection.to("127.0.0.1", port).deadlines(Deadlines.defaults().read(Duration.ofSeconds(40))).open();
    }
}
