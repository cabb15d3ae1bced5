package dev.weft.queue;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a sender's spool keeps, gives back, and makes of files that are not as it left them. */
@Timeout(60)
class SpoolTest {
    private static final Logger LOG = Logger.getLogger("dev.weft.queue");
    private static final int RECORD = SpoolSegment.RECORD;
    private static final int HEADER = SpoolStream.HEADER;

    private final List<LogRecord> logged = Collections.synchronizedList(new ArrayList<>());
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord record) {
            logged.add(record);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    @TempDir
    Path temporary;
    private Path directory;

    @BeforeEach
    void listen() {
        directory = temporary.resolve("deep").resolve("spool");
        LOG.addHandler(handler);
        LOG.setUseParentHandlers(false);
    }

    @AfterEach
    void ignore() {
        LOG.removeHandler(handler);
        LOG.setUseParentHandlers(true);
    }

    // What it keeps.

    @Test
    void messagesAreNumberedFromOneAndReadInAnyOrder() throws IOException {
        try (var spool = Spool.open(directory)) {
            assertThat(spool.first()).isEqualTo(1);
            assertThat(spool.next()).isEqualTo(1);
            assertThat(append(spool, "one")).isEqualTo(1);
            assertThat(append(spool, "two")).isEqualTo(2);
            assertThat(append(spool, "")).isEqualTo(3);
            assertThat(spool.appendAll(List.of("four".getBytes(UTF_8), "five".getBytes(UTF_8)))).isEqualTo(4);
            assertThat(spool.appendAll(List.of())).isEqualTo(spool.next()).isEqualTo(6);
            assertThat(read(spool, 5)).isEqualTo("five");
            assertThat(held(spool)).containsExactly("one", "two", "", "four", "five");
            assertThat(spool.first()).isEqualTo(1);
        }
    }

    @Test
    void whatWasKeptIsThereWhenItIsOpenedAgain() throws IOException {
        StreamId stream;
        try (var spool = Spool.open(directory)) {
            stream = spool.stream();
            for (int i = 1; i <= 1000; i++) {
                append(spool, "message " + i);
            }
            spool.acknowledge(400);
        }
        try (var spool = Spool.open(directory)) {
            assertThat(spool.stream()).isEqualTo(stream);
            assertThat(spool.first()).isEqualTo(401);
            assertThat(held(spool)).hasSize(600).startsWith("message 401").endsWith("message 1000");
            assertThat(append(spool, "more")).isEqualTo(1001);
        }
        assertThat(logged).isEmpty();
    }

    @Test
    void everyStreamHasItsOwnIdentity() throws IOException {
        try (var one = Spool.open(directory); var other = Spool.open(temporary.resolve("other"))) {
            assertThat(one.stream()).isNotEqualTo(other.stream());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {SpoolFile.WINDOW - RECORD - 1, SpoolFile.WINDOW - RECORD, SpoolFile.WINDOW, SpoolFile.WINDOW + 1, 3_000_000})
    void longMessagesAreKeptWhole(int length) throws IOException {
        var message = new byte[length];
        for (int i = 0; i < length; i++) {
            message[i] = (byte) (i * 31 + i / 256);
        }
        try (var spool = Spool.open(directory)) {
            spool.appendAll(List.of(message, new byte[] {7}, message));
        }
        try (var spool = Spool.open(directory)) {
            assertThat(spool.read(1)).isEqualTo(message);
            assertThat(spool.read(2)).containsExactly(7);
            assertThat(spool.read(3)).isEqualTo(message);
        }
    }

    @Test
    void onlyItsOwnerMayReadIt() throws IOException {
        assumeTrue(temporary.getFileSystem().supportedFileAttributeViews().contains("posix"), "skipped: no POSIX permissions here");
        fill(directory, 3, 1);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory))).isEqualTo("rwx------");
        for (var file : files("")) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file))).as("%s", file).isEqualTo("rw-------");
        }
    }

    @Test
    void filesOfOtherNamesAreLeftAlone() throws IOException {
        var names = List.of("notes.txt", "1.spool", "x0000000000000000001.spool", "99999999999999999999.spool", "00000000000000000000.spool",
                "00000000000000000001.spool.bak");
        Files.createDirectories(directory);
        for (var name : names) {
            Files.writeString(directory.resolve(name), "not ours");
        }
        fill(directory, 5, 1);
        try (var spool = Spool.open(directory, 1)) {
            assertThat(held(spool)).hasSize(5);
            spool.acknowledge(5);
        }
        assertThat(names).allSatisfy(name -> assertThat(directory.resolve(name)).hasContent("not ours"));
    }

    // Acknowledging.

    @Test
    void acknowledgingIsIdempotentAndNeverGoesBack() throws IOException {
        try (var spool = Spool.open(directory)) {
            fill(spool, 10);
            for (var number : new long[] {4, 4, 2, 0, -1}) {
                spool.acknowledge(number);
                assertThat(spool.first()).isEqualTo(5);
            }
            assertThatIllegalArgumentException().isThrownBy(() -> spool.acknowledge(11)).withMessageContaining("11")
                    .withMessageContaining(directory.toString());
            assertThat(spool.first()).isEqualTo(5);
        }
    }

    @Test
    void onlyWhatIsThereCanBeRead() throws IOException {
        try (var spool = Spool.open(directory)) {
            fill(spool, 3);
            spool.acknowledge(1);
            for (var number : new long[] {-1, 0, 1, 4}) {
                assertThatIllegalArgumentException().isThrownBy(() -> spool.read(number)).withMessageContaining("message " + number)
                        .withMessageContaining(directory.toString());
            }
            assertThat(read(spool, 2)).isEqualTo("message 2");
        }
    }

    @Test
    void aSegmentThatIsDoneIsDeleted() throws IOException {
        try (var spool = Spool.open(directory, 100)) {
            fill(spool, 11); // 25 bytes each, and then 26
            assertThat(segments()).containsExactly(1L, 5L, 9L);
            spool.acknowledge(3);
            assertThat(segments()).containsExactly(1L, 5L, 9L);
            spool.acknowledge(4);
            assertThat(segments()).containsExactly(5L, 9L);
            spool.acknowledge(10);
            assertThat(segments()).containsExactly(9L);
            assertThat(held(spool)).containsExactly("message 11");
            spool.acknowledge(11);
            assertThat(segments()).containsExactly(12L);
        }
    }

    @Test
    void numbersGoOnWhenEverythingIsDoneAndDeleted() throws IOException {
        for (int i = 0; i < 5; i++) {
            try (var spool = Spool.open(directory, 40)) {
                assertThat(spool.first()).isEqualTo(spool.next()).isEqualTo(1 + i * 10);
                fill(spool, 10);
                spool.acknowledge(spool.next() - 1);
                assertThat(segments()).containsExactly(spool.next());
                assertThat(spool.bytes()).isEqualTo(HEADER + SpoolStream.SIZE);
            }
        }
    }

    @Test
    void itsBytesAreThoseOfItsFiles() throws IOException {
        try (var spool = Spool.open(directory, 100)) {
            for (int i = 0; i < 20; i++) {
                assertThat(spool.bytes()).isEqualTo(files("").stream().mapToLong(file -> file.toFile().length()).sum());
                append(spool, "message " + i);
                spool.acknowledge(i / 2);
            }
        }
    }

    // One at a time.

    @Test
    void aSecondOpenerIsRefusedUntilTheFirstHasClosed() throws IOException {
        var spool = Spool.open(directory);
        var link = Files.createSymbolicLink(temporary.resolve("link"), directory);
        for (var path : List.of(directory, link)) {
            assertThatIOException().isThrownBy(() -> Spool.open(path)).withMessageContaining(directory.toRealPath() + " is in use by this process");
        }
        spool.close();
        spool.close();
        try (var next = Spool.open(link)) {
            spool.close(); // once more, and not the other's
            assertThatIOException().isThrownBy(() -> Spool.open(directory));
            append(next, "fine");
        }
    }

    @Test
    void anotherProcessIsRefusedEvenAfterASecondOpenerInThisOne() throws Exception {
        try (var spool = Spool.open(directory)) {
            assertThatIOException().isThrownBy(() -> Spool.open(directory));
            assertThat(SpoolChild.run(SpoolChild.Opening.class, directory)).containsExactly(
                    "the spool " + directory.toRealPath() + " is in use by another process: one link at a time may have it");
            append(spool, "fine");
        }
        assertThat(SpoolChild.run(SpoolChild.Opening.class, directory)).containsExactly("opened at 2");
    }

    @Test
    void aClosedSpoolSaysSo() throws IOException {
        var spool = Spool.open(directory);
        append(spool, "x");
        spool.close();
        assertThatIllegalStateException().isThrownBy(() -> append(spool, "y")).withMessageContaining(directory + " is closed");
        assertThatIllegalStateException().isThrownBy(() -> spool.read(1));
        assertThatIllegalStateException().isThrownBy(() -> spool.acknowledge(1));
        assertThatIllegalStateException().isThrownBy(spool::first);
        assertThatIllegalStateException().isThrownBy(spool::next);
        assertThatIllegalStateException().isThrownBy(spool::bytes);
    }

    // What a death leaves.

    @Test
    void aTornLastRecordIsDroppedWhereverItIsTorn() throws IOException {
        var whole = HEADER + 2 * (RECORD + 9);
        for (int left = whole + 1; left < whole + RECORD + 9; left++) {
            var torn = temporary.resolve("torn at " + left);
            fill(torn, 3, Spool.SEGMENT);
            var length = left;
            change(only(torn), bytes -> Arrays.copyOf(bytes, length));
            logged.clear();
            try (var spool = Spool.open(torn)) {
                assertThat(held(spool)).containsExactly("message 1", "message 2");
                assertThat(only(torn)).hasSize(whole);
                assertThat(append(spool, "again")).isEqualTo(3);
            }
            assertThat(logged).singleElement().satisfies(record -> {
                assertThat(record.getLevel()).isEqualTo(Level.WARNING);
                assertThat(record.getMessage()).contains(only(torn) + " is torn at byte " + whole);
            });
            try (var spool = Spool.open(torn)) {
                assertThat(held(spool)).containsExactly("message 1", "message 2", "again");
            }
            assertThat(logged).hasSize(1);
        }
    }

    @Test
    void aWrongChecksumAtTheVeryEndIsATear() throws IOException {
        fill(directory, 3, Spool.SEGMENT);
        flip(only(directory), Files.size(only(directory)) - 1);
        try (var spool = Spool.open(directory)) {
            assertThat(held(spool)).containsExactly("message 1", "message 2");
        }
        assertThat(logged).hasSize(1);
    }

    /** As a file system shows that has made a file longer, and not written to it yet, when the power fails. */
    @Test
    void zerosAtTheVeryEndAreATear() throws IOException {
        fill(directory, 3, Spool.SEGMENT);
        change(only(directory), bytes -> Arrays.copyOf(bytes, bytes.length + 10_000));
        try (var spool = Spool.open(directory)) {
            assertThat(held(spool)).hasSize(3);
        }
        assertThat(logged).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, Integer.MIN_VALUE, Integer.MAX_VALUE, 1 << 30})
    void aLengthThatCannotBeIsATearAndTakesNoMemory(int length) throws IOException {
        fill(directory, 3, Spool.SEGMENT);
        append(only(directory), ByteBuffer.allocate(100).putInt(length).putInt(0).putLong(4).array());
        try (var spool = Spool.open(directory)) {
            assertThat(held(spool)).hasSize(3);
        }
    }

    @Test
    void aTornMessageThatHoldsAnotherSpoolsRecordsIsATear() throws IOException {
        var other = temporary.resolve("other");
        fill(other, 3, Spool.SEGMENT);
        try (var spool = Spool.open(directory)) {
            append(spool, "message 1");
            spool.appendAll(List.of(Files.readAllBytes(only(other))));
        }
        change(only(directory), bytes -> Arrays.copyOf(bytes, bytes.length - 1));
        try (var spool = Spool.open(directory)) {
            assertThat(held(spool)).containsExactly("message 1");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, SpoolStream.HEADER - 1})
    void aSegmentThatWasJustBegunIsBegunAgain(int left) throws IOException {
        fill(directory, 8, 100);
        change(segment(5), bytes -> Arrays.copyOf(bytes, left));
        try (var spool = Spool.open(directory, 100)) {
            assertThat(held(spool)).hasSize(4);
            assertThat(append(spool, "again")).isEqualTo(5);
        }
        try (var spool = Spool.open(directory, 100)) {
            assertThat(held(spool)).hasSize(5).endsWith("again");
        }
    }

    /** The device may have an acknowledgement that is younger than the messages it has. */
    @Test
    void aNumberIsNotUsedTwiceWhenItsMessageWasAcknowledgedAndThenLost() throws IOException {
        try (var spool = Spool.open(directory)) {
            fill(spool, 10);
            spool.acknowledge(8);
        }
        change(only(directory), bytes -> Arrays.copyOf(bytes, HEADER + 5 * (RECORD + 9)));
        for (int i = 0; i < 2; i++) {
            try (var spool = Spool.open(directory)) {
                assertThat(spool.first()).isEqualTo(9);
                assertThat(append(spool, "later")).isEqualTo(9 + i);
            }
        }
    }

    @Test
    void aPositionThatCannotBeReadMeansThatAllIsSentAgain() throws IOException {
        try (var spool = Spool.open(directory, 100)) {
            fill(spool, 12);
            spool.acknowledge(6);
        }
        flip(directory.resolve("stream"), HEADER + 7);
        try (var spool = Spool.open(directory, 100)) {
            assertThat(spool.first()).isEqualTo(5);
            assertThat(held(spool)).hasSize(8);
        }
        try (var spool = Spool.open(directory, 100)) {
            assertThat(spool.first()).isEqualTo(5);
        }
        assertThat(logged).singleElement().satisfies(record -> assertThat(record.getMessage()).contains(directory.resolve("stream").toString()));
    }

    // Damage.

    /** Length, checksum, number and payload of the second of three. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3, 4, 7, 8, 15, 16, 24})
    void damageBeforeAWholeRecordIsNoTear(int where) throws IOException {
        fill(directory, 3, Spool.SEGMENT);
        var second = HEADER + RECORD + 9;
        flip(only(directory), second + where);
        var before = Files.readAllBytes(only(directory));
        assertThatIOException().isThrownBy(() -> Spool.open(directory)).withMessageContaining(only(directory) + " is damaged at byte " + second);
        assertThat(only(directory)).hasBinaryContent(before);
        assertThat(logged).isEmpty();
    }

    @Test
    void damageFarBeforeTheNextWholeRecordIsNoTear() throws IOException {
        try (var spool = Spool.open(directory)) {
            spool.appendAll(List.of(new byte[10], new byte[300_000], new byte[70_000], new byte[3]));
        }
        flip(only(directory), HEADER + RECORD + 10 + 2);
        flip(only(directory), HEADER + RECORD + 10 + RECORD + 300_000 + RECORD + 7);
        assertThatIOException().isThrownBy(() -> Spool.open(directory)).withMessageContaining("is damaged at byte " + (HEADER + RECORD + 10));
    }

    @Test
    void anEarlierSegmentIsNotTorn() throws IOException {
        fill(directory, 8, 100);
        change(segment(1), bytes -> Arrays.copyOf(bytes, bytes.length - 1));
        var before = Files.readAllBytes(segment(1));
        assertThatIOException().isThrownBy(() -> Spool.open(directory, 100))
                .withMessageContaining(segment(1) + " is damaged at byte " + (HEADER + 3 * (RECORD + 9)));
        assertThat(segment(1)).hasBinaryContent(before);
        assertThat(logged).isEmpty();
    }

    @Test
    void anEarlierSegmentDoesNotEndEarly() throws IOException {
        fill(directory, 8, 100);
        var end = HEADER + 3 * (RECORD + 9);
        change(segment(1), bytes -> Arrays.copyOf(bytes, end));
        assertThatIOException().isThrownBy(() -> Spool.open(directory, 100)).withMessageContaining(segment(1) + " is damaged at byte " + end);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 5})
    void aMissingSegmentIsNoGap(long first) throws IOException {
        fill(directory, 12, 100);
        Files.delete(segment(first));
        assertThatIOException().isThrownBy(() -> Spool.open(directory, 100)).withMessageContaining(directory.toRealPath().toString());
    }

    @Test
    void allSegmentsMissingIsNoNewBeginning() throws IOException {
        try (var spool = Spool.open(directory)) {
            fill(spool, 4);
            spool.acknowledge(2);
        }
        Files.delete(only(directory));
        assertThatIOException().isThrownBy(() -> Spool.open(directory)).withMessageContaining("which held message 3");
    }

    @Test
    void segmentsWithoutTheirStreamAreNobodys() throws IOException {
        fill(directory, 4, 100);
        Files.delete(directory.resolve("stream"));
        assertThatIOException().isThrownBy(() -> Spool.open(directory))
                .withMessageContaining(directory.toRealPath().resolve("stream") + " is missing");
    }

    @Test
    void segmentsOfAnotherStreamAreRefused() throws IOException {
        var other = temporary.resolve("other");
        fill(other, 4, Spool.SEGMENT);
        fill(directory, 4, Spool.SEGMENT);
        Files.write(only(directory), Files.readAllBytes(only(other)));
        assertThatIOException().isThrownBy(() -> Spool.open(directory)).withMessageContaining(only(directory) + " is no segment of this spool");
        assertThat(only(directory)).hasSameBinaryContentAs(only(other));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "short", "a stream of quite another kind, of somebody else's program"})
    void aFileThatOnlyHasItsNameIsRefusedAndLeftAlone(String content) throws IOException {
        Files.createDirectories(directory);
        var file = Files.writeString(directory.resolve("stream"), content);
        assertThatIOException().isThrownBy(() -> Spool.open(directory)).withMessageContaining(directory.toRealPath().resolve("stream").toString());
        assertThat(file).hasContent(content);
        Files.delete(file);
        fill(directory, 1, 100); // a failed opening holds nothing
    }

    @Test
    void damageThatComesLaterIsFoundByReading() throws IOException {
        try (var spool = Spool.open(directory)) {
            spool.appendAll(List.of(new byte[70_000], new byte[70_000], new byte[70_000]));
            var second = HEADER + RECORD + 70_000;
            flip(only(directory), second + RECORD + 50_000);
            assertThatIOException().isThrownBy(() -> spool.read(2)).withMessageContaining(only(directory) + " is damaged at byte " + second);
            assertThat(spool.read(1)).isEqualTo(spool.read(3)).isEqualTo(new byte[70_000]);
        }
    }

    @Test
    void aFileThatIsCutLaterIsNoShorterMessage() throws IOException {
        try (var spool = Spool.open(directory)) {
            spool.appendAll(List.of(new byte[70_000], new byte[70_000]));
            change(only(directory), bytes -> Arrays.copyOf(bytes, bytes.length - 1));
            assertThat(spool.read(1)).isEqualTo(new byte[70_000]);
            assertThatIOException().isThrownBy(() -> spool.read(2)).withMessageContaining("cannot read " + only(directory) + ": it ends at byte");
        }
    }

    // Failures and company.

    /** A limit on the size of files stands for a full device: write(2) fails in the same place, with EFBIG for ENOSPC. */
    @Test
    void aFullDeviceFailsTheAppendAndNothingElse() throws Exception {
        assertThat(SpoolChild.runWithFilesUpTo(64, SpoolChild.Filling.class, directory)).containsExactly("all that was kept is there");
        try (var spool = Spool.open(directory)) {
            assertThat(held(spool).getLast()).isEqualTo("small");
        }
        assertThat(logged).isEmpty();
    }

    @Test
    void anInterruptedThreadKeepsItsInterruptAndTheSpool() throws IOException {
        Thread.currentThread().interrupt();
        try (var spool = Spool.open(directory, 100)) {
            fill(spool, 12);
            assertThat(held(spool)).hasSize(12);
            spool.acknowledge(7);
        }
        try (var spool = Spool.open(directory, 100)) {
            assertThat(Thread.interrupted()).isTrue();
            assertThat(held(spool)).hasSize(5);
        }
    }

    @Test
    void interruptsAtAnyMomentCostNothing() throws Exception {
        try (var spool = Spool.open(directory, 1000); var threads = Executors.newSingleThreadExecutor()) {
            var done = new AtomicLong();
            var thread = new AtomicReference<Thread>();
            var result = threads.submit(() -> {
                thread.set(Thread.currentThread());
                for (int i = 1; i <= 2000; i++) {
                    done.set(i);
                    append(spool, "message " + i);
                    assertThat(read(spool, i)).isEqualTo("message " + i);
                    spool.acknowledge(i - i % 3);
                }
                return null;
            });
            for (long seen = 0; !result.isDone();) {
                if (done.get() != seen) {
                    seen = done.get();
                    thread.get().interrupt();
                }
            }
            result.get(10, TimeUnit.SECONDS);
            assertThat(spool.next()).isEqualTo(2001);
            assertThat(held(spool)).containsExactly("message 1999", "message 2000");
        }
        assertThat(logged).isEmpty();
    }

    @Test
    void oneAppendsWhileOthersReadAndAcknowledge() throws Exception {
        var count = 20_000;
        // Threads of the system's: two virtual ones that wait by looking would keep the third from running for ever on two processors.
        try (var spool = Spool.open(directory, 10_000); var threads = Executors.newCachedThreadPool()) {
            var appended = new AtomicLong();
            var read = new AtomicLong();
            var appending = threads.submit(() -> {
                for (int i = 1; i <= count; i++) {
                    appended.set(append(spool, "message " + i));
                }
                return null;
            });
            var reading = threads.submit(() -> {
                for (long i = 1; i <= count; i++) {
                    await(appended, i);
                    assertThat(read(spool, i)).isEqualTo("message " + i);
                    read.set(i);
                }
                return null;
            });
            var acknowledging = threads.submit(() -> {
                for (long i = 1; i <= count; i += 7) {
                    await(read, i);
                    spool.acknowledge(i);
                }
                return null;
            });
            appending.get(30, TimeUnit.SECONDS);
            reading.get(30, TimeUnit.SECONDS);
            acknowledging.get(30, TimeUnit.SECONDS);
            assertThat(spool.next()).isEqualTo(count + 1);
            assertThat(spool.first()).isEqualTo(count - (count - 1) % 7 + 1);
            assertThat(segments().size()).isLessThanOrEqualTo(2);
        }
    }

    private static void await(AtomicLong value, long least) {
        var begun = System.nanoTime();
        while (value.get() < least) {
            if (System.nanoTime() - begun > TimeUnit.SECONDS.toNanos(30)) {
                throw new AssertionError("only " + value + " after 30 s, and not " + least);
            }
            Thread.yield();
        }
    }

    private static long append(Spool spool, String message) throws IOException {
        return spool.appendAll(List.of(message.getBytes(UTF_8)));
    }

    private static String read(Spool spool, long number) throws IOException {
        return new String(spool.read(number), UTF_8);
    }

    private static List<String> held(Spool spool) throws IOException {
        var all = new ArrayList<String>();
        for (long number = spool.first(); number < spool.next(); number++) {
            all.add(read(spool, number));
        }
        return all;
    }

    private static void fill(Path directory, int messages, long full) throws IOException {
        try (var spool = Spool.open(directory, full)) {
            fill(spool, messages);
        }
    }

    private static void fill(Spool spool, int messages) throws IOException {
        for (int i = 1; i <= messages; i++) {
            append(spool, "message " + i);
        }
    }

    private List<Path> files(String suffix) throws IOException {
        return files(directory, suffix);
    }

    private static List<Path> files(Path directory, String suffix) throws IOException {
        try (var all = Files.list(directory.toRealPath())) {
            return all.filter(file -> file.toString().endsWith(suffix)).sorted().toList();
        }
    }

    private static Path only(Path directory) throws IOException {
        var all = files(directory, ".spool");
        assertThat(all).hasSize(1);
        return all.getFirst();
    }

    private Path segment(long first) throws IOException {
        return directory.toRealPath().resolve(String.format("%020d.spool", first));
    }

    private List<Long> segments() throws IOException {
        return files(".spool").stream().map(file -> Long.valueOf(file.getFileName().toString().replace(".spool", ""))).toList();
    }

    private static void append(Path file, byte[] more) throws IOException {
        Files.write(file, more, StandardOpenOption.APPEND);
    }

    private static void flip(Path file, long at) throws IOException {
        change(file, bytes -> {
            bytes[(int) at] ^= 1;
            return bytes;
        });
    }

    private static void change(Path file, UnaryOperator<byte[]> change) throws IOException {
        Files.write(file, change.apply(Files.readAllBytes(file)));
    }
}
