package dev.weft.message;

import java.util.List;
import java.util.function.Consumer;

/** Values loaded before a server opens; on a terminal, where the library for it is at hand, a bar shows how far that is (SPEC PR-R1). */
final class Loading {
    private Loading() {}

    /** Loads each in turn; the first failure is thrown. */
    static void each(List<Key<?>> keys, Consumer<Key<?>> load) {
        var console = keys.isEmpty() ? null : System.console();
        if (console != null && console.isTerminal() && isBarAtHand()) {
            LoadingBar.each(keys, load);
        } else {
            keys.forEach(load);
        }
    }

    /** Optional, and useless without its own dependency. */
    private static boolean isBarAtHand() {
        try {
            Class.forName("me.tongfei.progressbar.ProgressBar", false, Loading.class.getClassLoader());
            Class.forName("org.jline.utils.WCWidth", false, Loading.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }
}
