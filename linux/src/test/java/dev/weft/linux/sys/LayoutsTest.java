package dev.weft.linux.sys;

import static java.lang.foreign.MemoryLayout.PathElement.groupElement;
import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.StructLayout;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The structs and numbers of the system calls are those of the C headers, on both architectures that are served. */
@Timeout(60)
class LayoutsTest {
    /** A struct here and in C: the members' names, ours first. */
    record Struct(String name, StructLayout layout, Map<String, String> members) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Stream<Struct> structs() {
        return Stream.of(new Struct("struct epoll_event", Layouts.EPOLL_EVENT, Map.of("events", "events", "data", "data")),
                new Struct("struct sockaddr_in", Layouts.SOCKADDR_IN, Map.of("family", "sin_family", "port", "sin_port", "address", "sin_addr")),
                new Struct("struct sockaddr_in6", Layouts.SOCKADDR_IN6,
                        Map.of("family", "sin6_family", "port", "sin6_port", "flow", "sin6_flowinfo", "address", "sin6_addr", "scope",
                                "sin6_scope_id")),
                new Struct("struct sockaddr_un", Layouts.SOCKADDR_UN, Map.of("family", "sun_family", "path", "sun_path")),
                new Struct("struct iovec", Layouts.IOVEC, Map.of("base", "iov_base", "length", "iov_len")),
                new Struct("struct msghdr", Layouts.MSGHDR,
                        Map.of("name", "msg_name", "nameLength", "msg_namelen", "parts", "msg_iov", "partCount", "msg_iovlen", "control",
                                "msg_control", "controlLength", "msg_controllen", "flags", "msg_flags")),
                new Struct("struct { struct cmsghdr h; int value; }", Layouts.CMSGHDR_INT,
                        Map.of("length", "h.cmsg_len", "level", "h.cmsg_level", "type", "h.cmsg_type", "value", "value")),
                new Struct("struct ucred", Layouts.UCRED, Map.of("pid", "pid", "uid", "uid", "gid", "gid")),
                new Struct("struct linger", Layouts.LINGER, Map.of("on", "l_onoff", "seconds", "l_linger")));
    }

    @ParameterizedTest
    @CsvSource({"amd64, 12, 4", "x86_64, 12, 4", "aarch64, 16, 8"})
    @DisplayName("epoll_event is packed on x86-64 and nowhere else: linux/eventpoll.h, EPOLL_PACKED")
    void anEventIsPackedOnX86Only(String architecture, long size, long data) {
        var event = Layouts.epollEvent(architecture);
        assertThat(event.byteSize()).isEqualTo(size);
        assertThat(event.byteOffset(groupElement("events"))).isZero();
        assertThat(event.byteOffset(groupElement("data"))).isEqualTo(data);
    }

    @Test
    void theDataOfTheNextEventStandOneEventFurtherOn() {
        assertThat(Layouts.eventData(1) - Layouts.eventData(0)).isEqualTo(Layouts.EVENT_SIZE);
        assertThat(Layouts.eventData(0)).isEqualTo(Layouts.EPOLL_EVENT.byteOffset(groupElement("data")));
    }

    @ParameterizedTest
    @CsvSource({"sockaddr_in, 16, 'family 0, port 2, address 4'", "sockaddr_in6, 28, 'family 0, port 2, flow 4, address 8, scope 24'",
            "sockaddr_un, 110, 'family 0, path 2'", "iovec, 16, 'base 0, length 8'",
            "msghdr, 56, 'name 0, nameLength 8, parts 16, partCount 24, control 32, controlLength 40, flags 48'",
            "cmsghdr, 24, 'length 0, level 8, type 12, value 16'", "ucred, 12, 'pid 0, uid 4, gid 8'", "linger, 8, 'on 0, seconds 4'"})
    @DisplayName("sizes and offsets as the headers document them for 64-bit Linux, the same on x86-64 and arm64")
    void eachStructIsAsDocumented(String name, long size, String offsets) {
        var layout = structs().filter(s -> s.name.contains(name + " ") || s.name.endsWith(name)).findFirst().orElseThrow().layout;
        assertThat(layout.byteSize()).isEqualTo(size);
        for (var member : offsets.split(", ", -1)) {
            var words = member.split(" ", -1);
            assertThat(layout.byteOffset(groupElement(words[0]))).as(words[0]).isEqualTo(Long.parseLong(words[1]));
        }
    }

