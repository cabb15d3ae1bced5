package dev.weft.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import org.junit.jupiter.api.Test;

/** The arrows between the modules, and what they show to the outside. */
class ArrowsTest {
    private static final Set<String> MESSAGES = Set.of("dev.weft.cli.Message", "dev.weft.cli.QuietMessages");
    private static final Set<String> QUEUES = Set.of("dev.weft.cli.Queue");
    private static final Set<String> CALLS = Set.of("dev.weft.cli.Call");

    /** What a module may import of Weft; a new module has to be entered here. */
    private static final Map<String, Set<String>> ARROWS = Map.ofEntries(
            Map.entry("test-support", Set.of()),
            Map.entry("net", Set.of()),
            Map.entry("linux", Set.of("net")),
            Map.entry("workers", Set.of("linux", "net")),
            Map.entry("testkit", Set.of("net")),
            Map.entry("message", Set.of("net")),
            Map.entry("queue", Set.of("net")),
            Map.entry("kafka", Set.of("queue", "net")),
            Map.entry("rpc-codegen", Set.of()),
            Map.entry("rpc", Set.of("net")),
            Map.entry("chat", Set.of("net")),
            Map.entry("cli", Set.of("net", "message", "queue", "rpc", "chat")),
            Map.entry("examples", Set.of("net", "message", "queue", "rpc", "linux", "workers")),
            Map.entry("bench", Set.of("net", "message", "queue", "rpc")));

    /** What a module shows to everybody; nothing where it is a program. */
    private static final Map<String, Set<String>> EXPORTS = Map.ofEntries(
            Map.entry("net", Set.of("dev.weft.net", "dev.weft.net.spi")),
            Map.entry("linux", Set.of("dev.weft.linux")),
            Map.entry("workers", Set.of("dev.weft.workers")),
            Map.entry("testkit", Set.of("dev.weft.testkit")),
            Map.entry("message", Set.of("dev.weft.message")),
            Map.entry("queue", Set.of("dev.weft.queue")),
            Map.entry("kafka", Set.of("dev.weft.kafka")),
            Map.entry("rpc-codegen", Set.of("dev.weft.rpc.codegen")),
            Map.entry("rpc", Set.of("dev.weft.rpc")),
            Map.entry("chat", Set.of("dev.weft.chat")),
            Map.entry("cli", Set.of()));

    private static final Map<String, JavaClasses> CLASSES = Reactor.modulesWithCode().stream().collect(toMap(WeftModule::name, ArrowsTest::imported));

    private static JavaClasses imported(WeftModule module) {
        module.classFiles();
        return new ClassFileImporter().importPath(module.classFolder());
    }

    @Test
    void everyModuleHasItsArrows() {
        assertThat(ARROWS.keySet()).isEqualTo(CLASSES.keySet());
    }

    @Test
    void modulesImportOnlyWhereAnArrowPoints() {
        var owners = new HashMap<String, String>();
        CLASSES.forEach((module, all) -> all.forEach(each -> owners.put(each.getPackageName(), module)));
        ARROWS.forEach((module, allowed) -> {
            var others = describe("are of a module that no arrow points to", (JavaClass to) -> {
                var owner = owners.get(to.getPackageName());
                return owner != null && to.getPackageName().startsWith("dev.weft") && !owner.equals(module) && !allowed.contains(owner);
            });
            noClasses().should().dependOnClassesThat(others).as(module + " imports only " + allowed).check(CLASSES.get(module));
        });
    }

    @Test
    void netHasNoDependencies() {
        onlyDepends("net", "dev.weft.net..", "javax.net.ssl..", "javax.security..", "jdk.jfr..", "sun.misc..");
    }

    @Test
    void chatNeedsNothingButNetAndTheJdk() {
        onlyDepends("chat", "dev.weft.chat..", "dev.weft.net..");
    }

    @Test
    void messageNeedsNothingButNetProtobufAndTheJdk() {
        var optional = Set.of("dev.weft.message.JsonCodec", "dev.weft.message.LoadingBar");
        classes().that(describe("have no optional part", c -> !optional.contains(topLevel(c))))
                .should().onlyDependOnClassesThat(resideInAnyPackage(withTheJdk("dev.weft.message..", "dev.weft.net..", "com.google.protobuf..")))
                .check(CLASSES.get("message"));
    }

    @Test
    void queueNeedsNothingButNetAndTheJdk() {
        onlyDepends("queue", "dev.weft.queue..", "dev.weft.net..");
    }

