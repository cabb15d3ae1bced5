package dev.weft.workers;

import static dev.weft.workers.Workforce.ask;
import static dev.weft.workers.Workforce.workers;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import dev.weft.net.Server;
import dev.weft.testkit.ChildJava;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a worker's JVM is started with, and told. */
@Timeout(60)
@DisplayName("The options of worker processes (SS-34)")
class WorkerOptionsTest {
    private static final String LONG = "weft.test.long";

    @Test
    void whatOpensAndAddsModulesIsInheritedInEitherForm() {
        assertThat(InheritedOptions.among("/usr/bin/java", "-Xmx1g", "--add-opens", "java.base/java.lang=ALL-UNNAMED",
                "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED", "-cp", "--add-reads=not.an=option", "--add-modules", "java.sql",
                "--patch-module=java.base=patch", "--enable-preview", "-XX:AOTCache=app.aot", "-javaagent:agent.jar", "Main"))
                .containsExactly("--add-opens=java.base/java.lang=ALL-UNNAMED", "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED",
                        "--add-modules=java.sql", "--patch-module=java.base=patch", "--enable-preview", "-XX:AOTCache=app.aot");
    }

    @Test
    void propertiesOfTheJvmThatWereGivenAreInheritedAsTheOthersAreTold() {
        assertThat(InheritedOptions.among("java", "-Duser.timezone=UTC", "-Djava.util.logging.config.file=l.properties", "-Dmy.own=1",
                "Main")).containsExactly("-Duser.timezone=UTC", "-Djava.util.logging.config.file=l.properties");
    }

    @Test
    void argumentsOfTheProgramAreItsOwn() {
        assertThat(InheritedOptions.among("java", "Main", "--enable-preview")).isEmpty();
        assertThat(InheritedOptions.among("java", "-jar", "app.jar", "--enable-preview")).isEmpty();
        assertThat(InheritedOptions.among("java", "-m", "app/Main", "-Duser.timezone=UTC")).isEmpty();
        assertThat(InheritedOptions.among("java", "--module=app/Main", "-Duser.timezone=UTC")).isEmpty();
        assertThat(InheritedOptions.among("app", "serve", "--add-opens", "x")).as("not java's command line").isEmpty();
    }

    @Test
    void argumentFilesAreReadAsJavaReadsThem() {
        assertThat(ArgumentFile.wordsOf("""
                -Da=1 -Db="two words" # a comment, "with quotes"
                '-Dc=it''s' -Dd="a\\\\b\\tc\\q" -De=C:\\f
                -cp "a:\\
                     b" "" lost#x
                "to the end
                of" a line
                """)).containsExactly("-Da=1", "-Db=two words", "-Dc=its", "-Dd=a\\b\tcq", "-De=C:\\f", "-cp", "a:b", "", "to the end",
                "of a line");
    }

    @Test
    void whatStandsInAnArgumentFileIsInheritedToo(@TempDir Path folder) throws Exception {
        var file = Files.writeString(folder.resolve("options"), "-Duser.timezone=UTC --add-opens java.base/java.lang=ALL-UNNAMED @other\n");
        assertThat(InheritedOptions.among("java", "@" + file, "Main")).containsExactly("-Duser.timezone=UTC",
                "--add-opens=java.base/java.lang=ALL-UNNAMED");
        assertThat(InheritedOptions.among("java", "--enable-preview", "@" + folder.resolve("gone"), "Main")).containsExactly("--enable-preview");
        assertThat(InheritedOptions.among("java", "--disable-@files", "@" + file, "Main")).isEmpty();
        assertThat(InheritedOptions.among("java", "Main", "@" + file)).isEmpty();
    }

    /** Prints what a worker knows of the options of this process. */
    static final class Program {
        private Program() {}

        public static void main(String[] arguments) throws IOException {
            try (var server = Server.tcp("localhost", 0).concurrency(workers(1)).open(WorkerHandlers.Obedient.class).start()) {
                for (var property : List.of("user.timezone", "weft.test.quoted")) {
                    System.out.println(ask(server, "property " + property));
                }
            }
        }
    }

    @Test
    void aServerThatIsStartedByAnArgumentFileHasWorkersThatAreToo(@TempDir Path folder) throws Exception {
        var command = ChildJava.java(List.of("-Duser.timezone=Europe/Paris"), Program.class);
        var options = new StringBuilder("# all but java itself\n--enable-native-access=ALL-UNNAMED '-Dweft.test.quoted=two words'\n");
        command.stream().skip(1).forEach(word -> options.append('"').append(word).append("\"\n"));
        var file = Files.writeString(folder.resolve("options"), options);
        try (var program = ChildJava.command(List.of(command.getFirst(), "@" + file))) {
            assertThat(program.output()).containsExactly("Europe/Paris", "two words");
        }
    }

    @Test
    void aCollectorThatIsNamedAnywhereTakesThePlaceOfOurs() {
        assertThat(WorkerCommand.namesCollector(List.of("-Xmx64m", "-XX:+UseParallelGC"), Map.of())).isTrue();
        assertThat(WorkerCommand.namesCollector(List.of(), Map.of("JAVA_TOOL_OPTIONS", "-Xss1m -XX:+UseZGC"))).isTrue();
        assertThat(WorkerCommand.namesCollector(List.of("-XX:+UseStringDeduplication"), Map.of("OTHER", "-XX:+UseG1GC"))).isFalse();
    }

    @Test
    void workersServeUnderAnotherCollector() throws Exception {
        try (var server = Server.tcp("localhost", 0).concurrency(workers(1).jvmOptions("-Xmx64m", "-XX:+UseParallelGC"))
                .open(WorkerHandlers.Obedient.class).start()) {
            assertThat(ask(server, "pid")).isNotEmpty();
        }
    }

    @Test
    void whatTheJvmItselfSaysAgainstItsOptionsIsTold() {
        assertThatThrownBy(() -> Server.tcp("localhost", 0).concurrency(workers(1).jvmOptions("-XX:+UseParallelGC", "-XX:+UseG1GC"))
                .open(WorkerHandlers.Obedient.class).close()).isInstanceOf(IOException.class).hasMessageContaining("garbage collectors");
    }

    @Test
    void propertiesThatAreTooLongFailTheOpening() {
        System.setProperty(LONG, "x".repeat(80_000));
        try {
            assertThatIllegalArgumentException().isThrownBy(() -> Server.tcp("localhost", 0).concurrency(workers(1))
                    .open(WorkerHandlers.Obedient.class).close()).withMessageContaining(LONG).withMessageContaining("80000 characters");
        } finally {
            System.clearProperty(LONG);
        }
    }

    @Test
    void propertiesTravelHoweverLongTheClassPathIs() throws Exception {
        var classPath = System.getProperty("java.class.path");
        System.setProperty(LONG, "x".repeat(25_000) + "end");
        System.setProperty("java.class.path", classPath + ":/nowhere".repeat(3_000));
        try (var server = Server.tcp("localhost", 0).concurrency(workers(1)).open(WorkerHandlers.Obedient.class).start()) {
            assertThat(ask(server, "property " + LONG)).hasSize(25_003);
        } finally {
            System.setProperty("java.class.path", classPath);
            System.clearProperty(LONG);
        }
    }
}
