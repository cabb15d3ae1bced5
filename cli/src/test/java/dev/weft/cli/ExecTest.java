package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import dev.weft.net.Address;
import dev.weft.net.Connection;
import dev.weft.net.Deadlines;
import dev.weft.testkit.Resources;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code weft serve --exec}: a process for each connection. */
@Timeout(60)
class ExecTest {
    @TempDir
    private Path folder;

    @Test
    void whatTheClientSendsGoesThroughTheProcess() throws IOException {
        try (var weft = exec("cat"); var c = to(weft.ready())) {
            c.send("one\n");
            assertThat(c.readLine()).isEqualTo("one");
            c.send("two\n");
            assertThat(c.readLine()).isEqualTo("two");
        }
    }

    @Test
    void theClientsEndOfStreamClosesTheProcessesStandardInput() throws IOException {
        try (var weft = exec("wc -c"); var c = to(weft.ready())) {
            c.send("x".repeat(100_000));
            c.shutdownOutput();
            assertThat(rest(c).strip()).isEqualTo("100000");
        }
    }

    @Test
    void theProcessesEndOfOutputEndsOursWhileItStillReads() throws IOException {
        var heard = folder.resolve("heard");
        try (var weft = exec("echo bye; exec >&-; cat > " + heard); var c = to(weft.ready())) {
            assertThat(rest(c)).isEqualTo("bye\n");
            c.send("still listening");
            c.shutdownOutput();
            await().untilAsserted(() -> assertThat(heard).hasContent("still listening"));
        }
    }

    @Test
    void aProcessThatEndsEndsItsConnection() throws IOException {
        try (var weft = exec("echo $((6 * 7))"); var c = to(weft.ready())) {
            assertThat(rest(c)).isEqualTo("42\n");
        }
    }

    @Test
    void aProcessThatReadsNothingHarmsNobody() throws IOException {
        try (var weft = exec("exec <&-; sleep 0.2; echo done"); var c = to(weft.ready())) {
            c.send("x".repeat(1 << 20));
            c.shutdownOutput();
            assertThat(rest(c)).isEqualTo("done\n");
        }
    }

    @Test
    void megabytesPassBothWaysAtOnce() throws Exception {
        try (var weft = exec("cat"); var c = to(weft.ready())) {
            var sent = "0123456789abcdef".repeat(1 << 18);
            var writer = Thread.startVirtualThread(() -> {
                try {
                    c.send(sent);
                    c.shutdownOutput();
                } catch (IOException e) {
                    c.abort();
                }
            });
            assertThat(rest(c)).isEqualTo(sent);
            writer.join();
        }
    }

    @Test
    void theProcessIsKilledWhenItsConnectionDies() throws IOException {
        try (var weft = exec("echo $$; while :; do sleep 0.05; echo tick; done"); var c = to(weft.ready())) {
            var process = ProcessHandle.of(Long.parseLong(c.readLine())).orElseThrow();
            c.abort();
            await().untilAsserted(() -> assertThat(process.isAlive()).isFalse());
        }
    }

    @Test
    void aSilentProcessIsKilledWhenItsConnectionIsReset() throws IOException {
        try (var weft = exec("echo $$; exec sleep 600"); var c = to(weft.ready())) {
            var process = ProcessHandle.of(Long.parseLong(c.readLine())).orElseThrow();
            c.abort();
            await().untilAsserted(() -> assertThat(process.isAlive()).isFalse());
        }
    }

    @Test
    void whatTheShellStartedIsKilledWithIt() throws IOException {
        try (var weft = exec("sleep 600 & echo $!; wait"); var c = to(weft.ready())) {
            var child = ProcessHandle.of(Long.parseLong(c.readLine())).orElseThrow();
            c.abort();
            await().untilAsserted(() -> assertThat(child.isAlive()).isFalse());
        }
    }

    @Test
    void silenceInBothDirectionsEndsIt() throws IOException {
        try (var weft = exec("exec sleep 600", "--idle-timeout", "100ms"); var c = to(weft.ready())) {
            assertThatThrownBy(() -> rest(c)).as("a reset: the answer was cut short").isInstanceOf(IOException.class);
            await().untilAsserted(() -> assertThat(weft.err()).contains("nothing came or went for 100 ms"));
        }
    }

    @Test
    void aTalkingProcessIsNotIdleHoweverSilentTheClient() throws IOException {
        try (var weft = exec("for i in 1 2 3 4 5 6; do sleep 0.1; echo $i; done", "--idle-timeout", "400ms"); var c = to(weft.ready())) {
            assertThat(rest(c)).isEqualTo("1\n2\n3\n4\n5\n6\n");
        }
    }

