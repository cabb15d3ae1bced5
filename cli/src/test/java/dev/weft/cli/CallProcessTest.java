package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;

import dev.weft.rpc.RpcServer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code weft call} as a process of its own: standard input and output, and signals. */
@Timeout(60)
class CallProcessTest {
    private final CallCellar cellar = new CallCellar();

    @Test
    @DisplayName("RPC-1: both directions at once over the process's own streams")
    void aConversation() throws Exception {
        try (var server = RpcServer.tcp("127.0.0.1", 0).reflection().start(cellar);
                var call = WeftProcess.weft("call", "127.0.0.1:" + server.port(), "cellar.Cellar/Taste")) {
            var keys = call.process.outputWriter();
            for (var name : new String[] {"red", "white"}) {
                keys.write("{\"name\": \"" + name + "\"}\n");
                keys.flush();
                assertThat(call.out.readLine()).startsWith("{\"text\":\"" + name + "\"");
            }
            keys.close();
            assertThat(call.exitCode()).isZero();
            assertThat(said(call)).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({"INT, 130", "TERM, 143"})
    @DisplayName("RPC-9: Ctrl-C cancels the call at the server, and the exit code is the signal's")
    void aSignalCancelsTheCall(String signal, int exitCode) throws Exception {
        try (var server = RpcServer.tcp("127.0.0.1", 0).reflection().start(cellar);
                var call = WeftProcess.weft("call", "127.0.0.1:" + server.port(), "cellar.Cellar/Find", "-d", "{\"shelf\":1000}")) {
            assertThat(cellar.begun.await(20, TimeUnit.SECONDS)).isTrue();
            assumeFalse(signal.equals("INT") && call.ignoresInterrupt(), "skipped: these tests were started with SIGINT ignored");

            assertThat(call.signal(signal)).isEqualTo(exitCode);
            assertThat(said(call)).isEmpty();
            assertThat(cellar.cancelled.await(20, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void whoeverReadsItsInputIsEndedByASignalToo() throws Exception {
        try (var server = RpcServer.tcp("127.0.0.1", 0).reflection().start(cellar);
                var call = WeftProcess.weft("call", "127.0.0.1:" + server.port(), "cellar.Cellar/Taste")) {
            var keys = call.process.outputWriter();
            keys.write("{}\n");
            keys.flush();
            assertThat(call.out.readLine()).isEqualTo("{}");

            assertThat(call.signal("TERM")).isEqualTo(143);
        }
    }

    /** What the command says; that there is an API for logging and no more is a matter of this test's class path. */
    private static List<String> said(WeftProcess call) throws IOException {
        return call.err().lines().filter(line -> !line.startsWith("SLF4J")).toList();
    }
}
