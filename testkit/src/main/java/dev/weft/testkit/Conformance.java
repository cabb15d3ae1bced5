package dev.weft.testkit;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;

import dev.weft.net.Concurrency;
import dev.weft.net.spi.Transport;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.function.Executable;

/**
 * The conformance suite: the rules that hold for every server on every transport under every concurrency, as JUnit tests.
 *
 * {@snippet :
 * class MyTransportTest {
 *     @TestFactory
 *     Stream<DynamicNode> conforms() {
 *         var subject = StreamSubject.of("mine", new MyTransport(), () -> Address.of("localhost", 0));
 *         return Conformance.streams(subject, Concurrency.virtualThreads());
 *     }
 * }
 * }
 *
 * <p>Under worker processes those rules are left out whose handlers share objects with the test, such as groups, or need its manual time.
 * The others' handlers travel to the workers; a few workers, none of them spare, are enough: {@code Concurrency.processes(3).spare(0)}.
 *
 * <p>Each test has servers, clients and threads of its own, clears them away, and takes milliseconds, or as long as a worker process takes to
 * start; one that has not ended after 30 s fails. Names begin with the ids of the specification. Some rules count the descriptors and threads
 * of the whole process: run nothing else in it meanwhile.
 */
public final class Conformance {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private Conformance() {}

    /** The rules for stream servers. */
    public static Stream<DynamicNode> streams(StreamSubject subject, Concurrency concurrency) {
        return streams(subject, concurrency, RuleSelection.all(concurrency, subject.lacks()));
    }

    /**
     * The rules for stream servers, each under one of these concurrencies: on as many subjects of a transport as there are concurrencies, each
     * rule is proved under each of them. With {@code -Dweft.conformance.whole=true}, every rule is proved under all on every subject.
     *
     * @param turn the number of the subject among those of its transport, from 0
     */
    public static Stream<DynamicNode> streams(StreamSubject subject, List<Concurrency> concurrencies, int turn) {
        var selection = new RuleSelection(concurrencies, subject.lacks(), turn, RuleSelection.WHOLE);
        return concurrencies.stream().map(each -> DynamicContainer.dynamicContainer(subject + ", " + each, streams(subject, each, selection)));
    }

    private static Stream<DynamicNode> streams(StreamSubject subject, Concurrency concurrency, RuleSelection selection) {
        Map<String, List<Rule<Stage>>> themes = new LinkedHashMap<>();
        themes.put("lifecycle", LifecycleRules.RULES);
        themes.put("handlers", Handlers.RULES);
        themes.put("conversation", Conversation.RULES);
        themes.put("endings", Endings.RULES);
        themes.put("unread input", UnreadInput.RULES);
        themes.put("pipelining", Pipelining.RULES);
        themes.put("time limits", TimeLimits.RULES);
        themes.put("admission", Admissions.RULES);
        themes.put("message form", MessageRules.RULES);
        themes.put("message form, handlers", MessageHandlers.RULES);
        themes.put("message form, endings", MessageEndings.RULES);
        themes.put("drain", Draining.RULES);
        themes.put("first requests", FirstRequests.RULES);
        themes.put("groups", GroupRules.RULES);
        themes.put("hostile peers", HostilePeers.RULES);
        themes.put("accepting", Accepting.RULES);
        themes.put("shortages", Shortages.RULES);
        themes.put("blame", Blame.RULES);
        return containers(themes, subject.name(), subject.transport(), selection, concurrency, () -> new Stage(subject, concurrency));
    }

    /** The rules for datagram servers. */
    public static Stream<DynamicNode> datagrams(DatagramSubject subject, Concurrency concurrency) {
        Map<String, List<Rule<PacketStage>>> themes = new LinkedHashMap<>();
        themes.put("datagrams", DatagramRules.RULES);
        themes.put("lifecycle", DatagramLifecycle.RULES);
        return containers(themes, subject.name(), subject.transport(), RuleSelection.all(concurrency, Set.of()), concurrency,
                () -> new PacketStage(subject, concurrency));
    }

    private static <S extends Scene> Stream<DynamicNode> containers(Map<String, List<Rule<S>>> themes, String name, Transport transport,
            RuleSelection selection, Concurrency concurrency, Supplier<S> scenes) {
        return themes.entrySet().stream().map(theme -> DynamicContainer.dynamicContainer(theme.getKey(),
                theme.getValue().stream().filter(rule -> selection.takes(rule, concurrency)).map(rule -> DynamicTest.dynamicTest(rule.name(), () -> {
                    Executable proof = () -> prove(rule, scenes, name + ", " + concurrency);
                    if (transport instanceof FaultyTransport faulty) {
                        faulty.replayable(proof);
                    } else {
                        proof.execute();
                    }
                }))));
    }

    private static <S extends Scene> void prove(Rule<S> rule, Supplier<S> scenes, String where) {
        try (var scene = scenes.get()) {
            try {
                Assertions.assertTimeoutPreemptively(LIMIT, () -> rule.proof().on(scene), () -> where + ": " + rule.name());
            } catch (Throwable t) {
                scene.witness().addTo(t); // what the server said about it is often the reason
                throw t;
            }
            scene.witness().assertNoMore();
        }
    }
}
