package dev.weft.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.File;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import io.netty.util.Version;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Where something pins an older Netty, server and client say so when they start, and what to do")
@Timeout(60)
class NettyVersionTest {
    /** The classes of this test's class path once more, and behind them the versions of libraries that are older. */
    private static ClassLoader pinned(Path folder) throws Exception {
        var versions = new StringBuilder();
        for (var artifact : List.of("netty-common", "netty-buffer", "netty-transport", "netty-handler", "netty-codec-http2")) {
            versions.append(artifact).append(".version=4.1.118.Final\n").append(artifact).append(".buildDate=2025-02-05 00\\:00\\:00 +0000\n")
                    .append(artifact).append(".commitDate=2025-02-05 00\\:00\\:00 +0000\n").append(artifact).append(".shortCommitHash=0\n")
                    .append(artifact).append(".longCommitHash=0\n").append(artifact).append(".repoStatus=clean\n");
        }
        Files.createDirectory(folder.resolve("META-INF"));
        Files.writeString(folder.resolve("META-INF/io.netty.versions.properties"), versions);
        var urls = new ArrayList<URL>();
        for (var entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            urls.add(Path.of(entry).toUri().toURL());
        }
        urls.add(folder.toUri().toURL());
        return new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
    }

    /** What a program of that class loader runs. */
    public static final class Program {
        private Program() {}

        /** Starts a server, or opens a client. */
        public static void run(boolean server) throws Exception {
            if (server) {
                RpcServer.tcp("127.0.0.1", 0).start().close();
            } else {
                RpcClient.to("127.0.0.1", 1).open().close();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void itIsSaidWhatIsThereAndWhatToSet(boolean server, @TempDir Path folder) throws Exception {
        try (var loader = (URLClassLoader) pinned(folder)) {
            var run = loader.loadClass(Program.class.getName()).getMethod("run", boolean.class);
            var failure = catchThrowable(() -> run.invoke(null, server)).getCause();
            assertThat(failure).isInstanceOf(IllegalStateException.class).hasMessageContaining("needs Netty 4.2")
                    .hasMessageContaining("netty-common 4.1.118")
                    .hasMessageContaining("<netty.version>" + NettyVersion.TESTED + "</netty.version>");
        }
    }

    @Test
    void theVersionToSetIsTheOneThatIsTested() {
        assertThat(Version.identify().get("netty-common").artifactVersion()).isEqualTo(NettyVersion.TESTED);
    }

    @ParameterizedTest
    @CsvSource({"4.1.118.Final, true", "4.1.0, true", "3.10.6.Final, true", "4.2.0.Final, false", "4.2.17.Final, false", "5.0.0.Alpha2, false",
            "ours, false", "4, false"})
    void anOlderOneIsOneBefore42(String version, boolean older) {
        assertThat(NettyVersion.isOlder(version)).isEqualTo(older);
    }
}
