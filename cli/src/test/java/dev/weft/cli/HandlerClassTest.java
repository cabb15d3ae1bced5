package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.spi.ToolProvider;

import dev.weft.net.Address;
import dev.weft.net.Connection;
import dev.weft.net.Datagrams;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code weft serve CLASS --class-path PATH}. */
@Timeout(60)
class HandlerClassTest {
    private static final String SOURCE = """
            package com.example;

            import dev.weft.net.*;

            public class Shout extends RequestHandler {
                @Override
                protected void handle() throws Exception {
                    connection().send(connection().readLine() + "!");
                }
            }

            class Plain implements Handler {
                private int calls;

                @Override
                public void handle(Connection c) throws Exception {
                    c.send("call " + ++calls);
                }
            }

            class Packet implements DatagramHandler {
                @Override
                public void handle(Datagram d) throws Exception {
                    d.reply(d.text() + "!");
                }
            }

            class Choosy implements Handler {
                Choosy(String s) {}

                @Override
                public void handle(Connection c) {}
            }

            class Failing implements Handler {
                @Override
                public void handle(Connection c) {
                    throw new IllegalStateException("a bug of mine");
                }
            }

            class Nothing {}
            """;

    @TempDir
    private static Path folder;
    private static Path jar;

    @BeforeAll
    static void compile() throws IOException {
        var source = Files.writeString(Files.createDirectories(folder.resolve("src/com/example")).resolve("Shout.java"), SOURCE);
        var classes = folder.resolve("classes");
        run("javac", "-d", classes.toString(), "-cp", System.getProperty("java.class.path"), source.toString());
        jar = folder.resolve("handlers.jar");
        run("jar", "--create", "--file", jar.toString(), "-C", classes.toString(), ".");
    }

    @Test
    void aRequestHandlerFromAJarServes() throws IOException {
        try (var weft = weft("com.example.Shout", "--tcp"); var c = Connection.to(weft.ready()).open()) {
            c.send("hello\n");
            assertThat(c.readLine()).isEqualTo("hello!");
        }
    }

    @Test
    void aRequestHandlerFromAFolderServes() throws IOException {
        try (var weft = Running.weft("serve", "com.example.Shout", "--class-path", folder.resolve("classes").toString(), "--tcp",
                "127.0.0.1:0"); var c = Connection.to(weft.ready()).open()) {
            c.send("hello\n");
            assertThat(c.readLine()).isEqualTo("hello!");
        }
    }

    @Test
    void eachConnectionGetsAnObjectOfItsOwn() throws IOException {
        try (var weft = weft("com.example.Plain", "--tcp")) {
            var server = weft.ready();
            for (int i = 0; i < 2; i++) {
                try (var c = Connection.to(server).open()) {
                    assertThat(c.readLine()).isEqualTo("call 1");
                }
            }
        }
    }

    @Test
    void aDatagramHandlerServesUdp() throws IOException {
        try (var weft = weft("com.example.Packet", "--udp"); var client = Datagrams.udp(Address.of("127.0.0.1", 0))) {
            client.send("hello", weft.ready());
            assertThat(client.receive(Duration.ofSeconds(10)).text()).isEqualTo("hello!");
        }
    }

    @Test
    void aBugInAHandlerIsShownWithItsStackAndTheServerGoesOn() throws IOException {
        try (var weft = weft("com.example.Failing", "--tcp")) {
            var server = weft.ready();
            for (int i = 0; i < 2; i++) {
                try (var c = Connection.to(server).open()) {
                    assertThat(c.receive(1)).isEmpty();
                }
            }
            await().untilAsserted(() -> assertThat(weft.err()).contains("a bug of mine").contains("com.example.Failing.handle(Shout.java"));
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            com.example.Missing | --tcp | no class com.example.Missing in
            com.Shout           | --tcp | no class com.Shout in
            com/example/Shout   | --tcp | com/example/Shout
            com.example.Nothing | --tcp | is no handler
            com.example.Choosy  | --tcp | no constructor without arguments
            com.example.Packet  | --tcp | --udp
            com.example.Shout   | --udp | --tcp or --unix
            """)
    void aClassThatCannotServeIsRefusedInOneLine(String name, String kind, String reason) {
        try (var weft = weft(name, kind)) {
            assertThat(weft.exitCode()).isEqualTo(1);
            assertThat(weft.err()).startsWith("weft: ").contains(reason).hasLineCount(1);
        }
    }

    @Test
    void aClassPathThatIsNotThereIsNamed() {
        var weft = Running.done("serve", "com.example.Shout", "--class-path", jar + ":" + folder.resolve("nothing.jar"));

        assertThat(weft.exitCode()).isEqualTo(1);
        assertThat(weft.err()).contains("--class-path").contains("nothing.jar").hasLineCount(1);
    }

    private static Running weft(String type, String kind) {
        return Running.weft("serve", type, "--class-path", jar.toString(), kind, "127.0.0.1:0");
    }

    private static void run(String tool, String... args) {
        assertThat(ToolProvider.findFirst(tool).orElseThrow().run(System.out, System.err, args)).as(tool).isZero();
    }
}
