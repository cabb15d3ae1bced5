package dev.weft.cli;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** The names of the commands, and what somebody may have meant who typed another. */
final class CommandNames {
    /** So many letters may be wrong, of which two that have changed places are one. */
    private static final int MOST = 2;

    private CommandNames() {}

    /**
     * Does nothing when the first word that is no option is a command, or there is none.
     *
     * @throws UsageException otherwise
     */
    static void check(List<? extends Command> commands, String... args) {
        var first = 0;
        while (first < args.length && args[first].startsWith("-")) {
            first++;
        }
        if (first == args.length) {
            return;
        }
        var word = args[first];
        var names = commands.stream().map(c -> c.syntax().name()).toList();
        if (names.stream().noneMatch(name -> name.split(" ", 2)[0].equals(word))) {
            throw unknown(word, "weft", shown(commands));
        }
        var inGroup = names.stream().anyMatch(name -> name.startsWith(word + " "));
        if (inGroup && first + 1 < args.length && !args[first + 1].startsWith("-") && !names.contains(word + " " + args[first + 1])) {
            throw unknown(word + " " + args[first + 1], "weft " + word, shown(commands).filter(name -> name.startsWith(word + " ")));
        }
    }

    /** {@code there are weft message serve, weft message send}: those below a path such as {@code weft message}. */
    static String below(List<? extends Command> commands, String path) {
        return "there are " + String.join(", ", shown(commands).map(name -> "weft " + name).filter(name -> name.startsWith(path)).toList());
    }

    private static Stream<String> shown(List<? extends Command> commands) {
        return commands.stream().map(Command::syntax).filter(s -> !s.hidden()).map(Syntax::name);
    }

    private static UsageException unknown(String typed, String path, Stream<String> names) {
        var near = names.filter(name -> distance(typed, name) <= MOST).sorted(Comparator.comparingInt(name -> distance(typed, name)))
                .map(name -> "weft " + name).toList();
        return new UsageException("there is no command '" + typed + "'" + (near.isEmpty() ? "" : "; perhaps " + String.join(" or ", near) + "?"),
                path);
    }

    /** How far the typed words are from a command, or a word from the last of its words: who types "request" means "message request". */
    private static int distance(String typed, String name) {
        var last = name.substring(name.lastIndexOf(' ') + 1);
        return Math.min(edits(typed, name), edits(typed, last));
    }

    /** Letters to insert, drop, replace or swap with their neighbour (Damerau and Levenshtein, each place changed once). */
    private static int edits(String a, String b) {
        if (Math.abs(a.length() - b.length()) > MOST) {
            return Integer.MAX_VALUE;
        }
        var rows = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    rows[i][j] = i + j;
                    continue;
                }
                var replaced = rows[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                rows[i][j] = Math.min(replaced, Math.min(rows[i - 1][j], rows[i][j - 1]) + 1);
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    rows[i][j] = Math.min(rows[i][j], rows[i - 2][j - 2] + 1);
                }
            }
        }
        return rows[a.length()][b.length()];
    }
}
