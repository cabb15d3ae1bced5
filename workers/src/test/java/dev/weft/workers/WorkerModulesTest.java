package dev.weft.workers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.tools.ToolProvider;

import dev.weft.linux.EpollTransport;
import dev.weft.net.Server;
import dev.weft.testkit.ChildJava;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A program of named modules, whose workers are started from its module path. */
@Timeout(60)
@DisplayName("Worker processes of a modular program (SS-34)")
class WorkerModulesTest {
    @Test
    void aHandlerInANamedModuleIsServedByWorkers(@TempDir Path folder) throws Exception {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var path = ChildJava.rootOf(Server.class) + ":" + ChildJava.rootOf(EpollTransport.class) + ":" + ChildJava.rootOf(ProcessPools.class);
        compile(folder, path);
        try (var program = ChildJava.command(List.of(java, "-Duser.timezone=Europe/Paris", "-p", path + ":" + folder, "--add-modules",
                "dev.weft.workers", "--enable-native-access=dev.weft.linux", "-m", "app/app.Main"))) {
            assertThat(program.awaitLine("asked ")).isEqualTo("app Europe/Paris");
        }
    }

    private static void compile(Path folder, String path) throws IOException {
        var module = Files.writeString(folder.resolve("module-info.java"), """
                module app {
                    requires dev.weft.net;
                    opens app to dev.weft.net;
                }
                """);
        var main = Files.writeString(folder.resolve("Main.java"), """
                package app;

                import dev.weft.net.*;

                public class Main implements Handler {
                    public void handle(Connection c) throws java.io.IOException {
                        c.send(getClass().getModule().getName() + " "
                                + System.getProperty("user.timezone") + "\\n");
                    }

                    public static void main(String[] args) throws Exception {
                        try (var server = Server.tcp("localhost", 0).concurrency(Concurrency.processes(1)).open(Main.class).start();
                                var c = Connection.to(server.address()).open()) {
                            System.out.println("asked " + c.readLine());
                        }
                    }
                }
                """);
        var log = new ByteArrayOutputStream();
        var code = ToolProvider.getSystemJavaCompiler().run(null, log, log, "-proc:none", "-p", path, "-d", folder.toString(), module.toString(),
                main.toString());
        assertThat(code).as(log::toString).isZero();
    }
}
