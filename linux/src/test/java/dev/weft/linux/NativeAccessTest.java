package dev.weft.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

import dev.weft.net.Connection;
import dev.weft.net.Server;
import dev.weft.net.Transports;
import dev.weft.testkit.ChildJava;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Where native access is denied the portable transport serves, and one line says what to do; who insists on epoll is refused. */
@Timeout(120)
class NativeAccessTest {
    private static final String DENY = "--illegal-native-access=deny";
    private static final String WHAT_TO_DO = "--enable-native-access=dev.weft.linux";

    /** Opens a server in each of the ways it is told, says which transport it has (only the native one shows descriptors), and talks to it. */
    static final class Program {
        private Program() {}

        public static void main(String[] ways) throws IOException {
            for (var way : ways) {
                var builder = Server.tcp("localhost", 0);
                if (way.startsWith("builder:")) {
                    builder.transport(Transports.named(way.substring("builder:".length())));
                } else if (way.startsWith("property:")) {
                    System.setProperty("weft.transport", way.substring("property:".length()));
                }
                try (var server = builder.open(c -> c.send(c.readLine() + "\n")).start(); var c = Connection.to(server.address()).open()) {
                    c.send("is served\n");
                    System.out.println(way + " " + c.readLine() + " by the " + (server.fileno().isPresent() ? "native" : "portable") + " transport");
                } catch (UnsupportedOperationException e) {
                    System.out.println(way + " is refused: " + e.getMessage());
                }
            }
        }
    }

    /** How the program finds this module. */
    enum Path {
        CLASS_PATH {
            @Override
            List<String> java(List<String> options, String... ways) {
                return ChildJava.java(options, Program.class, ways);
            }

            @Override
            String flag() {
                return "--enable-native-access=ALL-UNNAMED";
            }
        },
        MODULE_PATH {
            @Override
            List<String> java(List<String> options, String... ways) {
                var all = new ArrayList<>(options);
                all.addAll(List.of("-p", ChildJava.rootOf(Server.class) + ":" + ChildJava.rootOf(EpollTransport.class), "--patch-module",
                        "dev.weft.linux=" + ChildJava.rootOf(Program.class), "-m"));
                return ChildJava.java("", all, "dev.weft.linux/" + Program.class.getName(), ways);
            }

            @Override
            String flag() {
                return WHAT_TO_DO;
            }
        };

        abstract List<String> java(List<String> options, String... ways);

        abstract String flag();
    }

    @ParameterizedTest
    @EnumSource
    void deniedThePortableTransportServesOneLineSaysWhatToDoAndWhoInsistsIsRefused(Path path) throws Exception {
        var output = run(path.java(List.of(DENY), "first", "second", "builder:epoll", "property:epoll", "property:nio"));
        assertThat(output).contains("first is served by the portable transport", "second is served by the portable transport",
                "property:nio is served by the portable transport");
        assertThat(output).filteredOn(line -> line.contains("WARNING")).singleElement().asString().contains("the native transport can't be used",
                "the portable one serves", "native access is not allowed", WHAT_TO_DO, "ALL-UNNAMED");
        assertThat(output).filteredOn(line -> line.contains(" is refused: ")).hasSize(2)
                .allSatisfy(line -> assertThat(line).contains("the transport epoll can't be used here", WHAT_TO_DO));
        assertThat(output).noneMatch(line -> line.contains("Exception"));
    }

    @ParameterizedTest
    @EnumSource
    void withTheFlagTheNativeTransportServesAndNobodyWarns(Path path) throws Exception {
        var output = run(path.java(List.of(DENY, path.flag()), "first", "builder:epoll", "property:epoll", "property:nio"));
        assertThat(output).containsExactly("first is served by the native transport", "builder:epoll is served by the native transport",
                "property:epoll is served by the native transport", "property:nio is served by the portable transport");
    }

    @ParameterizedTest
    @EnumSource
    void withoutAnyFlagTheNativeTransportServes(Path path) throws Exception {
        // The JVM itself warns then: JEP 472.
        assertThat(run(path.java(List.of(), "first"))).contains("first is served by the native transport")
                .anyMatch(line -> line.contains("restricted method"));
    }

    @Test
    void whoNamesThePortableTransportOnTheCommandLineHearsNothingOfNativeAccess() throws Exception {
        assertThat(run(Path.CLASS_PATH.java(List.of(DENY, "-Dweft.transport=nio"), "first")))
                .containsExactly("first is served by the portable transport");
    }

    @Test
    void whoNamesEpollOnTheCommandLineAndMayNotHaveItIsRefused() throws Exception {
        assertThat(run(Path.CLASS_PATH.java(List.of(DENY, "-Dweft.transport=epoll"), "first"))).last().asString()
                .startsWith("first is refused: the transport epoll can't be used here: native access is not allowed").contains(WHAT_TO_DO);
    }

    private static List<String> run(List<String> command) throws Exception {
        try (var child = ChildJava.command(command)) {
            return child.output();
        }
    }
}
