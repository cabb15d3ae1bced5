package dev.weft.examples;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What holds for every example as a text: short, introduced, listed in the documentation, runnable from its source. */
@Timeout(120)
class ExampleFilesTest {
    private static final Path SOURCES = Path.of("src", "main", "java");
    private static final Path TABLE = Path.of("..", "docs", "examples.md");
    private static final List<String> EXAMPLE = List.of("import dev.weft.net.*;", "import dev.weft.message.*;",
            "import dev.weft.queue.*;", "import dev.weft.rpc.*;", "import routeguide.*;", "import service.*;",
            "import static java.nio.charset.StandardCharsets.ISO_8859_1;");
    private static final List<String> PART = List.of("import module java.base;", "import ai.onnxruntime.*;",
            "import com.google.protobuf.*;");

    @Test
    void everyExampleHasFewerThanThirtyLines() throws IOException {
        assertThat(sources()).isNotEmpty().allSatisfy((name, lines) -> assertThat(lines).as(name).hasSizeLessThan(isPart(lines) ? 60 : 30));
    }

    @Test
    void halfOfTheExamplesHaveAtMostTwentyLines() throws IOException {
        var sizes = sources().values().stream().map(List::size).sorted().toList();
        assertThat(sizes.get(sizes.size() / 2)).isLessThanOrEqualTo(20);
    }

    @Test
    void everyExampleBeginsWithAShortCommentAndImportsNothingButWeftAndAConstant() throws IOException {
        assertThat(sources()).allSatisfy((name, lines) -> {
            var comment = lines.stream().takeWhile(line -> line.startsWith("// ")).count();
            assertThat(comment).as(name).isBetween(1L, 3L);
            assertThat(lines.stream().filter(line -> line.startsWith("import "))).as(name).isSubsetOf(isPart(lines) ? PART : EXAMPLE);
        });
    }

    /** The one server of grpc-and-raw-tcp.md that its document binds to every interface is TryServer. */
    @Test
    void whatADocumentBindsToThisMachineListensNowhereElse() throws IOException {
        assertThat(sources()).allSatisfy((name, lines) -> {
            if (lines.getFirst().matches("// [a-z-]+\\.md.*") && !name.equals("TryServer")) {
                assertThat(String.join("\n", lines)).as(name).doesNotContainPattern("(tcp|udp|listen)\\((PORT|Integer|\\d)");
            }
        });
    }

    @Test
    void theDocumentationListsEveryExampleAndNoOther() throws IOException {
        var listed = Pattern.compile("\\(\\.\\./examples/src/main/java/(\\w+)\\.java\\)").matcher(Files.readString(TABLE)).results()
                .map(found -> found.group(1)).collect(toSet());
        assertThat(listed).isEqualTo(sources().keySet());
    }

    @Test
    void anExampleRunsFromItsSourceFile() throws Exception {
        var port = Program.freePort();
        try (var server = Program.fromSource(SOURCES.resolve("TcpUpper.java"), port)) {
            server.connect(port).close();
            try (var client = Program.fromSource(SOURCES.resolve("TcpClient.java"), port, "python", "is", "nice")) {
                assertThat(client.outputAtExit()).isEqualTo("Sent:     python is nice\nReceived: PYTHON IS NICE\n");
            }
        }
    }

    /** No program by itself, but what some share. */
    private static boolean isPart(List<String> lines) {
        return lines.getFirst().startsWith("// A part of ");
    }

    private static Map<String, List<String>> sources() throws IOException {
        try (var files = Files.list(SOURCES)) {
            var sources = new TreeMap<String, List<String>>();
            for (var file : files.toList()) {
                sources.put(file.getFileName().toString().replace(".java", ""), Files.readAllLines(file));
            }
            return sources;
        }
    }
}
