package dev.weft.rpc.codegen;

import java.util.Collection;
import java.util.HashSet;
import java.util.Set;

/** The names that mean something already at one place of a Java file. */
final class Scope {
    private final Set<String> taken = new HashSet<>(JavaNames.KEYWORDS);

    /** Where these are taken, besides the keywords. */
    @SafeVarargs
    Scope(Collection<String>... taken) {
        for (var names : taken) {
            this.taken.addAll(names);
        }
    }

    /** Takes a name; where it is taken, the name with as many underscores after it as it needs, as for keywords in other generators. */
    String take(String wanted) {
        var name = wanted;
        while (!taken.add(name)) {
            name += "_";
        }
        return name;
    }
}