    @Test
    void theProcessKnowsItsPeer() throws IOException {
        try (var weft = exec("echo $WEFT_REMOTE $WEFT_LOCAL"); var c = to(weft.ready())) {
            assertThat(rest(c)).isEqualTo(c.local() + " " + c.remote() + "\n");
        }
    }

    @Test
    void itServesAUnixSocketToo() throws IOException {
        var path = folder.resolve("s");
        try (var weft = Running.weft("serve", "--exec", "tr a-z A-Z", "--unix", path.toString()); var c = to(weft.ready())) {
            c.send("shout");
            c.shutdownOutput();
            assertThat(rest(c)).isEqualTo("SHOUT");
        }
    }

    @Test
    void noZombieNoThreadAndNoDescriptorIsLeft() throws IOException {
        try (var weft = exec("cat")) {
            var server = weft.ready();
            round(server);
            var before = Resources.descriptors();
            var watchdog = children();
            for (int i = 0; i < 30; i++) {
                round(server);
            }
            await().untilAsserted(() -> {
                assertThat(children()).isEqualTo(watchdog).hasSize(1);
                assertThat(pumps()).isEmpty();
                assertThat(Resources.descriptors()).isLessThanOrEqualTo(before);
            });
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"exit 3", "kill -KILL $$", "no-such-program-anywhere"})
    void anAnswerThatAProcessCutShortByFailingEndsInAReset(String failing) throws IOException {
        try (var weft = exec("echo half; " + failing); var c = to(weft.ready())) {
            assertThat(c.readLine()).isEqualTo("half");
            assertThatThrownBy(() -> rest(c)).isInstanceOf(IOException.class);
            await().untilAsserted(() -> assertThat(weft.err()).contains("the process ended with exit code"));
        }
    }

    @Test
    void aClientThatReadsSlowlyIsNotIdle() throws IOException {
        var size = 20_000_000;
        try (var weft = exec("head -c " + size + " /dev/zero", "--idle-timeout", "100ms"); var c = to(weft.ready())) {
            var slices = new AtomicInteger();
            var read = new AtomicInteger();
            await().pollInterval(Duration.ofMillis(100)).until(() -> {
                read.addAndGet(c.receive(1_000).length);
                return slices.incrementAndGet() == 15;
            });
            assertThat(read.get() + rest(c).length()).isEqualTo(size);
        }
    }

    @Test
    void aHundredProcessesRunAtOnceAndTheNextClientWaits() throws IOException {
        try (var weft = exec("cat")) {
            var server = weft.ready();
            var clients = new ArrayList<Connection>();
            for (int i = 0; i < Exec.MOST; i++) {
                clients.add(to(server));
                clients.getLast().send("x\n");
            }
            for (var c : clients) {
                assertThat(c.readLine()).isEqualTo("x");
            }
            try (var next = Connection.to(server).deadlines(Deadlines.defaults().read(Duration.ofMillis(500))).open()) {
                next.send("y\n");
                assertThatThrownBy(next::readLine).isInstanceOf(SocketTimeoutException.class);
                next.deadlines(Deadlines.defaults());
                clients.getFirst().close();
                assertThat(next.readLine()).isEqualTo("y");
            }
            clients.forEach(Connection::close);
        }
    }

    private static List<Long> children() {
        return ProcessHandle.current().children().map(ProcessHandle::pid).toList();
    }

    private static void round(Address server) throws IOException {
        try (var c = to(server)) {
            c.send("x");
            c.shutdownOutput();
            assertThat(rest(c)).isEqualTo("x");
        }
    }

    private static List<String> pumps() {
        return Thread.getAllStackTraces().keySet().stream().map(Thread::getName).filter(n -> n.matches("exec-\\d+-std.*")).toList();
    }

    private static Running exec(String command, String... options) {
        var line = new String[options.length + 5];
        System.arraycopy(new String[] {"serve", "--exec", command, "--tcp", "127.0.0.1:0"}, 0, line, 0, 5);
        System.arraycopy(options, 0, line, 5, options.length);
        return Running.weft(line);
    }

    private static Connection to(Address server) throws IOException {
        return Connection.to(server).deadlines(Deadlines.defaults().read(Duration.ofSeconds(20))).open();
    }

    private static String rest(Connection c) throws IOException {
        return new String(c.input().readAllBytes(), StandardCharsets.UTF_8);
    }
}
