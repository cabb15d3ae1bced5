package dev.weft.architecture;

import static org.assertj.core.api.Assertions.fail;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;

/** A list of exceptions that may only shrink: a new one fails, and so does one that is no longer needed. */
final class Ratchet {
    private Ratchet() {
    }

    /** Compares what is with what is entered. */
    static void check(String what, Set<String> entered, Set<String> now) {
        var wrong = new ArrayList<String>();
        for (var each : new TreeSet<>(now)) {
            if (!entered.contains(each)) {
                wrong.add(each + ": new here. Mend it; the list takes no more entries");
            }
        }
        for (var each : new TreeSet<>(entered)) {
            if (!now.contains(each)) {
                wrong.add(each + ": no longer one. Remove it from the list");
            }
        }
        report(what, wrong, () -> "");
    }

    /** The same with a number each, which may only fall. */
    static void check(String what, Map<String, Integer> entered, Map<String, Integer> now, Supplier<String> details) {
        var wrong = new ArrayList<String>();
        for (var each : new TreeMap<>(now).entrySet()) {
            var before = entered.getOrDefault(each.getKey(), 0);
            if (each.getValue() > before) {
                wrong.add(each.getKey() + ": " + each.getValue() + ", and " + before + " is entered. Mend it; no number may grow");
            } else if (each.getValue() < before) {
                wrong.add(each.getKey() + ": only " + each.getValue() + ", and " + before + " is entered. Lower the number");
            }
        }
        for (var each : new TreeMap<>(entered).entrySet()) {
            if (!now.containsKey(each.getKey())) {
                wrong.add(each.getKey() + ": no longer one, and " + each.getValue() + " is entered. Remove it from the list");
            }
        }
        report(what, wrong, details);
    }

    private static void report(String what, List<String> wrong, Supplier<String> details) {
        if (!wrong.isEmpty()) {
            fail(what + ":\n  " + String.join("\n  ", wrong) + "\n" + details.get());
        }
    }
}
