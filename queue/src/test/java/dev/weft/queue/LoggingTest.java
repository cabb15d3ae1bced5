package dev.weft.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.UUID;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Loggers as the original sets them up (SPEC SL-43), without its bugs (SPEC SL-BUG-12). */
@Timeout(30)
class LoggingTest {
    private static final String TIME = "\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d,\\d{3} ";

    /** One of its own for each test, as loggers are the process's. */
    private final String name = "t" + UUID.randomUUID().toString().substring(0, 7);
    @TempDir
    private Path directory;

    private Logging logging() {
        return Logging.configure(name).directory(directory).withoutConsole();
    }

    private List<String> lines() throws IOException {
        return Files.readAllLines(directory.resolve(name + ".log"));
    }

    private List<String> files() throws IOException {
        try (var files = Files.list(directory)) {
            return files.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }

    /** Closes the files. */
    @AfterEach
    void end() {
        Logging.configure(name).withoutFile().withoutConsole().logger();
    }

    @Test
    void aLineHasTimeNameLevelAndMessage() throws Exception {
        var before = LocalDateTime.now(ZoneId.systemDefault()).minusSeconds(1);
        logging().logger().log(Level.INFO, "it is grün");
        assertThat(lines()).singleElement().asString().matches(TIME + "\\[" + name + "    ] INFO  it is grün");
        var time = LocalDateTime.parse(lines().getFirst().substring(0, 23), DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss,SSS"));
        assertThat(Duration.between(before, time)).isBetween(Duration.ZERO, Duration.ofMinutes(1));
    }

    @Test
    void levelsHavePythonsNames() throws Exception {
        var logger = logging().dev().logger();
        logger.log(Level.ERROR, "e");
        logger.log(Level.WARNING, "w");
        logger.log(Level.INFO, "i");
        logger.log(Level.DEBUG, "d");
        assertThat(lines()).extracting(line -> line.substring(24)).containsExactly("[" + name + "    ] ERROR e", "[" + name + "    ] WARNING w",
                "[" + name + "    ] INFO  i", "[" + name + "    ] DEBUG d");
    }

    @Test
    void longNamesAndParametersAreWrittenWhole() throws Exception {
        var logger = Logging.configure(name + ".client.receiver").directory(directory).fileName(name + ".log").withoutConsole().logger();
        logger.log(Level.INFO, "connected with {0}", "somebody");
        assertThat(lines().getFirst()).endsWith(" [" + name + ".client.receiver] INFO  connected with somebody");
        Logging.configure(name + ".client.receiver").withoutFile().withoutConsole().logger();
    }

    @Test
    void anExceptionFollowsItsLine() throws Exception {
        logging().logger().log(Level.ERROR, "failed", new IOException("because"));
        assertThat(lines().get(0)).endsWith("ERROR failed");
        assertThat(lines().get(1)).isEqualTo("java.io.IOException: because");
        assertThat(lines().get(2)).contains("\tat ");
    }

    /** SPEC SL-43: "dev" means DEBUG, anything else INFO. */
    @Test
    void onlyDevLogsDebug() throws Exception {
        logging().logger().log(Level.DEBUG, "not");
        logging().config("prod").logger().log(Level.DEBUG, "nor");
        logging().config("dev").logger().log(Level.DEBUG, "this");
        logging().dev().logger().log(Level.DEBUG, "that");
        logging().dev().config("prod").logger().log(Level.DEBUG, "again not");
        assertThat(lines()).extracting(line -> line.substring(line.lastIndexOf(' ') + 1)).containsExactly("this", "that");
    }

    /** SPEC SL-BUG-12: handlers are not doubled, and the latest call counts. */
    @Test
    void repeatedCallsDoNotDoubleLines() throws Exception {
        logging().logger();
        logging().logger();
        var logger = logging().logger();
        logger.log(Level.INFO, "once");
        assertThat(lines()).hasSize(1);
        logging().withoutFile().logger();
        logger.log(Level.INFO, "nowhere");
        assertThat(lines()).hasSize(1);
    }

    /** SPEC SL-BUG-12: the original fails. */
    @Test
    void aMissingFolderIsMade() throws Exception {
        var deep = directory.resolve("not").resolve("there");
        logging().directory(deep).logger().log(Level.INFO, "a");
        assertThat(deep.resolve(name + ".log")).isNotEmptyFile();
    }

    @Test
    void aFolderThatCanNotBeMadeIsRefusedAndChangesNothing() throws Exception {
        var logger = logging().logger();
        var file = Files.createFile(directory.resolve("file"));
        assertThatThrownBy(() -> logging().directory(file.resolve("sub")).logger()).isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("cannot log " + name + " to " + name + ".log in " + file.resolve("sub")).hasMessageContaining("withoutFile()");
        logger.log(Level.INFO, "still here");
        assertThat(lines()).hasSize(1);
    }

    /** SPEC SL-BUG-12: the original refuses every name. */
    @Test
    void aFileNameCanBeGiven() throws Exception {
        logging().fileName("x.txt").logger().log(Level.INFO, "a");
        assertThat(files()).containsExactly("x.txt");
    }

    @Test
    void aFileThatIsThereIsContinued() throws Exception {
        Files.writeString(directory.resolve(name + ".log"), "old\n");
        logging().logger().log(Level.INFO, "new");
        assertThat(lines()).hasSize(2).first().isEqualTo("old");
    }

    private String rotated() {
        return name + "_\\d{4}-\\d\\d-\\d\\d_\\d\\d-\\d\\d-\\d\\d(_\\d)?\\.log";
    }

    /** SPEC SL-43, SL-BUG-12: the original never rotates. */
    @Test
    void aFullFileIsRotatedBeforeItIsContinued() throws Exception {
        Files.write(directory.resolve(name + ".log"), new byte[1_000_000]);
        logging().logger().log(Level.INFO, "new");
        assertThat(lines()).hasSize(1);
        assertThat(files()).hasSize(2).anyMatch(file -> file.matches(rotated()));
    }

    @Test
    void aFileThatIsNotQuiteFullIsContinued() throws Exception {
        Files.write(directory.resolve(name + ".log"), new byte[999_999]);
        var logger = logging().logger();
        logger.log(Level.INFO, "into the old one");
        assertThat(files()).hasSize(1);
        logger.log(Level.INFO, "into the new one");
        assertThat(files()).hasSize(2);
        assertThat(lines()).singleElement().asString().endsWith("into the new one");
    }

    /** Three times within a second, perhaps. */
    @Test
    void aFileThatFillsUpIsRotatedAndNoLineIsLost() throws Exception {
        var logger = logging().logger();
        var kilobytes = "x".repeat(10_000);
        for (int i = 0; i < 320; i++) {
            logger.log(Level.INFO, kilobytes);
        }
        assertThat(files()).hasSize(4).filteredOn(file -> file.matches(rotated())).hasSize(3);
        long lines = 0;
        for (var file : files()) {
            assertThat(Files.size(directory.resolve(file))).isLessThan(1_020_000);
            lines += Files.readAllLines(directory.resolve(file)).size();
        }
        assertThat(lines).isEqualTo(320);
    }

    @Test
    void theConsoleIsTheStandardError() throws Exception {
        var error = System.err;
        var said = new ByteArrayOutputStream();
        System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
        try {
            Logging.configure(name).withoutFile().directory(directory).logger().log(Level.INFO, "hello");
        } finally {
            System.setErr(error);
        }
        assertThat(said.toString(StandardCharsets.UTF_8)).matches(TIME + "\\[" + name + "    ] INFO  hello\\R");
        assertThat(files()).isEmpty();
    }

    @Test
    void nobodyElseSaysItAgain() throws Exception {
        try (var root = new Logged("")) {
            logging().logger().log(Level.INFO, "once");
            assertThat(root.records()).noneMatch(r -> name.equals(r.getLoggerName()));
        }
        assertThat(lines()).hasSize(1);
    }

    /** What java.util.logging does with loggers that nobody holds. */
    @Test
    void itIsNotForgotten() throws Exception {
        logging().logger();
        System.gc();
        System.getLogger(name).log(Level.INFO, "still there");
        assertThat(lines()).hasSize(1);
    }
}
