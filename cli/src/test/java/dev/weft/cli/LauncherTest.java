package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * {@code ./weft} in environments made up for it: a checkout with the script and a finished build of nothing, and JDKs whose java only says
 * how it was called.
 */
@Timeout(60)
@EnabledOnOs({OS.LINUX, OS.MAC})
class LauncherTest {
    /** What the script finds a Java with, apart from Java. */
    private static final List<String> TOOLS = List.of("sh", "find", "head", "mkdir", "rmdir", "rm", "mv", "sed", "sleep", "cat", "printf",
            "touch", "kill",
            "readlink", "dirname", "basename", "tail", "grep", "uname", "ls");

    @TempDir
    private Path folder;
    private Path checkout;
    private Path bin;

    @BeforeEach
    void makeACheckout() throws IOException {
        folder = folder.toRealPath();
        checkout = Files.createDirectories(folder.resolve("check out"));
        Files.copy(script(), checkout.resolve("weft"));
        bin = Files.createDirectories(folder.resolve("bin"));
        for (var tool : TOOLS) {
            for (var place : List.of("/usr/bin/", "/bin/")) {
                if (Files.isExecutable(Path.of(place + tool)) && !Files.exists(bin.resolve(tool))) {
                    program(bin.resolve(tool), "exec " + place + tool + " \"$@\"");
                }
            }
        }
    }

    @Test
    void aJavaHomeThatIsTooOldIsPassedOver() throws Exception {
        var old = jdk("jdk-17", "17.0.9");
        var run = run(old, checkout, checkout.resolve("weft").toString(), "--version");

        // Another one may be installed in one of the usual places; the old one is not taken, and where there is none, it is named.
        assertThat(run.out).doesNotContain("jdk-17");
        if (run.exitCode == 1 && run.err.contains("needs Java")) {
            assertThat(run.err).contains("17 in " + old).contains("Install a JDK");
        }
    }

    @Test
    void theJavaOfJavaHomeIsTakenAndGetsTheArgumentsAsTheyAre() throws Exception {
        build();
        var run = run(jdk("jdk-25", "25.0.1"), checkout, checkout.resolve("weft").toString(), "serve", "--exec", "echo  'a b' $HOME *");

        assertThat(run.err).isEmpty();
        assertThat(run.exitCode).isEqualTo(42);
        assertThat(run.out).contains("jdk-25").contains("<dev.weft.cli/dev.weft.cli.Main><serve><--exec><echo  'a b' $HOME *>");
    }

    @Test
    void aNewerJavaWillDo() throws Exception {
        build();

        assertThat(run(jdk("jdk-31", "31"), checkout, checkout.resolve("weft").toString(), "x").out).contains("jdk-31");
    }

    @Test
    void itFindsItsCheckoutThroughLinksAndFromAnyFolder() throws Exception {
        build();
        var jdk = jdk("jdk-25", "25.0.1");
        var links = Files.createDirectories(folder.resolve("links"));
        Files.createSymbolicLink(links.resolve("first"), checkout.resolve("weft"));
        Files.createSymbolicLink(links.resolve("second"), Path.of("first"));

        assertThat(run(jdk, folder, links.resolve("second").toString(), "x").out).contains("<x>")
                .contains(checkout + "/cli/target/dist/lib");
        assertThat(run(jdk, links, "./second", "x").out).contains("<x>").contains(checkout + "/cli/target/dist/lib");
        assertThat(run(jdk, checkout, "./weft", "x").out).contains("<x>").contains(checkout + "/cli/target/dist/lib");
    }

    @Test
    void withoutMavenItSaysWhatToInstall() throws Exception {
        var run = run(jdk("jdk-25", "25.0.1"), checkout, "./weft", "x");

        assertThat(run.exitCode).isEqualTo(1);
        assertThat(run.err).contains("Maven (mvn) is needed");
    }

