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
 * A log in a directory in which a sender keeps its messages until they are acknowledged, so that they survive the death of its process. The log is
 * a row of segments; a segment is deleted when all its messages are acknowledged.
 *
 * <p>When {@link #appendAll} has returned, the operating system has the messages, so they outlive this process however it ends (kill -9); a record
 * costs one write and no fsync. A power failure may lose the messages that were appended last: only a full segment, and the acknowledged position
 * before a segment is deleted, are forced to the device. Messages that were acknowledged just before a kill may be sent again.
 *
 * <p>An incomplete record at the very end was left by a writer that died: it is cut off. Damage anywhere else is an {@link IOException}; no message
 * is skipped silently.
 *
 * <p>Messages are numbered from 1, without gaps, for as long as the directory exists. Safe for any number of threads.
 */
final class Spool implements Store {
    /** A segment of at least this many bytes is full. */
    static final int SEGMENT = 8 << 20;
    /** The longest message, in bytes. */
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
    /** By the number of the first message in each; there is always at least one. */
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
     * Opens the spool in this directory, and reads and verifies all that is in it. Makes the directory when there is none.
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

    /** The 16 bytes that identify this stream of messages. */
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
     * Appends these messages: all of them, or none when it fails. One write takes as many as fit into {@value SpoolFile#WINDOW} bytes. When the
     * process dies meanwhile, some of them may have been appended.
     *
     * @return the number of the first of them
     * @throws IOException when they could not be written, because the device is full for instance; the spool is then as it was before
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
     * Reads a message that isn't acknowledged yet. Fastest in ascending order.
     *
     * @throws IOException when it can't be read, or differs from what was appended
     * @throws IllegalArgumentException when no message has this number, or the message is acknowledged
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
     * Acknowledges all messages up to this one. Does nothing when they are acknowledged already. When the position can't be written, a warning is
     * logged once and nothing is thrown, as the only effect is that messages may be sent again.
     *
     * @throws IllegalArgumentException when no message has this number yet
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

    /** The size of all files of the spool, in bytes. */
    synchronized long bytes() {
        checkOpen();
        return segments.values().stream().mapToLong(SpoolSegment::size).sum() + SpoolStream.SIZE;
    }

    /** Closes the files, so that the directory can be opened again. Idempotent; every other method fails afterwards. */
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

    /** Writes the acknowledged position, then deletes the segments before it. In the other order, a crash between would make them seem lost. */
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

    /** Forces the full segment to the device before the next begins, so that a power failure can damage only the last one. */
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
        // After a power failure the position may be ahead of the messages. Begin after it, so that no number is used twice.
        var last = last();
        if (last.next() <= acknowledged) {
            begin(acknowledged + 1);
            segments.remove(last.first());
            last.delete();
        }
    }

    /** The files of the segments, by the number of the first message in each. Other files in the directory are ignored. */
    private NavigableMap<Long, Path> files() throws IOException {
        var files = new TreeMap<Long, Path>();
        try (var all = Files.newDirectoryStream(directory, "*" + SUFFIX)) {
            for (var path : all) {
                var name = path.getFileName().toString();
                var digits = name.substring(0, name.length() - SUFFIX.length());
                // Two leading zeros leave 18 digits, which always fit into a long.
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
