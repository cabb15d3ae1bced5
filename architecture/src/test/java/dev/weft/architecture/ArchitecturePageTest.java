package dev.weft.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The page that says where to find what names only classes that there are. */
@Timeout(60)
class ArchitecturePageTest {
    private static final Path ROOT = Path.of("..");
    /** A class in code type or bold, and what may follow it: a method or a nested name. */
    private static final Pattern CLASS = Pattern.compile("(?:`|\\*\\*)([A-Z][A-Za-z]+[a-z])(?:\\.\\w+)?(?:\\([^`]*\\))?(?:`|\\*\\*)");
    private static final Set<String> NO_CLASSES_OF_WEFT = Set.of("SSLEngine", "Accept");

    @Test
    void itNamesOnlyClassesThatThereAre() throws IOException {
        var named = CLASS.matcher(Files.readString(ROOT.resolve("ARCHITECTURE.md"))).results().map(m -> m.group(1))
                .filter(name -> !NO_CLASSES_OF_WEFT.contains(name)).collect(Collectors.toCollection(TreeSet::new));

        assertThat(named).hasSizeGreaterThan(60).isSubsetOf(classes());
    }

    private static Set<String> classes() throws IOException {
        try (Stream<Path> files = Files.walk(ROOT)) {
            return files.map(Path::toString).filter(p -> p.contains("/src/main/java/") && p.endsWith(".java"))
                    .map(p -> p.substring(p.lastIndexOf('/') + 1, p.length() - ".java".length())).collect(Collectors.toSet());
        }
    }
}
