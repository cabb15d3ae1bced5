package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** SPEC SS-31: virtual threads are daemons, but a started server keeps its JVM alive until it is closed. */
@Timeout(120)
class KeepAliveTest {
    /** Starts a server and returns from main; a client's first line says what the server does to itself. */
    static final class Program {
        private Program() {}

        public static void main(String[] arguments) throws IOException {
            var server = Server.tcp("localhost", 0).open(c -> {
                for (var line : c.lines()) {
                    c.send("about to " + line + "\n");
                    switch (line) {
                        case "close" -> Server.current().close();
                        case "shutdown" -> Server.current().shutdown();
                        default -> {
                            // just an answer
                        }
                    }
                }
            }).start();
            System.out.println("listening on " + server.address());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"close", "shutdown"})
    void theJvmLivesUntilTheServerEnds(String end) throws Exception {
        try (var child = ChildJvm.running(Program.class)) {
            var address = Address.parse(child.awaitLine("listening on "));
            try (var c = Connection.to(address).open()) {
                for (int i = 0; i < 3; i++) {
                    c.send("stay\n");
                    assertThat(c.readLine()).isEqualTo("about to stay");
                }
                assertThat(child.isAlive()).isTrue();
                c.send(end + "\n");
                assertThat(c.readLine()).isEqualTo("about to " + end);
                assertThat(child.exit()).isZero();
            }
        }
    }
}
