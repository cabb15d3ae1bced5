package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;

import dev.weft.net.Transports;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The examples that need the native transport. */
@Timeout(120)
class NativeExamplesTest {
    private static final byte[] GIF = Base64.getDecoder().decode("R0lGODlhAQABAIAAAAUEBAAAACwAAAAAAQABAAACAkQBADs=");
    private static final byte[] PNG_SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};

    @TempDir
    Path folder;

    @BeforeEach
    void theNativeTransportCanBeUsed() {
        var reason = Transports.named("epoll").unavailable();
        assumeTrue(reason.isEmpty(), () -> "SKIPPED: " + reason.orElseThrow());
    }

    @Test
    @DisplayName("UnixDatagrams logs a datagram, answers it, and leaves no file (SS-50)")
    void unixDatagrams() throws Exception {
        var sink = folder.resolve("log.sock");
        for (int run = 0; run < 2; run++) {
            try (var program = Program.startNative("UnixDatagrams", Map.of("socket", sink))) {
                assertThat(program.outputAtExit()).isEqualTo("unix:" + sink + ".client wrote: hello\nlogged 5 bytes\n");
            }
            assertThat(folder).isEmptyDirectory();
        }
    }

    @Test
    @DisplayName("EveryServer serves in every model on every transport (SS-E7)")
    void everyServer() throws Exception {
        try (var program = Program.startNative("EveryServer", Map.of("socket", folder.resolve("weft.sock")))) {
            assertThat(program.outputAtExit()).isEqualTo("hello world\n".repeat(12));
        }
    }

    @Test
    @DisplayName("Workers converts pictures in other processes, and survives what is none (SS-34)")
    void workers() throws Exception {
        var port = Program.freePort();
        try (var program = Program.startNative("Workers", Map.of("port", port))) {
            for (int i = 0; i < 2; i++) {
                try (var peer = program.connect(port)) {
                    assertThat(peer.send(GIF).end().read(8)).isEqualTo(PNG_SIGNATURE);
                }
                try (var peer = program.connect(port)) {
                    assertThat(peer.send("no picture").end().readToEnd()).isEmpty();
                }
            }
            program.terminate();
            program.exit();
            assertThat(program.report()).contains("WorkerException");
        }
    }

    @Test
    void withoutTheNativeTransportItIsSaidWhatIsMissing() throws Exception {
        try (var program = Program.start("UnixDatagrams", Map.of("socket", folder.resolve("log.sock")))) {
            assertThat(program.exit()).isNotZero();
            assertThat(program.report()).contains("put dev.weft.linux, the native transport, on the class path");
        }
    }
}
