package dev.weft.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.function.Function;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A spool that is asked for by the classes of several class loaders in one process, as a server of applications has them. */
@Timeout(60)
class SpoolLoadersTest {
    @TempDir
    Path directory;

    /** A link with a spool, made by the classes of whatever class loader has this one. */
    public static final class Linking implements Function<Path, AutoCloseable> {
        @Override
        public AutoCloseable apply(Path spool) {
            try {
                return Link.connect("127.0.0.1", 1).delivery(Delivery.AT_LEAST_ONCE).spool(spool).reconnect(dev.weft.net.Backoff.never()).sender()
                        .start();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Test
    void whatOneClassLoaderHasTheOthersAreRefusedAndTheLockIsNotLost() throws Exception {
        var spool = directory.resolve("spool");
        var other = Files.createSymbolicLink(directory.resolve("other"), directory).resolve("spool");
        try (var one = loader(); var two = loader()) {
            var has = linking(one).apply(spool);
            for (var path : new Path[] {spool, other}) {
                assertThatThrownBy(() -> linking(two).apply(path)).hasMessageContaining("in use by this process");
                assertThatThrownBy(() -> linking(one).apply(path)).hasMessageContaining("in use by this process");
                assertThat(SpoolChild.run(SpoolChild.Opening.class, path)).singleElement().asString().contains("in use by another process");
            }
            has.close();
            linking(two).apply(other).close();
        }
        assertThat(SpoolChild.run(SpoolChild.Opening.class, spool)).containsExactly("opened at 1");
    }

    @Test
    void aHolderThatIsNotInThePropertiesKeepsItsLockToo() throws Exception {
        try (var two = loader()) {
            var has = new Linking().apply(directory);
            var before = System.getProperties();
            try {
                System.setProperties(null); // as some tests and containers do
                for (int n = 0; n < 3; n++) {
                    assertThatThrownBy(() -> linking(two).apply(directory)).hasMessageContaining("in use by this process");
                }
                System.setProperties(before);
                assertThat(SpoolChild.run(SpoolChild.Opening.class, directory)).singleElement().asString().contains("in use by another process");
            } finally {
                System.setProperties(before);
            }
            has.close();
            linking(two).apply(directory).close();
        }
        assertThat(SpoolChild.run(SpoolChild.Opening.class, directory)).containsExactly("opened at 1");
    }

    @SuppressWarnings("unchecked")
    private static Function<Path, AutoCloseable> linking(ClassLoader loader) {
        try {
            return (Function<Path, AutoCloseable>) loader.loadClass(Linking.class.getName()).getConstructor().newInstance();
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("the classes of a second loader", e);
        }
    }

    /** The same classes, once more. */
    private static URLClassLoader loader() throws IOException {
        var urls = new ArrayList<URL>();
        for (var path : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            urls.add(Path.of(path).toUri().toURL());
        }
        return new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
    }
}
