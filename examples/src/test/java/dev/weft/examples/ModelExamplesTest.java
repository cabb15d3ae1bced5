package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

import ai.onnxruntime.OrtEnvironment;
import dev.weft.message.Messages;
import dev.weft.message.Peer;
import dev.weft.net.Backoff;
import dev.weft.net.Connection;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The model server, with the real ONNX Runtime. */
@Timeout(120)
class ModelExamplesTest {
    /** What a model has that the example makes. */
    private static final float W = 0.5f;
    private static final float B = 0.25f;

    private final int port = Program.freePort();

    @TempDir
    Path folder;

    @BeforeAll
    static void needsOnnxRuntime() {
        try {
            OrtEnvironment.getEnvironment();
        } catch (LinkageError | RuntimeException e) {
            System.err.println("SKIPPED: the model server was not tried: ONNX Runtime does not load on this machine: " + e);
            abort("ONNX Runtime does not load: " + e);
        }
    }

    @Test
    @DisplayName("PR-E2: the model's file is made, the answer is w * x + b, and it is printed with four decimals")
    void theModelServerMakesItsModelAndAnswers() throws Exception {
        var files = folder.resolve("resources");
        try (var server = predict(files); var peer = open()) {
            for (var x : new float[] {1.23f, 0, -7.5f, 1e6f}) {
                var answer = peer.request("predict", Float.toString(x), Program.PATIENCE);
                assertThat(answer.is("predicted")).isTrue();
                assertThat(Float.parseFloat(answer.text())).isCloseTo(W * x + B, within(1e-3f));
            }
            server.awaitOutput("Torch model:\n\t1.2300->0.8650\nTorch model:\n\t0.0000->0.2500\nTorch model:\n\t-7.5000->-3.5000\n");
            assertThat(files.resolve("example.onnx")).isNotEmptyFile();
        }
    }

    @Test
    @DisplayName("PR-E2: the client prints the answers")
    void theClientPrintsAnswersAndErrors() throws Exception {
        try (var server = predict(folder)) {
            server.connect(port).close();
            try (var client = Program.startMessages("PruinaPredictClient", Map.of("port", port), "1.23", "x", "2")) {
                assertThat(client.outputAtExit()).isEqualTo("0.8650\nerror: not a number: 'x'\n1.2500\n");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"abc", "", "1,5", "0x"})
    @DisplayName("PR-E2: what is no number is answered with an error, and the connection lives")
    void aBadNumberIsAnsweredAndTheConnectionLives(String bad) throws Exception {
        try (var server = predict(folder); var peer = open()) {
            var answer = peer.request("predict", bad, Program.PATIENCE);
            assertThat(answer.is("error")).isTrue();
            assertThat(answer.text()).isEqualTo("not a number: '" + bad + "'");
            assertThat(peer.request("predict", "1.23", Program.PATIENCE).text()).isEqualTo("0.8650");
            server.awaitWholeOutput("Torch model:\n\t1.2300->0.8650\n");
        }
    }

    @Test
    @DisplayName("PR-E2, PR-R1, PR-R4: the model is loaded when it is first asked for, and once for all connections")
    void theModelIsLoadedAtItsFirstUseAndOnce() throws Exception {
        try (var server = predict(folder)) {
            server.connect(port).close();
            model(2, -1);
            try (var first = open()) {
                assertThat(first.request("predict", "1.5", Program.PATIENCE).text()).as("the file that was there when first asked")
                        .isEqualTo("2.0000");
            }
            model(3, 3);
            try (var second = open()) {
                assertThat(second.request("predict", "1.5", Program.PATIENCE).text()).as("the file that came later").isEqualTo("2.0000");
            }
        }
    }

    @Test
    @DisplayName("PR-E4, PR-R3: eager and lazy, shared and each connection's own")
    void fourResources() throws Exception {
        try (var server = Program.startMessages("PruinaFourResources", Map.of("port", port, "files", folder))) {
            server.awaitWholeOutput("loading torch_model_1\n");
            try (var one = open()) {
                server.awaitWholeOutput("loading torch_model_1\nloading torch_model_3\n");
                one.send("predict", "1.23");
                one.send("predict_3", "2");
                one.send("predict_2", "4");
                one.send("predict_4", "6");
                server.awaitWholeOutput("""
                        loading torch_model_1
                        loading torch_model_3
                        Torch model:
                        \t1.2300->0.8650
                        Torch model:
                        \t2.0000->1.2500
                        loading torch_model_2
                        Torch model:
                        \t4.0000->2.2500
                        loading torch_model_4
                        Torch model:
                        \t6.0000->3.2500
                        """);
                var before = server.output();
                try (var another = open()) {
                    another.send("predict_2", "4");
                    another.send("predict_4", "6");
                    server.awaitWholeOutput(before + """
                            loading torch_model_3
                            Torch model:
                            \t4.0000->2.2500
                            loading torch_model_4
                            Torch model:
                            \t6.0000->3.2500
                            """);
                }
            }
        }
    }

    private Program predict(Path files) {
        return Program.startMessages("PruinaPredict", Map.of("port", port, "files", files));
    }

    /** Writes another model in place of the one there is. */
    private void model(float w, float b) throws InterruptedException {
        try (var writer = Program.startMessages("OnnxFile", Map.of(), folder.resolve("example.onnx").toString(), Float.toString(w),
                Float.toString(b))) {
            assertThat(writer.exit()).isZero();
        }
    }

    /** A connection, as soon as it listens. */
    private Peer open() throws IOException {
        return new Messages().retries(Backoff.fixed(Duration.ofMillis(20)).attempts(1_000)).open(Connection.to("localhost", port));
    }
}
