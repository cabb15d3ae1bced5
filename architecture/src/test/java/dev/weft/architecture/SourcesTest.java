package dev.weft.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

import org.junit.jupiter.api.Test;

/** A class is one idea, and its name means one thing. */
class SourcesTest {
    private static final int LINES = 350;

    private static final Set<String> LONGER = Set.of(
            "testkit/Conversation.java",
            "testkit/DatagramRules.java",
            "testkit/Draining.java",
            "testkit/Handlers.java");

    private static final Map<String, Integer> AMBIGUOUS = Map.of("ChatClient", 2);

    @Test
    void noFileIsLongerThan350Lines() throws IOException {
        var longer = new HashSet<String>();
        for (var module : Reactor.modulesWithCode()) {
            for (var file : module.sources()) {
                try (var lines = Files.lines(file)) {
                    if (lines.count() > LINES) {
                        longer.add(module.name() + "/" + file.getFileName());
                    }
                }
            }
        }

        Ratchet.check("files of more than " + LINES + " lines", LONGER, longer);
    }

    @Test
    void noTwoClassesHaveOneName() {
        var places = new HashMap<String, Integer>();
        for (var module : Reactor.modulesWithCode()) {
            for (var file : module.sources()) {
                places.merge(file.getFileName().toString().replace(".java", ""), 1, Integer::sum);
            }
        }
        places.values().removeIf(count -> count == 1);

        Ratchet.check("classes of one simple name", AMBIGUOUS, places, () -> "");
    }

    @Test
    void everyModuleIsBuiltBeforeItIsLookedAt() {
        var pom = Reactor.read(Reactor.ROOT.resolve("architecture/pom.xml"));
        for (var module : Reactor.modules()) {
            if (!module.name().equals("architecture")) {
                assertThat(pom).as("architecture/pom.xml names every module, so that it is built before")
                        .contains("<artifactId>weft-" + module.name() + "</artifactId>");
            }
        }
    }
}
