package dev.weft.queue;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What a link says when its spool can't be used: which one, why, and what to do. */
@Timeout(60)
class SpoolTroubleTest {
    @TempDir
    Path directory;

    @Test
    @EnabledOnOs(OS.LINUX)
    void aSpoolThatIsFullIsSaidToBe() throws Exception {
        var spool = directory.toRealPath().resolve("spool");
        var said = SpoolChild.runWithFilesUpTo(64, SpoolChild.Full.class, spool);
        assertThat(said).hasSize(2).allSatisfy(line -> assertThat(line).contains("the spool " + spool + " can't be written",
                "File too large", "make room").doesNotContain("connection"));
        assertThat(said.getFirst()).startsWith("SEVERE ClientSender has ended: ");
    }

    @Test
    void aSpoolThatIsNoDirectoryIsSaidToBe() throws Exception {
        var file = Files.writeString(directory.resolve("file"), "not a spool", UTF_8);
        for (var spool : new Path[] {file, file.resolve("below")}) {
            var link = Link.connect("127.0.0.1", 1).delivery(Delivery.AT_LEAST_ONCE).spool(spool).sender();
            assertThatIOException().isThrownBy(link::start).withMessageStartingWith("the spool " + spool + " can't be opened: ")
                    .withMessageContaining(" directory");
        }
    }
}
