package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;

import dev.weft.rpc.codegen.ProtocPlugin;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Does what docs/rpc.md tells a newcomer to do, with the files that it shows, in an empty folder. What its pom.xml has Maven do, this does
 * itself, so that nothing has to be installed; that the pom.xml is the right one is compared with the build's own.
 */
@Timeout(240)
class NewcomerTest {
    private static final Path PAGE = Path.of("..", "docs", "rpc.md");
    private static final Path BUILD = Path.of("..", "pom.xml");
    /** A file's name in bold, and below it a block of code. */
    private static final Pattern FILE = Pattern.compile("^\\*\\*`([^`]+)`\\*\\*\\n+```\\w*\\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);
    private static final Path PROTO = Path.of("src", "main", "protobuf", "hello.proto");

    /** In place of the page's, which something else may have. */
    private final int port = Program.freePort();

    @TempDir
    Path folder;

    @BeforeEach
    void writeTheFilesOfThePage() throws IOException {
        var files = FILE.matcher(Files.readString(PAGE)).results().toList();
        assertThat(files).extracting(file -> file.group(1)).containsExactly("pom.xml", "src/main/protobuf/hello.proto",
                "src/main/java/HelloServer.java", "src/main/java/HelloClient.java", "client.py", "server.py");
        for (var file : files) {
            var path = folder.resolve(file.group(1));
            Files.createDirectories(path.getParent());
            Files.writeString(path, file.group(2).replace("50051", Integer.toString(port)));
        }
    }

    @Test
    void thePomNamesWhatThisBuildMakesAndUses() throws IOException {
        var pom = Files.readString(folder.resolve("pom.xml"));
        var build = Files.readString(BUILD);
        assertThat(first(pom, "<weft.version>([^<]+)<")).isEqualTo(first(build, "<artifactId>weft</artifactId>\\s+<version>([^<]+)<"));
        assertThat(first(pom, "<protocVersion>([^<]+)<")).isEqualTo(first(build, "<protobuf.version>([^<]+)<"));
        assertThat(first(pom, "<mainClass>([^<]+)<")).isEqualTo(ProtocPlugin.class.getName());
        for (var plugin : List.of("protobuf-maven-plugin", "maven-compiler-plugin")) {
            var version = "<artifactId>" + plugin + "</artifactId>\\s+<version>([^<]+)<";
            assertThat(first(pom, version)).as(plugin).isEqualTo(first(build, version));
        }
    }

    @Test
    @DisplayName("from an empty folder to a server that Java and Python call, and to a server in Python (RPC-2, RPC-3, RPC-5)")
    void thePagesProgramsDoWhatItSays() throws Exception {
        var protoc = new Protoc(Files.createDirectory(folder.resolve("protoc")));
        var classPath = compile(protoc) + System.getProperty("path.separator") + System.getProperty("java.class.path");
        try (var server = Program.ofClasses(classPath, "HelloServer")) {
            server.connect(port).close();
            try (var client = Program.ofClasses(classPath, "HelloClient")) {
                assertThat(client.outputAtExit()).isEqualTo(shown("Java"));
            }
            var python = PythonCalls.of(folder.resolve(PROTO), protoc, folder);
            try (var client = python.start("client.py")) {
                assertThat(client.outputAtExit()).isEqualTo(shown("Python"));
            }
            server.terminate();
            server.exit();
            try (var theirs = python.start("server.py")) {
                theirs.connect(port).close();
                try (var client = Program.ofClasses(classPath, "HelloClient")) {
                    assertThat(client.outputAtExit()).isEqualTo(shown("Java"));
                }
            }
        }
    }

    /** What the page says that a client prints. */
    private static String shown(String client) throws IOException {
        var lines = "Hello, %1$s!\n1: hello, %1$s\n2: hello, %1$s\n3: hello, %1$s\n".formatted(client);
        assertThat(Files.readString(PAGE)).contains(lines.indent(4));
        return lines;
    }

    private Path compile(Protoc protoc) throws Exception {
        var generated = Files.createDirectories(folder.resolve("target/generated-sources/protobuf"));
        protoc.java(folder.resolve(PROTO), generated);
        var classes = folder.resolve("target/classes");
        var arguments = new ArrayList<>(List.of("-proc:none", "-cp", System.getProperty("java.class.path"), "-d", classes.toString()));
        arguments.addAll(sources(generated));
        arguments.addAll(sources(folder.resolve("src/main/java")));
        var said = new ByteArrayOutputStream();
        var exit = ToolProvider.getSystemJavaCompiler().run(null, said, said, arguments.toArray(String[]::new));
        assertThat(exit).as(() -> said.toString(StandardCharsets.UTF_8)).isZero();
        return classes;
    }

    private static List<String> sources(Path root) throws IOException {
        try (var files = Files.walk(root)) {
            return files.map(Path::toString).filter(name -> name.endsWith(".java")).toList();
        }
    }

    private static String first(String text, String pattern) {
        var found = Pattern.compile(pattern).matcher(text);
        assertThat(found.find()).as(pattern).isTrue();
        return found.group(1);
    }
}
