package dev.weft.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.logging.Level;
import java.util.logging.Logger;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** Whatever is appended, acknowledged, reopened and cut, a spool holds what a map with a counter says. */
class SpoolPropertyTest {
    private static final Logger LOG = Logger.getLogger("dev.weft.queue");

    /** One thing that happens to a spool. */
    sealed interface Step {}

    /** A message each, of so many bytes. */
    record Append(List<Integer> lengths) implements Step {}

    /** So many of a hundred parts of what isn't acknowledged. */
    record Acknowledge(int percent) implements Step {}

    record Reopen() implements Step {}

    /** Reopened, with so many of a thousand parts of the last file left. */
    record Cut(int permille) implements Step {}

    private static final class Model {
        final TreeMap<Long, byte[]> messages = new TreeMap<>();
        /** Where in its file a message ends, which tells whether a cut leaves it. */
        final TreeMap<Long, Long> ends = new TreeMap<>();
        long acknowledged;
        long next = 1;

        void agrees(Spool spool) throws IOException {
            assertThat(spool.first()).isEqualTo(acknowledged + 1);
            assertThat(spool.next()).isEqualTo(next);
            for (var message : messages.entrySet()) {
                assertThat(spool.read(message.getKey())).as("message %d", message.getKey()).isEqualTo(message.getValue());
            }
        }
    }

    @BeforeContainer
    static void quiet() {
        LOG.setLevel(Level.OFF); // every cut is logged
    }

    @AfterContainer
    static void loud() {
        LOG.setLevel(null);
    }

    @Property(tries = 400)
    void aSpoolIsAMapWithACounter(@ForAll("steps") List<Step> steps, @ForAll("segments") int segment) throws IOException {
        var directory = Files.createTempDirectory("weft-spool");
        var model = new Model();
        var spool = Spool.open(directory, segment);
        try {
            var identity = spool.stream();
            for (var step : steps) {
                switch (step) {
                    case Append append -> append(spool, model, append.lengths(), directory);
                    case Acknowledge some -> acknowledge(spool, model, some.percent());
                    case Reopen _ -> {
                        spool.close();
                        spool = Spool.open(directory, segment);
                    }
                    case Cut cut -> {
                        spool.close();
                        cut(directory, model, cut.permille());
                        spool = Spool.open(directory, segment);
                    }
                }
                model.agrees(spool);
                assertThat(spool.stream()).isEqualTo(identity);
                assertThat(spool.bytes()).isEqualTo(bytes(directory));
            }
        } finally {
            spool.close();
            remove(directory);
        }
    }

    private static void append(Spool spool, Model model, List<Integer> lengths, Path directory) throws IOException {
        var messages = new ArrayList<byte[]>();
        for (var length : lengths) {
            var message = new byte[length];
            for (int i = 0; i < length; i++) {
                message[i] = (byte) (model.next + messages.size() + i * 31L);
            }
            messages.add(message);
        }
        var first = spool.appendAll(messages);
        assertThat(first).isEqualTo(model.next);
        var end = Files.size(last(directory)) - messages.stream().mapToLong(m -> SpoolSegment.RECORD + m.length).sum();
        for (var message : messages) {
            end += SpoolSegment.RECORD + message.length;
            model.ends.put(model.next, end);
            model.messages.put(model.next++, message);
        }
    }

    private static void acknowledge(Spool spool, Model model, int percent) {
        var number = model.acknowledged + (model.next - 1 - model.acknowledged) * percent / 100;
        spool.acknowledge(number);
        model.acknowledged = number;
        model.messages.headMap(number, true).clear();
    }

    private static void cut(Path directory, Model model, int permille) throws IOException {
        var file = last(directory);
        var left = Files.size(file) * permille / 1000;
        try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(left);
        }
        var first = Long.parseLong(file.getFileName().toString().replace(".spool", ""));
        var whole = first;
        while (whole < model.next && model.ends.get(whole) <= left) {
            whole++;
        }
        model.next = Math.max(whole, model.acknowledged + 1);
        model.messages.tailMap(model.next).clear();
    }

    private static Path last(Path directory) throws IOException {
        try (var files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".spool")).max(Comparator.naturalOrder()).orElseThrow();
        }
    }

    private static long bytes(Path directory) throws IOException {
        try (var files = Files.list(directory)) {
            return files.mapToLong(file -> file.toFile().length()).sum();
        }
    }

    private static void remove(Path directory) throws IOException {
        try (var files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
        }
    }

    @Provide
    Arbitrary<List<Step>> steps() {
        var lengths = Arbitraries.frequencyOf(Tuple.of(20, Arbitraries.integers().between(0, 60)),
                Tuple.of(1, Arbitraries.of(65_519, 65_520, 65_521, 65_536, 200_000)));
        Arbitrary<Step> append = lengths.list().ofMaxSize(6).map(Append::new);
        Arbitrary<Step> acknowledge = Arbitraries.integers().between(0, 100).map(Acknowledge::new);
        Arbitrary<Step> cut = Arbitraries.integers().between(0, 1000).map(Cut::new);
        return Arbitraries.frequencyOf(Tuple.of(6, append), Tuple.of(3, acknowledge),
                Tuple.of(1, Arbitraries.just(new Reopen())), Tuple.of(2, cut)).list().ofMaxSize(30);
    }

    @Provide
    Arbitrary<Integer> segments() {
        return Arbitraries.of(1, 100, 400, Spool.SEGMENT);
    }
}
