package dev.weft.workers;

import static dev.weft.workers.Workforce.ask;
import static dev.weft.workers.Workforce.connect;
import static dev.weft.workers.Workforce.workers;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.tools.ToolProvider;

import dev.weft.net.Admission;
import dev.weft.net.Handler;
import dev.weft.net.Server;
import dev.weft.net.StreamBuilder;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What can't be served by another process is refused when the server is opened, with the reason. */
@Timeout(120)
@DisplayName("Worker processes that can't be (SS-35)")
class WorkerRefusalTest {
    private static StreamBuilder builder() {
        return Server.tcp("localhost", 0).concurrency(workers(1));
    }

    @Test
    void anObjectIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> builder().open(new WorkerHandlers.Echo())).withMessageContaining("a class, not");
        assertThatIllegalArgumentException().isThrownBy(() -> builder().open(c -> {})).withMessageContaining("a class, not");
        assertThatIllegalArgumentException().isThrownBy(() -> Server.udp("localhost", 0).concurrency(workers(1)).open(d -> {}))
                .withMessageContaining("a class, not");
    }

    /** The server can't see which connection is idle. */
    @Test
    void anAdmissionThatEvictsTheIdlestIsRefused() throws Exception {
        var evicting = Admission.evictingIdlest(2);
        assertThatIllegalArgumentException().isThrownBy(() -> builder().admission(evicting).open(WorkerHandlers.Echo.class).close())
                .withMessageContaining("idle longest");
        try (var server = Server.tcp("localhost", 0).concurrency(workers(1).spare(0)).open(WorkerHandlers.Echo.class)) {
            assertThatIllegalStateException().isThrownBy(() -> server.admission(evicting)).withMessageContaining("idle longest");
            server.admission(Admission.rejecting(2));
        }
    }

    @Test
    void aClassThatOnlyThisJvmHasIsRefused(@TempDir Path folder) throws Exception {
        var bytes = Files.readAllBytes(compiled(folder));
        var loader = new ClassLoader(getClass().getClassLoader()) {
            @Override
            protected Class<?> findClass(String name) {
                return defineClass(name, bytes, 0, bytes.length);
            }
        };
        var type = loader.loadClass("Elsewhere").asSubclass(Handler.class);
        assertThatIllegalArgumentException().isThrownBy(() -> builder().open(type)).withMessageContaining("can't load Elsewhere")
                .withMessageContaining("put it on the class path");
    }

    @Test
    void aClassThatAClassLoaderHasFromFilesIsServed(@TempDir Path folder) throws Exception {
        compiled(folder);
        try (var loader = new URLClassLoader(new URL[] {folder.toUri().toURL()});
                var server = builder().open(loader.loadClass("Elsewhere").asSubclass(Handler.class)).start(); var c = connect(server)) {
            assertThat(c.readLine()).isEqualTo("from elsewhere");
        }
    }

    /** A handler that is on no class path. */
    private static Path compiled(Path folder) throws IOException {
        var source = Files.writeString(folder.resolve("Elsewhere.java"), """
                public class Elsewhere implements dev.weft.net.Handler {
                    public void handle(dev.weft.net.Connection c) throws java.io.IOException {
                        c.send("from elsewhere\\n");
                    }
                }
                """);
        var log = new ByteArrayOutputStream();
        var code = ToolProvider.getSystemJavaCompiler().run(null, log, log, "-proc:none", "-cp", System.getProperty("java.class.path"), "-d",
                folder.toString(), source.toString());
        assertThat(code).as(log::toString).isZero();
        return folder.resolve("Elsewhere.class");
    }

    @Test
    void optionsThatJavaDoesNotKnowFailTheOpeningWithWhatJavaSaid() {
        assertThatThrownBy(() -> Server.tcp("localhost", 0).concurrency(workers(2).jvmOptions("-XX:+NoSuchOption"))
                .open(WorkerHandlers.Echo.class)).isInstanceOf(IOException.class).hasMessageContaining("NoSuchOption")
                .hasMessageContaining("before it could serve");
    }

    @Test
    void aServerWhoseWorkersCanNotBeStartedIsNotBoundEither(@TempDir Path folder) {
        var socket = folder.resolve("s");
        assertThatThrownBy(() -> Server.unix(socket).option(dev.weft.net.WeftSocketOptions.UNIX_UNLINK, true)
                .concurrency(workers(1).jvmOptions("-XX:+NoSuchOption")).open(WorkerHandlers.Echo.class)).isInstanceOf(IOException.class);
        assertThat(socket).doesNotExist();
    }

    @Test
    void withoutSpareWorkersTheRequestIsToldWhyThereIsNone() throws Exception {
        var failures = new Workforce.Failures();
        try (var server = Server.tcp("localhost", 0).observer(failures).concurrency(workers(1).spare(0).jvmOptions("-XX:+NoSuchOption"))
                .open(WorkerHandlers.Echo.class).start(); var c = connect(server)) {
            assertThat(c.receive(1)).isEmpty();
            assertThat(failures.next()).hasMessageContaining("NoSuchOption");
        }
    }

    @Test
    void withoutSpareWorkersTheFirstRequestStartsOne() throws Exception {
        try (var server = Server.tcp("localhost", 0).concurrency(workers(1).spare(0)).open(WorkerHandlers.Obedient.class).start()) {
            assertThat(ask(server, "pid")).isNotEmpty();
        }
    }
}
