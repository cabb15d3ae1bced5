package dev.weft.cli;

import java.util.List;
import java.util.Locale;

/** What to say of a name that is not there. */
final class CallNames {
    private CallNames() {}

    /** The one that was probably meant, or else all there are. */
    static String instead(String name, List<String> names) {
        if (names.isEmpty()) {
            return "; there are none";
        }
        var last = last(name);
        return names.stream().filter(each -> last(each).equals(last)).findFirst().map(meant -> "; did you mean " + meant + "?")
                .orElseGet(() -> "; there are " + String.join(", ", names));
    }

    private static String last(String name) {
        return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    }
}
