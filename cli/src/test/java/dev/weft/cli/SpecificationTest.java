package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The pages of the specification say what is cited, and what they say is tested. */
@Timeout(60)
class SpecificationTest {
    private static final Path ROOT = Path.of("..");
    private static final Pattern ID = Pattern.compile("\\b(?:SS|PR|SL|CH|RPC)-[A-Z]*-?\\d+\\b");
    private static final Pattern ENTRY = Pattern.compile("^- \\*\\*(" + ID + ")\\*\\*");
    private static final Pattern TESTS = Pattern.compile("^  Tests: (.*)\\.$");

    /** The sources of tests, by the name of their class; the rules of the conformance suite are such sources, too. */
    private static final Map<String, String> TEST_SOURCES = new TreeMap<>();
    private static final Map<String, Set<String>> CITED = new TreeMap<>();
    private static final Map<String, List<String>> ENTRIES = new TreeMap<>();

    @BeforeAll
    static void read() throws IOException {
        for (var file : sources()) {
            var text = Files.readString(file);
            var path = file.toString();
            if (path.contains("/src/test/") || path.contains("testkit/src/main/")) {
                TEST_SOURCES.merge(file.getFileName().toString().replace(".java", ""), text, String::concat);
            }
            ID.matcher(text).results().forEach(id -> CITED.computeIfAbsent(id.group(), _ -> new TreeSet<>()).add(path));
        }
        for (var page : List.of("socketserver", "pruina-socket", "grpc", "pysocklib", "chat")) {
            readPage(Files.readAllLines(ROOT.resolve("docs/spec/" + page + ".md")));
        }
    }

    private static List<Path> sources() throws IOException {
        try (Stream<Path> all = Files.walk(ROOT)) {
            return all.filter(p -> !p.toString().contains("/target/") && !p.toString().contains("/.git/") && !p.toString().contains("docs/spec/"))
                    .filter(p -> p.toString().endsWith(".java") || p.toString().endsWith(".md")).filter(Files::isRegularFile).toList();
        }
    }

    private static void readPage(List<String> lines) {
        var id = "";
        for (var line : lines) {
            var entry = ENTRY.matcher(line);
            var tests = TESTS.matcher(line);
            if (entry.find()) {
                id = entry.group(1);
                assertThat(ENTRIES.put(id, List.of())).as("%s stands twice", id).isNull();
            } else if (tests.find()) {
                ENTRIES.put(id, List.of(tests.group(1).split(", ")));
            }
        }
    }

    @Test
    void whateverIsCitedIsInTheSpecification() {
        var unknown = CITED.entrySet().stream().filter(e -> !ENTRIES.containsKey(e.getKey()))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));

        assertThat(unknown).as("ids that docs/spec does not have, and where they are cited").isEmpty();
    }

    @Test
    void eachEntryNamesTestsThatCiteIt() {
        assertThat(ENTRIES).hasSizeGreaterThan(180).allSatisfy((id, tests) -> assertThat(tests).as(id).isNotEmpty().allSatisfy(test -> {
            var source = TEST_SOURCES.get(test);
            assertThat(source).as("the source of %s", test).isNotNull();
            assertThat(ID.matcher(source).results().map(found -> found.group())).as("what %s cites", test).contains(id);
        }));
    }
}
