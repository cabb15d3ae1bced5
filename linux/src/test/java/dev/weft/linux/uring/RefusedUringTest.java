package dev.weft.linux.uring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import dev.weft.linux.sys.Errno;
import dev.weft.net.Connection;
import dev.weft.net.Server;
import dev.weft.net.StreamBuilder;
import dev.weft.net.Transports;
import dev.weft.testkit.ChildJava;
import dev.weft.testkit.OpenDescriptors;
import dev.weft.testkit.Preload;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** io_uring where the kernel really refuses it, as a container's seccomp profile has it do. */
@Timeout(60)
class RefusedUringTest {
    private static final int NOT_PERMITTED = Errno.EPERM;
    private static final int NOT_THERE = Errno.ENOSYS;

    @TempDir
    static Path folder;

    private static Path refuse;

    @BeforeAll
    static void compile() throws Exception {
        refuse = Preload.compiled(RefusedUringTest.class, "refuse.c", folder);
    }

    /** Tells what becomes of a server by itself, of one whose transport is named, and of the first kind again. */
    static final class Program {
        private Program() {}

        static void main() throws IOException {
            tell("first ", Server.tcp("127.0.0.1", 0));
            tell("named ", Server.tcp("127.0.0.1", 0).transport(Transports.named("io_uring")));
            var before = OpenDescriptors.count();
            tell("again ", Server.tcp("127.0.0.1", 0));
            tell("twice ", Server.tcp("127.0.0.1", 0).transport(Transports.named("io_uring")));
            System.out.println("left " + (OpenDescriptors.count() - before));
        }

        private static void tell(String which, StreamBuilder builder) throws IOException {
            try (var server = builder.open(c -> c.send(c.readLine() + "\n")).start();
                    var c = Connection.to(server.address()).transport(Transports.named("epoll")).open()) {
                c.send("hello\n");
                System.out.println(which + c.readLine() + (server.fileno().isPresent() ? " natively" : " portably"));
            } catch (UnsupportedOperationException e) {
                System.out.println(which + e.getMessage());
            }
        }
    }

    private static ChildJava refusing(int call, int errno, String... options) throws IOException {
        return Preload.running(refuse, Map.of("WEFT_REFUSED", String.valueOf(call), "WEFT_ERRNO", String.valueOf(errno)), List.of(options),
                Program.class);
    }

    private static List<String> outputOf(ChildJava program) throws InterruptedException {
        var all = program.output();
        assumeFalse(all.getFirst().startsWith("no seccomp"), () -> "SKIPPED: " + all);
        return all;
    }

    /** io_uring_setup(2), io_uring_enter(2), io_uring_register(2): asm-generic/unistd.h. */
    @ParameterizedTest(name = "system call {0} fails with errno {1}")
    @CsvSource({"425, " + NOT_PERMITTED, "425, " + NOT_THERE, "426, " + NOT_PERMITTED, "427, " + NOT_PERMITTED})
    void whoAsksForItIsToldWhyAndAllOthersAreServedByEpoll(int call, int errno) throws Exception {
        try (var program = refusing(call, errno)) {
            assertThat(outputOf(program)).satisfiesExactly(
                    line -> assertThat(line).isEqualTo("first hello natively"),
                    line -> assertRefused(line, "named ", errno),
                    line -> assertThat(line).isEqualTo("again hello natively"),
                    line -> assertRefused(line, "twice ", errno),
                    line -> assertThat(line).isEqualTo("left 0"));
        }
    }

    @ParameterizedTest(name = "errno {0}")
    @CsvSource({"" + NOT_PERMITTED, "" + NOT_THERE})
    void aProgramThatIsStartedWithItIsRefusedRatherThanServedByAnother(int errno) throws Exception {
        try (var program = refusing(425, errno, "-Dweft.transport=io_uring")) {
            var all = outputOf(program);
            assertRefused(all.getFirst(), "first ", errno);
            assertRefused(all.get(2), "again ", errno);
        }
    }

    private static void assertRefused(String line, String which, int errno) {
        assertThat(line).startsWith(which + "the transport io_uring can't be used here: ").contains(errno == NOT_PERMITTED
                ? "most often by a container's seccomp profile (/proc/sys/kernel/io_uring_disabled is "
                : "this kernel has no io_uring (Linux 6.0 or newer is needed)");
    }
}