    @Test
    void aPortTravelsInNetworkOrder() {
        assertThat(Layouts.NETWORK_SHORT.order()).isEqualTo(ByteOrder.BIG_ENDIAN);
    }

    @ParameterizedTest
    @MethodSource("structs")
    @DisplayName("the C compiler of this machine lays each struct out in the same way")
    void theCompilerAgrees(Struct struct, @TempDir Path folder) throws Exception {
        var expressions = new TreeMap<String, String>();
        expressions.put("size", "sizeof(S)");
        struct.members.forEach((ours, theirs) -> expressions.put(ours, "offsetof(S, " + theirs + ")"));
        var ours = new TreeMap<String, Long>();
        ours.put("size", struct.layout.byteSize());
        struct.members.keySet().forEach(member -> ours.put(member, struct.layout.byteOffset(groupElement(member))));
        assertThat(compiled(folder, "typedef " + struct.name + " S;", expressions)).isEqualTo(ours);
    }

    @Test
    @DisplayName("a sockaddr_storage has room for every address")
    void thereIsRoomForEveryAddress(@TempDir Path folder) throws Exception {
        assertThat(compiled(folder, "", Map.of("size", "sizeof(struct sockaddr_storage)"))).containsEntry("size", Layouts.SOCKADDR_STORAGE);
    }

    @Test
    void theErrorNumbersAreTheHeaders(@TempDir Path folder) throws Exception {
        assertThat(headers(folder, numbers(Errno.class, "E"))).isEqualTo(numbers(Errno.class, "E"));
    }

    @Test
    void theFlagsAreTheHeaders(@TempDir Path folder) throws Exception {
        var ours = numbers(Libc.class, "AF_", "SHUT_", "MSG_", "EPOLL", "SOCK_STREAM", "SOCK_DGRAM", "SOCK_SEQPACKET");
        assertThat(headers(folder, ours)).isEqualTo(ours).hasSizeGreaterThan(15);
        assertThat(compiled(folder, "", Map.of("flags", "SOCK_NONBLOCK | SOCK_CLOEXEC"))).containsEntry("flags", (long) Libc.SOCK_FLAGS);
    }

    private static Map<String, Long> headers(Path folder, Map<String, Long> names) throws Exception {
        return compiled(folder, "", names.keySet().stream().collect(toMap(name -> name, name -> "(int) " + name)));
    }

    /** The constants of a class whose names begin so; they are named as in C. */
    private static Map<String, Long> numbers(Class<?> constants, String... beginnings) {
        return Arrays.stream(constants.getDeclaredFields())
                .filter(f -> f.getType() == int.class && Modifier.isStatic(f.getModifiers())
                        && Stream.of(beginnings).anyMatch(b -> f.getName().startsWith(b)))
                .collect(toMap(Field::getName, LayoutsTest::number));
    }

    private static long number(Field constant) {
        try {
            return constant.getInt(null);
        } catch (IllegalAccessException e) {
            throw new AssertionError(e);
        }
    }

    /** What a C program says of each expression. */
    private static Map<String, Long> compiled(Path folder, String declaration, Map<String, String> expressions) throws Exception {
        assumeTrue(runs("gcc", "--version"), "SKIPPED: no gcc here, so the headers themselves were not asked");
        var program = folder.resolve("ask.c");
        Files.writeString(program, """
                #define _GNU_SOURCE
                #include <errno.h>
                #include <netinet/in.h>
                #include <stddef.h>
                #include <stdio.h>
                #include <sys/epoll.h>
                #include <sys/socket.h>
                #include <sys/uio.h>
                #include <sys/un.h>
                %s
                int main(void) {
                %s
                    return 0;
                }
                """.formatted(declaration, expressions.entrySet().stream()
                .map(e -> "    printf(\"%s %%ld\\n\", (long) (%s));".formatted(e.getKey(), e.getValue())).collect(joining("\n"))));
        var binary = folder.resolve("ask");
        assertThat(run(List.of("gcc", "-o", binary.toString(), program.toString()))).as("gcc says").isEmpty();
        return run(List.of(binary.toString())).stream().map(line -> line.split(" ", -1))
                .collect(toMap(words -> words[0], words -> Long.parseLong(words[1])));
    }

    private static boolean runs(String... command) throws InterruptedException {
        try {
            run(List.of(command));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static List<String> run(List<String> command) throws IOException, InterruptedException {
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        List<String> lines;
        try (var output = process.inputReader()) {
            lines = output.lines().toList();
        }
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).as("%s ended", command).isTrue();
        return lines;
    }
}
