package dev.weft.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

import dev.weft.net.Concurrency;
import dev.weft.testkit.StreamSubject.Trait;
import org.junit.jupiter.api.Test;

class RuleSelectionTest {
    private static final List<Concurrency> EACH = List.of(Concurrency.sequential(), Concurrency.virtualThreads(), Concurrency.platformThreads(8));

    private final Rule<Scene> rule = Rule.rule("it holds", _ -> {});

    @Test
    void aRuleIsProvedOnceOnASubject() {
        for (var each : List.of(rule, rule.concurrent())) {
            for (int turn = 0; turn < 7; turn++) {
                assertThat(under(each, turn, false)).hasSize(1);
            }
        }
    }

    @Test
    void aRuleIsProvedUnderEachConcurrencyOnAsManySubjects() {
        assertThat(IntStream.range(4, 7).boxed().flatMap(turn -> under(rule, turn, false).stream())).hasSameElementsAs(EACH);
        assertThat(IntStream.range(0, 2).boxed().flatMap(turn -> under(rule.concurrent(), turn, false).stream()))
                .hasSameElementsAs(EACH.subList(1, 3));
    }

    @Test
    void theWholeMatrixIsEachRuleUnderAllThatItAppliesTo() {
        assertThat(under(rule, 0, true)).isEqualTo(EACH);
        assertThat(under(rule.concurrent(), 0, true)).isEqualTo(EACH.subList(1, 3));
    }

    @Test
    void aRuleThatAppliesNowhereIsNotProved() {
        assertThat(under(rule.needs(Trait.WHOLE_WRITES), 0, false)).isEmpty();
        assertThat(under(rule.parallel(9), 0, false)).containsExactly(Concurrency.virtualThreads());
    }

    private static List<Concurrency> under(Rule<?> rule, int turn, boolean whole) {
        var selection = new RuleSelection(EACH, Set.of(Trait.WHOLE_WRITES), turn, whole);
        return EACH.stream().filter(concurrency -> selection.takes(rule, concurrency)).toList();
    }
}
