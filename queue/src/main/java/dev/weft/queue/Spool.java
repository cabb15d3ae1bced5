package dev.weft.queue;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.weft.net.TimeSource;
import dev.weft.net.support.Moments;
import dev.weft.net.support.SafeLog;
import org.jspecify.annotations.Nullable;

/**
 * Where a sender keeps its messages until they are acknowledged, so that they survive its death: a log in a directory, of segments that are deleted
 * when all in them is done.
 *
 * <p>What {@link #appendAll} has returned for is with the operating system, and so outlives this process however it ends (kill -9); a record costs
 * one write and no fsync. A power failure may cost what was appended in its last moments: only a full segment, and what is noted as acknowledged
 * before one is deleted, are forced to the device. What was acknowledged in the last moments before a kill may be there again.
 *
 * <p>A torn record at the very end is one whose writer died: it is cut off. Damage anywhere else is an {@link IOException}, and never a gap.
 *
 * <p>Numbers count from 1, without gaps, for as long as the directory lives. Safe for any number of threads.
 */
final class Spool implements Store {
    /** Bytes from which on a segment is full. */
    static final int SEGMENT = 8 << 20;
    /** The longest message. */
    static final int LONGEST = 1 << 30;

    private static final String SUFFIX = ".spool";
    private static final int DIGITS = 20;
    private static final Duration NOTE_EVERY = Duration.ofMillis(10);

    private final Path directory;
    private final SpoolLock lock;
    private final SafeLog log;
    private final TimeSource time;
    private final long full;
    private final SpoolStream stream;
    /** By their first numbers; there is always one. */
    @GuardedBy("this")
    private final NavigableMap<Long, SpoolSegment> segments = new TreeMap<>();
    @GuardedBy("this")
    private final ByteBuffer through = ByteBuffer.allocate(SpoolFile.WINDOW);
    @GuardedBy("this")
    private @Nullable SpoolSegment reading;
    @GuardedBy("this")
    private long acknowledged;
    @GuardedBy("this")
    private long noteAgain;
    @GuardedBy("this")
    private boolean noteFailed;
    @GuardedBy("this")
    private boolean closed;

    /**
     * Opens the spool in this directory, which is made when there is none, and reads and verifies all that is in it.
     *
     * @throws IOException when it is in use, can't be read or written, or is damaged
     */
    static Spool open(Path directory) throws IOException {
        return open(directory, SEGMENT);
    }

    static Spool open(Path directory, long full) throws IOException {
        return open(directory, full, QueueLog.SHARED, TimeSource.system());
    }

    static Spool open(Path directory, SafeLog log, TimeSource time) throws IOException {
        return open(directory, SEGMENT, log, time);
    }

    private static Spool open(Path directory, long full, SafeLog log, TimeSource time) throws IOException {
        try {
            Files.createDirectories(directory, SpoolFile.ownerOnly(directory, "rwx------"));
            var real = directory.toRealPath();
            var lock = SpoolLock.of(real);
            try {
                return new Spool(real, lock, full, log, time);
            } catch (IOException | RuntimeException | Error e) {
                lock.close();
                throw e;
            }
        } catch (FileSystemException e) {
            throw SpoolException.notOpened(directory, e);
        }
    }

    private Spool(Path directory, SpoolLock lock, long full, SafeLog log, TimeSource time) throws IOException {
        this.directory = directory;
        this.lock = lock;
        this.full = full;
        this.log = log;
        this.time = time;
        noteAgain = Moments.in(time, NOTE_EVERY);
        var files = files();
        stream = SpoolStream.in(directory, files.isEmpty());
        try {
            recover(files);
        } catch (IOException | RuntimeException | Error e) {
            closeFiles();
            throw e;
        }
    }

    /** The 16 bytes that tell this stream of numbers from every other. */
    @Override
    public StreamId stream() {
        return stream.identity();
    }

    /** The number of the oldest message that isn't acknowledged, or {@link #next} when all are. */
    @Override
    public synchronized long first() {
        checkOpen();
        return acknowledged + 1;
    }

    /** The number that the next message gets. */
    @Override
    public synchronized long next() {
        checkOpen();
        return last().next();
    }

    /**
     * Keeps these messages, all or none as long as this process lives; as many as {@value SpoolFile#WINDOW} bytes hold are one write.
     *
     * @throws IOException when they could not be written, to a full device for instance; the spool is as before then, and may be tried again
     */
    @Override
    public synchronized long appendAll(List<byte[]> messages) throws IOException {
        checkOpen();
        for (var message : messages) {
            if (message.length > LONGEST) {
                throw new IllegalArgumentException("a message of " + message.length + " bytes: a spool takes " + LONGEST + " at most");
            }
        }
        try {
            var segment = last().fullAt(full) ? roll() : last();
            var number = segment.next();
            segment.append(messages, through);
            return number;
        } catch (IOException e) {
            throw SpoolException.notWritten(directory, e);
        }
    }

    /**
     * A message that isn't acknowledged yet. Cheap in ascending order.
     *
     * @throws IOException when it can't be read, or isn't what was appended
     * @throws IllegalArgumentException when there is no such number, or no longer
     */
    @Override
    public synchronized byte[] read(long number) throws IOException {
        checkOpen();
        if (number <= acknowledged || number >= last().next()) {
            throw new IllegalArgumentException("message " + number + " is not in the spool " + directory + ", which holds those from "
                    + (acknowledged + 1) + " to before " + last().next());
        }
        try {
            return holder(number).read(number);
        } catch (IOException e) {
            throw SpoolException.notRead(directory, e);
        }
    }

