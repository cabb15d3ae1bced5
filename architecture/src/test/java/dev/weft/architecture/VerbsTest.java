package dev.weft.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.stream.Stream;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import org.junit.jupiter.api.Test;

/** What lives is begun, waited for and ended by the same verbs, whatever it is: a server, a link, a service, a client. */
class VerbsTest {
    private static final String DURATION = "java.time.Duration";

    /** A verb, as it is declared by what lives. */
    private record Verb(String name, List<String> parameters, BiPredicate<JavaClass, JavaClass> returns) {
        static Verb of(String name, String returns, String... parameters) {
            return new Verb(name, List.of(parameters), (type, returned) -> returned.getName().equals(returns));
        }

        boolean isIn(JavaClass type) {
            return methods(type).anyMatch(method -> method.getName().equals(name)
                    && method.getRawParameterTypes().stream().map(JavaClass::getName).toList().equals(parameters)
                    && returns.test(type, method.getRawReturnType()));
        }

        @Override
        public String toString() {
            return name + "(" + String.join(", ", parameters.stream().map(p -> p.substring(p.lastIndexOf('.') + 1)).toList()) + ")";
        }
    }

    private static final List<Verb> VERBS = List.of(
            new Verb("start", List.of(), (type, returned) -> family(type).contains(returned)),
            Verb.of("run", "void"),
            Verb.of("drain", "dev.weft.net.DrainReport", DURATION),
            Verb.of("close", "void"),
            Verb.of("join", "void"),
            Verb.of("join", "boolean", DURATION),
            Verb.of("state", "dev.weft.net.LifeState"),
            new Verb("stats", List.of(), (type, returned) -> !returned.getName().equals("void")));

    /** Who has one of them, and can be closed, lives. */
    private static final Set<String> SIGNS = Set.of("run", "serve", "serveForever", "drain", "join", "stop");

    private static final Set<String> RETIRED = Set.of("serveForever", "awaitEnd", "awaitStop", "stop", "shutdown", "awaitShutdown",
            "awaitTermination");

    /** Run by its handler, or by whoever reads from it; a drain only ends what comes in. */
    private static final String CONNECTION = "dev.weft.net.Connection";

    /** It ends the loop there, as in Python's socketserver, and the port stays. */
    private static final String MAY_SHUT_DOWN = "dev.weft.net.Server";

    /** A client that {@code open} gives connected works from then on: there is nothing to start, and nothing to run in the foreground. */
    private static final Set<String> OPENED_AT_WORK = Set.of("dev.weft.message.Peer", "dev.weft.rpc.RpcClient");
    private static final Set<String> BEGINNINGS = Set.of("start", "run");

    @Test
    void whatLivesHasTheSameVerbs() {
        var wrong = new HashSet<String>();
        for (var type : closeable()) {
            for (var verb : VERBS) {
                if (lives(type) && mustHave(type, verb) && !verb.isIn(type)) {
                    wrong.add(type.getName() + " has no " + verb);
                }
            }
            methods(type).filter(method -> isRetired(type, method))
                    .forEach(method -> wrong.add(type.getName() + " has still " + method.getName() + "()"));
        }

        assertThat(wrong).as("verbs that are missing or of the past").isEmpty();
    }

    @Test
    void allThatLivesIsFound() {
        var names = closeable().stream().filter(VerbsTest::lives).map(JavaClass::getName).toList();

        assertThat(names).contains("dev.weft.net.Server", "dev.weft.queue.Link", "dev.weft.queue.Service", "dev.weft.queue.Pipeline",
                "dev.weft.kafka.KafkaPipeline", "dev.weft.kafka.KafkaSink", "dev.weft.kafka.KafkaSource", "dev.weft.rpc.RpcServer",
                "dev.weft.chat.ChatServer", "dev.weft.chat.ChatClient");
    }

    private static boolean mustHave(JavaClass type, Verb verb) {
        return !(OPENED_AT_WORK.contains(type.getName()) && BEGINNINGS.contains(verb.name()));
    }

    /** One that takes a function or more is no verb, but a setting. */
    private static boolean isRetired(JavaClass type, JavaMethod method) {
        return RETIRED.contains(method.getName())
                && method.getRawParameterTypes().stream().allMatch(parameter -> parameter.getName().equals(DURATION))
                && !(method.getName().equals("shutdown") && type.getName().equals(MAY_SHUT_DOWN));
    }

    private static boolean lives(JavaClass type) {
        return !type.getName().equals(CONNECTION) && methods(type).anyMatch(method -> SIGNS.contains(method.getName()));
    }

    /** Types that every program sees; of a class that others extend, those are looked at. */
    private static List<JavaClass> closeable() {
        var exported = new HashSet<String>();
        var folders = new ArrayList<Path>();
        for (var module : Reactor.modulesWithCode()) {
            folders.add(module.classFolder());
            module.exports().ifPresent(found -> exported.addAll(found.toEverybody()));
        }
        return new ClassFileImporter().importPaths(folders).stream()
                .filter(type -> exported.contains(type.getPackageName()) && ArrowsTest.isShown(type))
                .filter(type -> type.isInterface() || !type.getModifiers().contains(JavaModifier.ABSTRACT))
                .filter(type -> methods(type).anyMatch(method -> method.getName().equals("close")))
                .toList();
    }

    /** Public methods, inherited ones too. */
    private static Stream<JavaMethod> methods(JavaClass type) {
        return family(type).stream().flatMap(each -> each.getMethods().stream())
                .filter(method -> method.getModifiers().contains(JavaModifier.PUBLIC) && !method.getModifiers().contains(JavaModifier.STATIC));
    }

    /** The type, and what it extends and implements. */
    private static Set<JavaClass> family(JavaClass type) {
        var family = new HashSet<JavaClass>();
        family.add(type);
        family.addAll(type.getAllRawSuperclasses());
        family.addAll(type.getAllRawInterfaces());
        return family;
    }
}
