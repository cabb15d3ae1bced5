package dev.weft.workers;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What this JVM was started with, on its command line and in the argument files that this names, and its workers need too: the modules that
 * were added, patched and opened, the cache of loaded classes, and the system properties that are the JVM's own business and were given
 * with -D.
 *
 * <p>An agent is not among them: one that listens on a port, or writes a file, can't be had twice, and each worker would start later by it.
 */
final class InheritedOptions {
    /** Each has its value behind "=", or as the next word: java(1). */
    private static final String[] OF_MODULES = {"--add-modules", "--patch-module", "--add-opens", "--add-exports", "--add-reads",
            "--enable-native-access"};
    /** The others whose value is the next word. */
    private static final String[] WITH_A_WORD = {"-cp", "-classpath", "--class-path", "-p", "--module-path", "--upgrade-module-path",
            "--limit-modules", "--source"};
    private static final String[] CACHES = {"-XX:AOTCache=", "-XX:SharedArchiveFile="};

    private InheritedOptions() {}

    /** The system knows how this process was started; the JDK's own way to ask needs another module. */
    static List<String> ofThisProcess(boolean inModules) {
        try {
            var encoding = Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"));
            var line = new String(Files.readAllBytes(Path.of("/proc/self/cmdline")), encoding);
            return withoutCacheOfModules(inModules, among(line.split("\0", -1)));
        } catch (IOException | IllegalArgumentException e) {
            return List.of(); // without /proc a worker starts a little slower
        }
    }

    /** The cache of a program in modules is for its main module and no other: with it a worker would start without any (JEP 483). */
    private static List<String> withoutCacheOfModules(boolean inModules, List<String> options) {
        return inModules ? options.stream().filter(option -> !option.startsWith(CACHES[0])).toList() : options;
    }

    /** Those among a command line's words; what follows the main class is the program's. */
    static List<String> among(String... commandLine) {
        var words = ArgumentFile.expand(commandLine);
        var inherited = new ArrayList<String>();
        for (int i = 1; i < words.size() && isOption(words.get(i)); i++) {
            var word = words.get(i);
            if (isOneOf(OF_MODULES, word) && i + 1 < words.size()) {
                inherited.add(word + "=" + words.get(++i));
            } else if (isOneOf(WITH_A_WORD, word)) {
                i++;
            } else if (isInherited(word)) {
                inherited.add(word);
            }
        }
        return inherited;
    }

    private static boolean isOption(String word) {
        return word.startsWith("-") && !word.equals("-jar") && !word.equals("-m") && !word.equals("--module")
                && !word.startsWith("--module=");
    }

    private static boolean isInherited(String word) {
        if (word.startsWith("-D")) {
            return WorkerSetup.ofTheJvm(word.substring(2));
        }
        for (var option : OF_MODULES) {
            if (word.startsWith(option + "=")) {
                return true;
            }
        }
        for (var cache : CACHES) {
            if (word.startsWith(cache)) {
                return true;
            }
        }
        return word.equals("--enable-preview");
    }

    private static boolean isOneOf(String[] options, String word) {
        for (var option : options) {
            if (option.equals(word)) {
                return true;
            }
        }
        return false;
    }
}