    @Test
    void kafkaNeedsNothingButQueueNetAndItsClient() {
        onlyDepends("kafka", "dev.weft.kafka..", "dev.weft.queue..", "dev.weft.net..", "org.apache.kafka..");
    }

    private static void onlyDepends(String module, String... packages) {
        classes().should().onlyDependOnClassesThat(resideInAnyPackage(withTheJdk(packages))).check(CLASSES.get(module));
    }

    /** With the annotations, too, that no program needs at run time. */
    private static String[] withTheJdk(String... packages) {
        return Stream.concat(Stream.of(packages), Stream.of("java..", "org.jspecify..", "com.google.errorprone.annotations.."))
                .toArray(String[]::new);
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
        noClasses().that(describe("are loaded elsewhere too", c -> !topLevel(c).endsWith(".LineEditor")))
                .should().dependOnClassesThat().resideInAPackage("org.jline..").check(CLASSES.get("cli"));
    }

    /** Commands and their syntax are loaded at every start, what does their work only when it is theirs. */
    private static void onlyTouches(Set<String> prefixes, String... packages) {
        noClasses().that(describe("are loaded by others too", c -> prefixes.stream().noneMatch(topLevel(c)::startsWith)
                || topLevel(c).endsWith("Command") || topLevel(c).endsWith("Syntax")))
                .should().dependOnClassesThat().resideInAnyPackage(packages).check(CLASSES.get("cli"));
    }

    private static String topLevel(JavaClass c) {
        var dollar = c.getName().indexOf('$');
        return dollar < 0 ? c.getName() : c.getName().substring(0, dollar);
    }

    /** A framing of messages or frames plugs in; it reads the received bytes where they lie. A listener of grpc-java's makes a socket file. */
    @Test
    void otherModulesUseTheSpiOfNetOnlyToPlugIn() {
        var plugs = Set.of("dev.weft.message.MessageFraming", "dev.weft.queue.FrameFraming", "dev.weft.rpc.Listening");
        for (var module : List.of("message", "queue", "kafka", "rpc", "chat", "cli")) {
            noClasses().that(describe("plug nothing in", c -> !plugs.contains(topLevel(c))))
                    .should().dependOnClassesThat().resideInAPackage("dev.weft.net.spi..").check(CLASSES.get(module));
        }
    }

    @Test
    void theModuleDescriptorsExportJustThesePackages() {
        var exports = new HashMap<String, Set<String>>();
        for (var module : Reactor.modulesWithCode()) {
            module.exports().ifPresent(found -> exports.put(module.name(), found.toEverybody()));
        }

        assertThat(exports).isEqualTo(EXPORTS);
    }

    /** A package that is not exported shows other packages of its module what they need, and nothing more. */
    @Test
    void whatIsPublicIsExportedOrNeededByAnotherPackage() {
        for (var module : Reactor.modulesWithCode()) {
            module.exports().ifPresent(found -> {
                var needless = CLASSES.get(module.name()).stream()
                        .filter(c -> c.isTopLevelClass() && c.getModifiers().contains(JavaModifier.PUBLIC))
                        .filter(c -> !found.toSomebody().contains(c.getPackageName()) && !isUsedByAnotherPackage(module, c))
                        .map(JavaClass::getName).toList();

                // A program's one public class is where it starts.
                assertThat(needless).as(module.name()).isEqualTo(module.name().equals("cli") ? List.of("dev.weft.cli.Main") : List.of());
            });
        }
    }

    /** By its name in a source, too, as the class file of who reads a constant does not say whose it is. */
    private static boolean isUsedByAnotherPackage(WeftModule module, JavaClass c) {
        if (c.getDirectDependenciesToSelf().stream().anyMatch(found -> !found.getOriginClass().getPackageName().equals(c.getPackageName()))) {
            return true;
        }
        var folder = c.getPackageName().replace('.', '/');
        return module.sources().stream().filter(file -> !file.getParent().endsWith(folder))
                .anyMatch(file -> Pattern.compile(Pattern.quote(c.getName()) + "\\b").matcher(Reactor.read(file)).find());
    }

    static boolean isShown(JavaClass c) {
        for (var each = c; each != null; each = each.getEnclosingClass().orElse(null)) {
            if (!each.getModifiers().contains(JavaModifier.PUBLIC)) {
                return false;
            }
        }
        return true;
    }
}
