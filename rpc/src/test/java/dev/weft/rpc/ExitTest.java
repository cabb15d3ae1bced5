package dev.weft.rpc;

import static dev.weft.rpc.Meanwhile.await;
import static dev.weft.rpc.Words.failure;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import dev.weft.net.DrainReport;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Servers in a process that is asked to exit (SPEC RPC-12)")
@Timeout(60)
class ExitTest {
    private static final int BY_SIGTERM = 128 + 15;
    private static final int EXITED = 7;
    private static final CallOptions PATIENT = CallOptions.within(Duration.ofSeconds(50)).waitForReady();

    @TempDir
    Path folder;

    /** Says what a method gets from standard input; so the test says how long it runs. */
    static final class Program {
        private Program() {}

        private static void show(DrainReport report) {
            System.out.println("clean " + report.clean());
        }

        public static void main(String[] args) throws IOException {
            var in = new BufferedReader(new InputStreamReader(System.in, UTF_8));
            var service = Words.saying(word -> {
                if (word.isEmpty()) {
                    return word;
                }
                if (word.equals("exit")) {
                    System.exit(EXITED);
                }
                System.out.println("called");
                var answer = in.readLine();
                if (answer.equals("exit")) {
                    System.exit(EXITED);
                }
                return answer;
            });
            var server = RpcServer.unix(Path.of(args[1]));
            switch (args[0]) {
                case "drainOnExit" -> server.start(service).drainOnExit(Duration.ofSeconds(50), Program::show);
                case "shortly" -> server.start(service).drainOnExit(Duration.ofNanos(1), Program::show);
                default -> server.grace(Duration.ofSeconds(50)).serve(service);
            }
            System.out.println("main ends");
        }
    }

    private Process start(String how) throws IOException {
        var java = ProcessHandle.current().info().command().orElseThrow();
        return new ProcessBuilder(java, "-Xmx128m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", System.getProperty("java.class.path"),
                Program.class.getName(), how, socket().toString()).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }

    private Path socket() {
        return folder.resolve("s");
    }

    private static void answer(Process process, String word) throws IOException {
        process.getOutputStream().write((word + "\n").getBytes(UTF_8));
        process.getOutputStream().flush();
    }

    private List<String> exitDuringACall(String how) throws Exception {
        var process = start(how);
        try (var client = RpcClient.unix(socket()).open(); var out = process.inputReader(UTF_8)) {
            var lines = new ArrayList<String>();
            if (!how.equals("serve")) {
                lines.add(out.readLine()); // the main method has returned, and the process lives on
            }
            var said = Meanwhile.doing(() -> Words.say(client, PATIENT, "word"));
            assertThat(out.readLine()).isEqualTo("called");
            process.toHandle().destroy(); // SIGTERM
            var quick = CallOptions.within(Duration.ofMillis(500));
            await().until(() -> {
                var failure = failure(() -> Words.say(client, quick, "")); // none as long as the signal is under way
                return failure != null && failure.status() == Status.UNAVAILABLE;
            });
            assertThat(process.isAlive()).isTrue();
            answer(process, "the last word");
            assertThat(said.get()).isEqualTo("the last word");
            assertThat(process.waitFor()).isZero();
            out.lines().forEach(lines::add);
            return lines;
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    @Test
    void calls_that_run_finish_before_it_exits() throws Exception {
        assertThat(exitDuringACall("drainOnExit")).containsExactly("main ends", "clean true");
        assertThat(socket()).doesNotExist();
    }

    @Test
    void so_they_do_in_a_program_that_is_one_line() throws Exception {
        assertThat(exitDuringACall("serve")).isSubsetOf("main ends");
        assertThat(socket()).doesNotExist();
    }

    @Test
    void a_call_that_has_the_process_exit_is_not_waited_for() throws Exception {
        var process = start("drainOnExit");
        try (var client = RpcClient.unix(socket()).open(); var out = process.inputReader(UTF_8)) {
            assertThat(out.readLine()).isEqualTo("main ends");
            assertThat(failure(() -> Words.say(client, PATIENT, "exit")).status()).isEqualTo(Status.UNAVAILABLE);
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue(); // before the 50 s that others would have
            assertThat(process.exitValue()).isEqualTo(EXITED);
            assertThat(socket()).doesNotExist();
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    @Test
    void nor_one_that_does_so_while_it_drains_already() throws Exception {
        var process = start("drainOnExit");
        try (var client = RpcClient.unix(socket()).open(); var out = process.inputReader(UTF_8)) {
            assertThat(out.readLine()).isEqualTo("main ends");
            var said = Meanwhile.doing(() -> failure(() -> Words.say(client, PATIENT, "exit later")).status());
            assertThat(out.readLine()).isEqualTo("called");
            process.toHandle().destroy();
            var quick = CallOptions.within(Duration.ofMillis(500));
            await().until(() -> {
                var failure = failure(() -> Words.say(client, quick, ""));
                return failure != null && failure.status() == Status.UNAVAILABLE;
            });
            answer(process, "exit");
            assertThat(said.get()).isEqualTo(Status.UNAVAILABLE);
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    @Test
    void one_that_takes_too_long_does_not_keep_it_from_exiting() throws Exception {
        var process = start("shortly");
        try (var client = RpcClient.unix(socket()).open(); var out = process.inputReader(UTF_8)) {
            assertThat(out.readLine()).isEqualTo("main ends");
            var said = Meanwhile.doing(() -> failure(() -> Words.say(client, PATIENT, "word")));
            assertThat(out.readLine()).isEqualTo("called");
            process.toHandle().destroy();
            assertThat(said.get()).hasMessage("Cancelling all calls");
            assertThat(process.waitFor()).isEqualTo(BY_SIGTERM);
            assertThat(out.readLine()).isEqualTo("clean false");
        } finally {
            process.destroyForcibly().waitFor();
        }
    }
}
