package dev.weft.cli;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.module.ModuleDescriptor.Exports;
import java.lang.module.ModuleFinder;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.weft.chat.ChatServer;
import dev.weft.message.Messages;
import dev.weft.net.Server;
import dev.weft.queue.Link;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The arrows between the modules, and what they show to the outside. */
@Timeout(60)
class ArchitectureTest {
    private static final String MESSAGES = "dev.weft.cli.Message";
    private static final String QUEUES = "dev.weft.cli.Queue";
    private static final String CALLS = "dev.weft.cli.Call";
    private static final JavaClasses WEFT = new ClassFileImporter().withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.weft");

    /** What a module may import of Weft; a new module has to be entered here. */
    private static final Map<String, List<String>> ARROWS = Map.of(
            "dev.weft.net", List.of("dev.weft.net"),
            "dev.weft.linux", List.of("dev.weft.linux", "dev.weft.net"),
            "dev.weft.message", List.of("dev.weft.message", "dev.weft.net"),
            "dev.weft.chat", List.of("dev.weft.chat", "dev.weft.net"),
            "dev.weft.testkit", List.of("dev.weft.testkit", "dev.weft.net"),
            "dev.weft.queue", List.of("dev.weft.queue", "dev.weft.net"),
            "dev.weft.rpc", List.of("dev.weft.rpc", "dev.weft.net"),
            "dev.weft.cli", List.of("dev.weft.cli", "dev.weft.rpc", "dev.weft.queue", "dev.weft.message", "dev.weft.chat", "dev.weft.net"));

    /** What the poms of programs may name of Weft for compiling; their classes are not here to be looked at. */
    private static final Map<String, Set<String>> PROGRAMS = Map.of(
            "examples", Set.of("net", "message", "queue", "rpc", "linux"),
            "bench", Set.of("net", "message", "queue", "rpc"));

    @Test
    void everyModuleHasItsArrows() {
        var modules = WEFT.stream().map(c -> c.getPackageName().split("\\.", 4)[2]).map(m -> "dev.weft." + m).collect(Collectors.toSet());

        assertThat(modules).isEqualTo(ARROWS.keySet());
    }

    @Test
    void modulesImportOnlyWhereAnArrowPoints() {
        ARROWS.forEach((module, allowed) -> {
            var others = resideInAPackage("dev.weft..").and(resideOutsideOfPackages(allowed.stream().map(a -> a + "..")
                    .toArray(String[]::new)));
            noClasses().that().resideInAPackage(module + "..").should().dependOnClassesThat(others).check(WEFT);
        });
    }

    @Test
    void netHasNoDependencies() {
        classes().that().resideInAPackage("dev.weft.net..").should()
                .onlyDependOnClassesThat(resideInAnyPackage("dev.weft.net..", "java..", "javax.net.ssl..", "javax.security..",
                        "jdk.jfr..", "sun.misc..", "org.jspecify.."))
                .check(WEFT);
    }

    @Test
    void chatNeedsNothingButNetAndTheJdk() {
        classes().that().resideInAPackage("dev.weft.chat..").should()
                .onlyDependOnClassesThat(resideInAnyPackage("dev.weft.chat..", "dev.weft.net..", "java..", "org.jspecify.."))
                .check(WEFT);
    }

    @Test
    void messageNeedsNothingButNetProtobufAndTheJdk() {
        var optional = Set.of("dev.weft.message.JsonCodec", "dev.weft.message.LoadingBar");
        classes().that().resideInAPackage("dev.weft.message..").and(describe("have no optional part", c -> !optional.contains(topLevel(c))))
                .should().onlyDependOnClassesThat(resideInAnyPackage("dev.weft.message..", "dev.weft.net..", "com.google.protobuf..",
                        "java..", "org.jspecify.."))
                .check(WEFT);
    }

    @Test
    void queueNeedsNothingButNetAndTheJdk() {
        classes().that().resideInAPackage("dev.weft.queue..").should()
                .onlyDependOnClassesThat(resideInAnyPackage("dev.weft.queue..", "dev.weft.net..", "java..", "org.jspecify.."))
                .check(WEFT);
    }