    @GuardedBy("this")
    private SpoolSegment holder(long number) throws IOException {
        var segment = reading;
        if (segment == null || number < segment.first() || number >= segment.next()) {
            if (segment != null && segment != last()) {
                segment.close();
            }
            segment = segments.floorEntry(number).getValue();
            reading = segment;
        }
        return segment;
    }

    /**
     * All up to this one are done. What was acknowledged before is ignored. A failure to note it is logged, as all that it can cost is that messages
     * are sent again.
     *
     * @throws IllegalArgumentException when there is no such message yet
     */
    @Override
    public synchronized void acknowledge(long number) {
        checkOpen();
        var newest = last().next() - 1;
        if (number > newest) {
            throw new IllegalArgumentException("no message " + number + " to acknowledge: the newest in the spool " + directory + " is " + newest);
        }
        if (number > acknowledged) {
            acknowledged = number;
            tidy(number == newest || Moments.passed(time, noteAgain));
        }
    }

    /** Bytes of all its files. */
    synchronized long bytes() {
        checkOpen();
        return segments.values().stream().mapToLong(SpoolSegment::size).sum() + SpoolStream.SIZE;
    }

    /** Lets others open the directory. Idempotent; what else is called afterwards fails. */
    @Override
    public synchronized void close() throws IOException {
        if (!closed) {
            closed = true;
            try (lock) {
                tidy(true);
                closeFiles();
            }
        }
    }

    @GuardedBy("this")
    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("the spool " + directory + " is closed");
        }
    }

    @GuardedBy("this")
    private SpoolSegment last() {
        return segments.lastEntry().getValue();
    }

    /** Notes what is acknowledged, and deletes the segments that are done: in this order, or they would seem to be missing. */
    @GuardedBy("this")
    private void tidy(boolean note) {
        try {
            if (note) {
                stream.note(acknowledged);
                noteAgain = Moments.in(time, NOTE_EVERY);
            }
            if (acknowledged + 1 == last().next() && last().fullAt(full)) {
                roll();
            }
            var done = segments.headMap(segments.floorKey(acknowledged + 1), false);
            if (!done.isEmpty()) {
                stream.note(acknowledged);
                stream.force();
                while (!done.isEmpty()) {
                    done.pollFirstEntry().getValue().delete();
                }
            }
        } catch (IOException e) {
            if (!noteFailed) {
                noteFailed = true;
                log.log(Level.WARNING, () -> "messages may be sent again when the spool " + directory + " is opened anew", e);
            }
        }
    }

    /** The full segment is on the device before the next begins: what even a power failure tears is in the last one. */
    @GuardedBy("this")
    private SpoolSegment roll() throws IOException {
        var old = last();
        old.force();
        var fresh = begin(old.next());
        old.close();
        return fresh;
    }

    @GuardedBy("this")
    private SpoolSegment begin(long number) throws IOException {
        var digits = Long.toString(number);
        var segment = SpoolSegment.create(directory.resolve("0".repeat(DIGITS - digits.length()) + digits + SUFFIX), number, stream.header());
        segments.put(number, segment);
        return segment;
    }

    @GuardedBy("this")
    private void recover(NavigableMap<Long, Path> files) throws IOException {
        acknowledged = stream.position();
        if (acknowledged < 0 && !files.isEmpty()) {
            acknowledged = files.firstKey() - 1;
            log.log(Level.WARNING, () -> stream + " is damaged, and can't tell what was acknowledged: all that is there is sent again");
        }
        if (files.isEmpty() && acknowledged == 0) {
            begin(1);
            return;
        }
        var from = files.floorKey(acknowledged + 1);
        if (from == null) {
            throw new IOException("a segment is missing in the spool " + directory + ", which held message " + (acknowledged + 1));
        }
        for (var done = files.headMap(from, false); !done.isEmpty();) {
            Files.delete(done.pollFirstEntry().getValue());
        }
        for (var file : files.entrySet()) {
            var following = files.higherKey(file.getKey());
            var segment = SpoolSegment.recover(file.getValue(), file.getKey(), stream.header(), following == null, log);
            segments.put(file.getKey(), segment);
            if (following != null) {
                if (segment.next() != following) {
                    throw segment.damaged(segment.size(), segment.next());
                }
                segment.close();
            }
        }
        // A power failure may leave fewer messages than acknowledgements: no number is used twice even so.
        var last = last();
        if (last.next() <= acknowledged) {
            begin(acknowledged + 1);
            segments.remove(last.first());
            last.delete();
        }
    }

    /** The segments, by their first numbers. Files of other names are none of ours. */
    private NavigableMap<Long, Path> files() throws IOException {
        var files = new TreeMap<Long, Path>();
        try (var all = Files.newDirectoryStream(directory, "*" + SUFFIX)) {
            for (var path : all) {
                var name = path.getFileName().toString();
                var digits = name.substring(0, name.length() - SUFFIX.length());
                // Two zeros, as every number of ours has them in front, make it one that fits into a long.
                if (digits.length() == DIGITS && digits.startsWith("00") && digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
                    files.put(Long.valueOf(digits), path);
                }
            }
        }
        files.remove(0L);
        return files;
    }

    @GuardedBy("this")
    private void closeFiles() throws IOException {
        for (var segment : segments.values()) {
            segment.close();
        }
        stream.close();
    }
}
