package dev.weft.workers;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A file of options that a command line names with {@code @}: java(1), "java Command-WorkerSocket Argument Files".
 *
 * <p>Words are separated by white space. In quotes of either kind they may contain it, and a backslash then takes the next character as it is,
 * or is one of \n, \r, \t, \f, or at the end of a line joins it to the next. Outside quotes # begins a comment. What the page does not say
 * is done as java's launcher does it: a word that runs into a comment is lost, and the end of a line ends quotes, too.
 */
final class ArgumentFile {
    private static final String WHITE = " \t\n\r\f";
    private static final String ESCAPED = "nrtf";
    private static final String MEANT = "\n\r\t\f";

    private final String text;
    private int at;

    private ArgumentFile(String text) {
        this.text = text;
    }

    /**
     * The command line with each file replaced by its words, as java's launcher does it: not within files, and not behind --disable-@files. The
     * launcher stops at the main class; words behind it mean nothing here.
     */
    static List<String> expand(String... commandLine) {
        var all = new ArrayList<String>();
        var expands = true;
        for (var word : commandLine) {
            expands &= !word.equals("--disable-@files");
            if (expands && word.length() > 1 && word.charAt(0) == '@' && word.charAt(1) != '@') {
                all.addAll(words(word.substring(1)));
            } else {
                all.add(word);
            }
        }
        return all;
    }

    /** None when the file has been removed since java has read it. */
    private static List<String> words(String file) {
        try {
            var encoding = Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"));
            return wordsOf(new String(Files.readAllBytes(Path.of(file)), encoding));
        } catch (IOException | InvalidPathException e) {
            return List.of();
        }
    }

    static List<String> wordsOf(String text) {
        var file = new ArgumentFile(text);
        var words = new ArrayList<String>();
        while (file.skipToWord()) {
            var word = file.word();
            if (!file.isAt('#')) {
                words.add(word);
            }
        }
        return words;
    }

    private boolean isAt(char c) {
        return at < text.length() && text.charAt(at) == c;
    }

    private boolean skipToWord() {
        var comment = false;
        for (; at < text.length(); at++) {
            var c = text.charAt(at);
            comment = comment ? c != '\n' && c != '\r' : c == '#';
            if (!comment && WHITE.indexOf(c) < 0) {
                return true;
            }
        }
        return false;
    }

    private String word() {
        var word = new StringBuilder();
        var quote = '\0';
        for (; at < text.length(); at++) {
            var c = text.charAt(at);
            if (quote == '\0') {
                if (c == '#' || WHITE.indexOf(c) >= 0) {
                    break;
                }
                if (c == '"' || c == '\'') {
                    quote = c;
                } else {
                    word.append(c);
                }
            } else if (c == '\n' || c == '\r') {
                break;
            } else if (c == quote) {
                quote = '\0';
            } else if (c == '\\' && at + 1 < text.length()) {
                at++;
                escape(word);
            } else {
                word.append(c);
            }
        }
        return word.toString();
    }

    private void escape(StringBuilder word) {
        var c = text.charAt(at);
        if (c == '\n' || c == '\r') {
            while (at + 1 < text.length() && WHITE.indexOf(text.charAt(at + 1)) >= 0) {
                at++;
            }
            return;
        }
        var known = ESCAPED.indexOf(c);
        word.append(known < 0 ? c : MEANT.charAt(known));
    }
}