    @Test
    void programsNameOnlyWhatAnArrowAllows() throws IOException {
        for (var program : PROGRAMS.entrySet()) {
            var pom = Files.readString(Path.of("..", program.getKey(), "pom.xml"));
            var named = Pattern.compile("<artifactId>weft-(\\w+)</artifactId>\\s*</dependency>").matcher(pom).results()
                    .map(found -> found.group(1)).toList();
            assertThat(named).as(program.getKey()).isNotEmpty().isSubsetOf(program.getValue());
        }
    }

    /** The launcher loads what a command needs: a server that speaks no messages must not pay for them at its start. */
    @Test
    void onlyTheMessageCommandsTouchMessages() {
        onlyTouches(MESSAGES, "dev.weft.message..");
    }

    @Test
    void onlyTheQueueCommandsTouchQueues() {
        onlyTouches(QUEUES, "dev.weft.queue..");
    }

    @Test
    void onlyCallTouchesGrpcAndJson() {
        onlyTouches(CALLS, "dev.weft.rpc..", "io.grpc..", "com.google.protobuf..", "com.google.gson..");
    }

    /** Loaded where somebody types alone. */
    @Test
    void onlyTheLineEditorTouchesJline() {
        noClasses().that().resideInAPackage("dev.weft.cli..").and(describe("are loaded elsewhere too", c -> !topLevel(c).endsWith(".LineEditor")))
                .should().dependOnClassesThat().resideInAPackage("org.jline..").check(WEFT);
    }

    /** Commands and their syntax are loaded at every start, what does their work only when it is theirs. */
    private static void onlyTouches(String prefix, String... packages) {
        noClasses().that().resideInAPackage("dev.weft.cli..").and(describe("are loaded by others too", c -> !topLevel(c).startsWith(prefix)
                || topLevel(c).endsWith("Command") || topLevel(c).endsWith("Syntax")))
                .should().dependOnClassesThat().resideInAnyPackage(packages).check(WEFT);
    }

    private static String topLevel(JavaClass c) {
        var dollar = c.getName().indexOf('$');
        return dollar < 0 ? c.getName() : c.getName().substring(0, dollar);
    }

    /** A framing of messages or frames plugs in; it reads the received bytes where they lie. */
    @Test
    void otherModulesUseTheSpiOfNetOnlyToPlugIn() {
        var framings = Set.of("dev.weft.message.MessageFraming", "dev.weft.queue.FrameFraming");
        noClasses().that().resideInAnyPackage("dev.weft.message..", "dev.weft.queue..", "dev.weft.chat..", "dev.weft.cli..")
                .and(describe("plug nothing in", c -> !framings.contains(topLevel(c)))).should()
                .dependOnClassesThat().resideInAPackage("dev.weft.net.spi..")
                .check(WEFT);
    }

    @Test
    void nothingIsPublicOutsideTheExportedPackages() {
        var exported = Set.of("dev.weft.net", "dev.weft.net.spi", "dev.weft.net.support", "dev.weft.linux", "dev.weft.message",
                "dev.weft.queue", "dev.weft.chat", "dev.weft.rpc", "dev.weft.testkit");
        var shown = WEFT.stream().filter(ArchitectureTest::isShown).filter(c -> !exported.contains(c.getPackageName()))
                .map(JavaClass::getName).toList();

        // A program's one public class is where it starts.
        assertThat(shown).containsExactly("dev.weft.cli.Main");
    }

    @Test
    void theModuleDescriptorsExportJustThesePackages() throws URISyntaxException {
        assertThat(exports(Server.class)).containsExactlyInAnyOrder("dev.weft.net", "dev.weft.net.spi");
        assertThat(exports(ChatServer.class)).containsExactly("dev.weft.chat");
        assertThat(exports(Messages.class)).containsExactly("dev.weft.message");
        assertThat(exports(Link.class)).containsExactly("dev.weft.queue");
        assertThat(exports(Main.class)).isEmpty();
    }

    private static List<String> exports(Class<?> member) throws URISyntaxException {
        var place = Path.of(member.getProtectionDomain().getCodeSource().getLocation().toURI());
        var module = ModuleFinder.of(place).findAll().iterator().next().descriptor();
        return module.exports().stream().filter(e -> !e.isQualified()).map(Exports::source).toList();
    }

    private static boolean isShown(JavaClass c) {
        for (var each = c; each != null; each = each.getEnclosingClass().orElse(null)) {
            if (!each.getModifiers().contains(JavaModifier.PUBLIC)) {
                return false;
            }
        }
        return true;
    }
}
