package dev.weft.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import dev.weft.net.Address;
import dev.weft.testkit.ChildJava;
import dev.weft.testkit.OpenDescriptors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Programs that this process starts inherit none of the transport's descriptors: they would keep ports and connections open. */
@Timeout(30)
class InheritanceTest {
    private static final long O_CLOEXEC = 02000000;

    @TempDir
    Path folder;

    private final List<AutoCloseable> open = new ArrayList<>();
    /** What each descriptor of ours is, by its symbolic link in proc(5). */
    private final Set<String> ours = new LinkedHashSet<>();
    private final Set<Integer> numbers = new LinkedHashSet<>();

    @BeforeEach
    void openOneOfEachKind() throws IOException {
        var transport = new EpollTransport();
        for (var address : List.of(Address.of("127.0.0.1", 0), Address.unix(folder.resolve("stream")))) {
            var listener = transport.listen(address, StreamPair.PLAIN);
            var client = transport.connect(listener.local(), StreamPair.PLAIN);
            var accepted = StreamPair.accepted(listener);
            open.addAll(List.of(listener::close, client::close, accepted::close));
            numbers.addAll(List.of(listener.fileno().orElseThrow(), client.fileno().orElseThrow(), accepted.fileno().orElseThrow()));
        }
        for (var address : List.of(Address.of("127.0.0.1", 0), Address.unix(folder.resolve("datagram")))) {
            var packets = transport.bind(address, StreamPair.PLAIN);
            open.add(packets::close);
            numbers.add(packets.fileno().orElseThrow());
        }
        for (var number : numbers) {
            ours.add(OpenDescriptors.target(number));
        }
        assertThat(ours).hasSize(8).allMatch(target -> target.startsWith("socket:["));
    }

    @AfterEach
    void closeAll() throws Exception {
        for (var each : open) {
            each.close();
        }
    }

    @Test
    void everySocketAndEveryEpollInstanceIsClosedByExec() throws IOException {
        try (var all = Files.list(Path.of("/proc/self/fd"))) {
            for (var link : all.toList()) {
                var number = Integer.parseInt(link.getFileName().toString());
                if (!numbers.contains(number) && !isEpoll(number)) {
                    continue;
                }
                var flags = Files.readAllLines(Path.of("/proc/self/fdinfo/" + number)).stream().filter(line -> line.startsWith("flags:")).findFirst()
                        .orElseThrow();
                assertThat(Long.parseLong(flags.substring("flags:".length()).trim(), 8) & O_CLOEXEC).as("descriptor %d", number).isNotZero();
            }
        }
    }

    private static boolean isEpoll(int number) {
        try {
            return OpenDescriptors.target(number).equals("anon_inode:[eventpoll]");
        } catch (IOException e) {
            return false; // that of the directory listing
        }
    }

    @Test
    void aProgramStartedByTheCLibraryInheritsNone() throws Throwable {
        // ProcessBuilder's launcher closes descriptors itself; system(3) does not.
        var list = folder.resolve("list");
        var linker = Linker.nativeLinker();
        var system = linker.downcallHandle(linker.defaultLookup().findOrThrow("system"),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS));
        try (var arena = Arena.ofConfined()) {
            assertThat((int) system.invokeExact(arena.allocateFrom("ls -l /proc/self/fd > " + list))).isZero();
        }
        assertNoneIn(Files.readAllLines(list));
    }

    @Test
    void aProgramStartedByTheJdkInheritsNone() throws Exception {
        try (var child = ChildJava.command(List.of("ls", "-l", "/proc/self/fd"))) {
            assertNoneIn(child.output());
        }
    }

    private void assertNoneIn(List<String> listed) {
        assertThat(listed).as("what the program has").anyMatch(line -> line.contains(" 0 -> "))
                .noneMatch(line -> ours.stream().anyMatch(line::contains)).noneMatch(line -> line.contains("eventpoll"));
    }
}
