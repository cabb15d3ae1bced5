package dev.weft.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Fuzzing starts from the vectors of SPEC. */
@Timeout(30)
class FuzzCorpusTest {
    private static final int HEADER = 6;

    private static Set<String> corpus(Class<?> test, String method) throws IOException, URISyntaxException {
        var folder = Objects.requireNonNull(test.getResource(test.getSimpleName() + "Inputs/" + method), "no corpus for " + test);
        try (var files = Files.list(Path.of(folder.toURI()))) {
            return files.map(FuzzCorpusTest::digits).collect(Collectors.toSet());
        }
    }

    private static String digits(Path file) {
        try {
            return HexFormat.of().formatHex(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    @DisplayName("PR-W3: the corpus of frames holds every vector")
    void theCorpusOfFramesHoldsEveryVector() throws Exception {
        assertThat(corpus(FuzzFramesTest.class, "whateverComesIsReadOrRefused"))
                .containsAll(WireVector.ALL.stream().map(v -> HexFormat.of().formatHex(v.bytes())).toList());
    }

    @Test
    @DisplayName("PR-W3: the corpus of bodies holds every vector's")
    void theCorpusOfBodiesHoldsEveryVectors() throws Exception {
        assertThat(corpus(FuzzBodiesTest.class, "aBodyMeansWhatProtobufSaysItMeans")).containsAll(WireVector.ALL.stream()
                .map(v -> HexFormat.of().formatHex(Arrays.copyOfRange(v.bytes(), HEADER, v.bytes().length))).toList());
    }
}