    @Test
    void aBuildThatFailsIsShownAndIsAFailure() throws Exception {
        program(bin.resolve("mvn"), "echo 'it is broken' ; exit 3");
        var run = run(jdk("jdk-25", "25.0.1"), checkout, "./weft", "x");

        assertThat(run.exitCode).isEqualTo(1);
        assertThat(run.err).contains("it is broken").contains("the build failed");
        assertThat(run.out).doesNotContain("<x>");
    }

    @Test
    void withoutAnyJavaItSaysWhatToInstall() throws Exception {
        // The usual places may hold one, so they are moved aside in a copy of the script.
        var script = checkout.resolve("weft");
        Files.writeString(script, Files.readString(script).replace("/usr/lib/jvm/", folder + "/none/").replace("/opt/", folder + "/none/")
                .replace("/Library/Java/", folder + "/none/"));
        var run = run(jdk("jdk-17", "17.0.9"), checkout, "./weft", "x");

        assertThat(run.exitCode).isEqualTo(1);
        assertThat(run.err).contains("needs Java 25 or newer").contains("Install a JDK").contains("17 in ");
        assertThat(run.out).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({",,", ",,de_DE", "C,,", "POSIX,,de_DE.UTF-8", "de_DE.ISO-8859-1,,", ",C,de_DE.UTF-8", ",,de_DE.ISO-8859-1"})
    void whateverTheLocaleJavaGetsOneOfUtf8(String all, String ctype, String lang) throws Exception {
        build();
        var environment = new HashMap<String, String>();
        environment.put("LC_ALL", all == null ? "" : all);
        environment.put("LC_CTYPE", ctype == null ? "" : ctype);
        environment.put("LANG", lang == null ? "" : lang);

        assertThat(run(environment, jdk("jdk-25", "25.0.1"), checkout, "./weft", "x").out).contains("<locale C.UTF-8>")
                .contains("<-Dstdin.encoding=UTF-8><-Dstdout.encoding=UTF-8><-Dstderr.encoding=UTF-8>");
        assertThat(run(environment, jdk("jdk-25", "25.0.1"), checkout, "./weft", "call", "x").out).contains("<locale C.UTF-8>");
    }

    @Test
    void aLocaleOfUtf8IsKeptWhenItIsInstalled() throws Exception {
        build();
        program(bin.resolve("locale"), "case $LANG in de_DE*) echo UTF-8 ;; *) echo ANSI_X3.4-1968 ;; esac");

        assertThat(run(Map.of("LANG", "de_DE.UTF-8"), jdk("jdk-25", "25.0.1"), checkout, "./weft", "x").out).contains("<locale none>");
        assertThat(run(Map.of("LANG", "fr_FR.utf8"), jdk("jdk-25", "25.0.1"), checkout, "./weft", "x").out).contains("<locale C.UTF-8>");
        assertThat(run(Map.of("LC_ALL", "C.UTF-8"), jdk("jdk-25", "25.0.1"), checkout, "./weft", "x").out).contains("<locale C.UTF-8>");
    }

    @ParameterizedTest
    @ValueSource(strings = {"serve", "call"})
    void aHeapThatIsUsedUpEndsTheProcess(String command) throws Exception {
        build();

        assertThat(run(jdk("jdk-25", "25.0.1"), checkout, "./weft", command, "x").out).contains("<-XX:+ExitOnOutOfMemoryError>");
    }

    @ParameterizedTest
    @ValueSource(strings = {"serve", "call"})
    void aCheckoutThatMayNotBeWrittenToStartsWithoutItsCache(String command) throws Exception {
        build();
        // As good as no permission, which root always has: no folder can be made where the lock would be.
        noMkdir();
        Files.writeString(checkout.resolve("cli/target/dist/weft.aot.for"), "another java");
        Files.writeString(checkout.resolve("cli/target/dist/weft.aot"), "of another java");
        var run = run(jdk("jdk-25", "25.0.1"), checkout, "./weft", command, "x");

        assertThat(run.exitCode).isEqualTo(42);
        assertThat(run.out).contains("<x>").doesNotContain("AOTCache");
        assertThat(run.err).isEmpty();
    }

    @Test
    void aCheckoutThatIsNotBuiltAndMayNotBeWrittenToSaysSo() throws Exception {
        noMkdir();
        var run = run(jdk("jdk-25", "25.0.1"), checkout, "./weft", "x");

        assertThat(run.exitCode).isEqualTo(1);
        assertThat(run.err).startsWith("weft: cannot write to " + checkout + "/cli/target").hasLineCount(1);
    }

    @Test
    void theLockOfAStartThatWasKilledIsTakenOver() throws Exception {
        build();
        Files.delete(checkout.resolve("cli/target/dist/weft.aot.for"));
        Files.createDirectories(checkout.resolve("cli/target/weft.lock"));
        Files.writeString(checkout.resolve("cli/target/weft.lock/pid"), "999999999\n");
        var run = run(jdk("jdk-25", "25.0.1"), checkout, "./weft", "x");

        assertThat(run.exitCode).isEqualTo(42);
        assertThat(checkout.resolve("cli/target/dist/weft.aot.for")).exists();
        assertThat(checkout.resolve("cli/target/weft.lock")).doesNotExist();
    }

    private void noMkdir() throws IOException {
        Files.delete(bin.resolve("mkdir"));
        program(bin.resolve("mkdir"), "exit 1");
    }

    /** A build that is newer than all sources, and an AOT cache, as far as the script can tell. */
    private void build() throws IOException, InterruptedException {
        for (var module : List.of("net", "chat", "cli", "testkit")) {
            Files.createDirectories(checkout.resolve(module).resolve("src/main"));
            Files.writeString(checkout.resolve(module).resolve("pom.xml"), "<project/>");
        }
        Files.writeString(checkout.resolve("pom.xml"), "<project/>");
        program(bin.resolve("mvn"), "mkdir -p '" + checkout + "/cli/target/dist/lib' && : > '" + checkout
                + "/cli/target/dist/lib/weft-cli.jar'");
        run(jdk("jdk-25", "25.0.1"), checkout, "./weft", "first");
    }

    private Path jdk(String name, String version) throws IOException {
        var home = Files.createDirectories(folder.resolve(name));
        Files.createDirectories(home.resolve("bin"));
        Files.writeString(home.resolve("release"), "IMPLEMENTOR=\"Nobody\"\nJAVA_RUNTIME_VERSION=\"" + version + "+1\"\nJAVA_VERSION=\""
                + version + "\"\n");
        if (!Files.exists(home.resolve("bin/java"))) {
            program(home.resolve("bin/java"), "printf '<%s>' \"$0\" \"$@\" \"locale ${LC_ALL:-none}\"; echo; exit 42");
        }
        return home;
    }

    private static void program(Path file, String body) throws IOException {
        Files.writeString(file, "#!/bin/sh\n" + body + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private record Run(int exitCode, String out, String err) {}

    private Run run(Path javaHome, Path directory, String... command) throws IOException, InterruptedException {
        return run(Map.of(), javaHome, directory, command);
    }

    private Run run(Map<String, String> environment, Path javaHome, Path directory, String... command) throws IOException, InterruptedException {
        var builder = new ProcessBuilder(new ArrayList<>(List.of(command))).directory(directory.toFile());
        builder.environment().clear();
        builder.environment().put("PATH", bin.toString());
        builder.environment().put("HOME", folder.toString());
        builder.environment().put("JAVA_HOME", javaHome.toString());
        builder.environment().putAll(environment);
        var out = folder.resolve("out").toFile();
        var err = folder.resolve("err").toFile();
        var process = builder.redirectOutput(out).redirectError(err).start();
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("the launcher did not end: " + Files.readString(err.toPath()));
        }
        return new Run(process.exitValue(), Files.readString(out.toPath(), StandardCharsets.UTF_8),
                Files.readString(err.toPath(), StandardCharsets.UTF_8));
    }

    /** The real one, in the root of this checkout. */
    private static Path script() {
        for (var at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            if (Files.isExecutable(at.resolve("weft")) && Files.exists(at.resolve("pom.xml"))) {
                return at.resolve("weft");
            }
        }
        throw new AssertionError("there is no ./weft above " + Path.of("").toAbsolutePath());
    }
}
