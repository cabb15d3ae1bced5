package dev.weft.workers;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The options on this JVM's command line, and in the argument files that it names, that its workers need too: modules that are added, patched and
 * opened, the cache of loaded classes, and those of the JVM's own system properties that are set with -D.
 *
 * <p>Agents are not among them: one that listens on a port or writes a file can't run twice, and each worker would start later.
 */
final class InheritedOptions {
    /** Options with a value behind "=" or in the next word: java(1). */
    private static final String[] OF_MODULES = {"--add-modules", "--patch-module", "--add-opens", "--add-exports", "--add-reads",
            "--enable-native-access"};
    /** Options with a value in the next word, which are not inherited. */
    private static final String[] WITH_A_WORD = {"-cp", "-classpath", "--class-path", "-p", "--module-path", "--upgrade-module-path",
            "--limit-modules", "--source"};
    private static final String[] CACHES = {"-XX:AOTCache=", "-XX:SharedArchiveFile="};

    private InheritedOptions() {}

    /** Read from proc(5), as the JDK's own way to ask needs the module java.management. */
    static List<String> ofThisProcess(boolean inModules) {
        try {
            var encoding = Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"));
            var line = new String(Files.readAllBytes(Path.of("/proc/self/cmdline")), encoding);
            return withoutCacheOfModules(inModules, among(line.split("\0", -1)));
        } catch (IOException | IllegalArgumentException e) {
            return List.of(); // without /proc the workers get none
        }
    }

    /** The cache of a modular program is for its main module only (JEP 483); a worker's main module is another one. */
    private static List<String> withoutCacheOfModules(boolean inModules, List<String> options) {
        return inModules ? options.stream().filter(option -> !option.startsWith(CACHES[0])).toList() : options;
    }

    /** The inherited options among the words of a command line, up to the main class. */
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
