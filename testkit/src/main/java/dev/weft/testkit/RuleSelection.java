package dev.weft.testkit;

import java.util.List;
import java.util.Set;

import dev.weft.net.Concurrency;
import dev.weft.testkit.StreamSubject.Trait;

/**
 * Deals rules to concurrencies: on one subject each rule is proved under one of those that it applies to, on the next subject under the next.
 *
 * @param lacks what the subject can't do
 * @param turn the number of the subject among those of its transport
 * @param whole whether each rule is proved under all instead
 */
record RuleSelection(List<Concurrency> concurrencies, Set<Trait> lacks, int turn, boolean whole) {
    static final boolean WHOLE = Boolean.getBoolean("weft.conformance.whole");

    static RuleSelection all(Concurrency concurrency, Set<Trait> lacks) {
        return new RuleSelection(List.of(concurrency), lacks, 0, true);
    }

    boolean takes(Rule<?> rule, Concurrency concurrency) {
        var possible = concurrencies.stream().filter(each -> rule.applies(each, lacks)).toList();
        return possible.contains(concurrency)
                && (whole || possible.get(Math.floorMod(rule.name().hashCode() + turn, possible.size())).equals(concurrency));
    }
}
