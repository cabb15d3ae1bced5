package dev.weft.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Processes that are killed (SIGKILL) in mid-stream. */
@Timeout(90)
class ProcessDeathTest {
    private static final Duration LONG = Duration.ofSeconds(60);

    private final Broker broker = Broker.shared();
    private final List<Process> children = new ArrayList<>();

    @TempDir
    Path directory;

    @AfterEach
    void killAll() throws InterruptedException {
        for (var child : children) {
            kill(child);
        }
    }

    @Test
    void anotherProcessTakesOverFromAConsumerThatWasKilled() throws Exception {
        int count = 20_000;
        broker.topic("taken-in", 3);
        broker.topic("taken-out", 3);
        try (var feed = broker.kafka().topic("taken-in").text().key(Numbered::key).sink().start()) {
            Numbered.put(feed, 0, count);
            assertThat(feed.drain(LONG).clean()).isTrue();
        }
        var first = start(Children.Copier.class, "taken-in", "taken", "taken-out");
        await().atMost(LONG).pollInterval(Duration.ofMillis(5)).until(() -> lines(0, "copied ").size() > 100);
        kill(first);
        assertThat(lines(0, "copied ").size()).as("it was in mid-stream").isLessThan(count);

        start(Children.Copier.class, "taken-in", "taken", "taken-out");
        await().atMost(LONG).until(() -> broker.committed("taken", "taken-in").values().stream().mapToLong(Long::longValue).sum() == count);
        Numbered.assertComplete(Numbered.values(broker.read("taken-out")), count);
    }

    @Test
    void whatAKilledProducerWasToldIsThere() throws Exception {
        broker.topic("produced", 3);
        var producer = start(Children.Producer.class, "produced");
        await().atMost(LONG).until(() -> lines(0, "acknowledged ").size() > 3_000);
        kill(producer);

        var acknowledged = lines(0, "acknowledged ");
        var written = Numbered.values(broker.read("produced"));
        assertThat(written).doesNotHaveDuplicates();
        assertThat(new HashSet<>(written)).containsAll(acknowledged);
        for (int k = 0; k < Numbered.KEYS; k++) {
            var key = "k" + k;
            var ofKey = written.stream().filter(m -> Numbered.key(m).equals(key)).toList();
            var first = k;
            assertThat(ofKey).as("in order and without a gap").isEqualTo(
                    IntStream.range(0, ofKey.size()).mapToObj(i -> Numbered.message(first + i * Numbered.KEYS)).toList());
        }
    }

    @Test
    void anExactlyOncePipelineGoesOnAtOnceAndStaysExactWhenItIsKilled() throws Exception {
        int count = 5_000;
        broker.topic("exact-in", 3);
        broker.topic("exact-out", 3);
        try (var feed = broker.kafka().topic("exact-in").text().key(Numbered::key).sink().start()) {
            Numbered.put(feed, 0, count);
            assertThat(feed.drain(LONG).clean()).isTrue();
        }
        var first = start(Children.Transactor.class, "exact-in", "exact", "exact-out", "exact-id");
        await().atMost(LONG).pollInterval(Duration.ofMillis(5)).until(() -> lines(0, "processed ").size() > 1_000);
        kill(first);
        assertThat(lines(0, "processed ").size()).as("it was in mid-stream").isLessThan(count);

        start(Children.Transactor.class, "exact-in", "exact", "exact-out", "exact-id");
        await().atMost(LONG).until(() -> broker.committed("exact", "exact-in").values().stream().mapToLong(Long::longValue).sum() >= count
                && broker.read("exact-out").size() >= count);
        Numbered.assertExact(Numbered.values(broker.read("exact-out")), count);
    }

    @Test
    void aProcessThatIsAskedToEndFinishesWhatItHasBegunAndEndsWithZero() throws Exception {
        broker.topic("asked-in", 1);
        broker.topic("asked-out", 1);
        try (var feed = broker.kafka().topic("asked-in").text().key(Numbered::key).sink().start()) {
            Numbered.put(feed, 0, 100);
            assertThat(feed.drain(LONG).clean()).isTrue();
        }
        var child = start(Children.Drainer.class, "asked-in", "asked", "asked-out");
        await().atMost(LONG).until(() -> !lines(0, "begun ").isEmpty());
        child.toHandle().destroy(); // SIGTERM, which leaves its streams open
        child.getOutputStream().write('\n');
        child.getOutputStream().flush();
        assertThat(child.waitFor(40, TimeUnit.SECONDS)).isTrue();
        assertThat(child.exitValue()).as(() -> read(output(0))).isZero();
        var begun = lines(0, "begun ");
        assertThat(Numbered.values(broker.read("asked-out"))).as("nothing is half done, and nothing is done twice").isEqualTo(begun);
        assertThat(broker.committed("asked", "asked-in")).containsValue((long) begun.size());
    }

    private Process start(Class<?> main, String... arguments) throws IOException {
        var all = new ArrayList<String>();
        all.add(broker.address());
        all.addAll(List.of(arguments));
        var options = List.of("-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");
        var child = Jvm.start(output(children.size()), options, main, all.toArray(String[]::new));
        children.add(child);
        return child;
    }

    private Path output(int child) {
        return directory.resolve("child-" + child);
    }

    /** What a child has said so far with this beginning; its last line may be half written. */
    private List<String> lines(int child, String beginning) throws IOException {
        assertThat(children.get(child).isAlive() || List.of(0, 137).contains(children.get(child).exitValue())).as(() -> read(output(child))).isTrue();
        var text = read(output(child));
        var whole = text.substring(0, text.lastIndexOf('\n') + 1).lines();
        return whole.filter(l -> l.startsWith(beginning)).map(l -> l.substring(beginning.length())).toList();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static void kill(Process process) throws InterruptedException {
        process.destroyForcibly();
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
    }
}
