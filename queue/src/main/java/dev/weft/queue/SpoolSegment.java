package dev.weft.queue;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;

import dev.weft.net.support.SafeLog;

/** One file of a {@link Spool}: a header and consecutive records. It remembers where each record begins. For one thread at a time. */
final class SpoolSegment implements Closeable {
    /** The bytes before a payload: length, checksum and number. */
    static final int RECORD = 16;

    private final SpoolFile file;
    private final long first;
    private final CRC32C crc = new CRC32C();
    /** What a record's checksum covers besides the payload: header, length, number. */
    private final ByteBuffer covered = ByteBuffer.allocate(SpoolStream.HEADER + Integer.BYTES + Long.BYTES);
    private long[] starts = new long[16];
    private int count;
    private long size = SpoolStream.HEADER;
    /** Whether a failed append may have left bytes after the last record. */
    private boolean ragged;

    private SpoolSegment(SpoolFile file, long first, byte[] header) {
        this.file = file;
        this.first = first;
        covered.put(0, header);
    }

    static SpoolSegment create(Path path, long first, byte[] header) throws IOException {
        var segment = new SpoolSegment(SpoolFile.create(path), first, header);
        try {
            segment.file.write(ByteBuffer.wrap(header), 0);
            return segment;
        } catch (IOException e) {
            segment.close();
            throw e;
        }
    }

    /**
     * Reads and verifies all records.
     *
     * @param last whether the writer may have died while it appended: an incomplete record at the end is then cut off
     */
    static SpoolSegment recover(Path path, long first, byte[] header, boolean last, SafeLog log) throws IOException {
        var segment = new SpoolSegment(new SpoolFile(path), first, header);
        try {
            segment.recover(last, log);
            return segment;
        } catch (IOException e) {
            segment.close();
            throw e;
        }
    }

    long first() {
        return first;
    }

    /** The number of the first record after this segment. */
    long next() {
        return first + count;
    }

    long size() {
        return size;
    }

    boolean fullAt(long limit) {
        return count > 0 && size >= limit;
    }

    /**
     * Appends all of them, or none.
     *
     * @param through a buffer that collects records, so that a batch of small ones is one write
     */
    void append(List<byte[]> messages, ByteBuffer through) throws IOException {
        mend();
        var before = count;
        var end = size;
        ragged = true;
        try {
            through.clear();
            for (var message : messages) {
                end = put(message, end, through);
            }
            size = flush(end, through);
            ragged = false;
        } catch (IOException | RuntimeException | Error e) {
            count = before;
            try {
                mend();
            } catch (IOException again) {
                e.addSuppressed(again);
            }
            throw e;
        }
    }

    /** Puts a record into the buffer, and writes the buffer whenever it is full. Returns where the next write goes. */
    private long put(byte[] message, long written, ByteBuffer through) throws IOException {
        var end = through.remaining() < RECORD ? flush(written, through) : written;
        begin(message.length, next());
        crc.update(message);
        var start = end + through.position();
        through.putInt(message.length).putInt((int) crc.getValue()).putLong(next());
        for (int at = 0; at < message.length;) {
            if (!through.hasRemaining()) {
                end = flush(end, through);
            }
            var piece = Math.min(message.length - at, through.remaining());
            through.put(message, at, piece);
            at += piece;
        }
        add(start);
        return end;
    }

    private long flush(long written, ByteBuffer through) throws IOException {
        var more = through.flip().limit();
        file.write(through, written);
        through.clear();
        return written + more;
    }

    /** Removes the bytes that a failed append left. */
    private void mend() throws IOException {
        if (ragged) {
            file.cut(size);
            ragged = false;
        }
    }

    byte[] read(long number) throws IOException {
        var index = (int) (number - first);
        var start = starts[index];
        var payload = new byte[(int) ((index + 1 < count ? starts[index + 1] : size) - start - RECORD)];
        var head = file.at(start, RECORD, size);
        var sound = head.getInt() == payload.length;
        var sum = head.getInt();
        sound &= head.getLong() == number;
        for (int at = 0; at < payload.length;) {
            var piece = Math.min(payload.length - at, SpoolFile.WINDOW);
            file.at(start + RECORD + at, piece, size).get(payload, at, piece);
            at += piece;
        }
        begin(payload.length, number);
        crc.update(payload);
        if (!sound || sum != (int) crc.getValue()) {
            throw damaged(start, number);
        }
        return payload;
    }

    void force() throws IOException {
        file.force();
    }

    /** Releases the descriptor and the memory; the next use takes them again. */
    @Override
    public void close() throws IOException {
        file.close();
    }

    void delete() throws IOException {
        file.close();
        Files.deleteIfExists(file.path());
    }

    private void recover(boolean last, SafeLog log) throws IOException {
        var length = file.size();
        if (length < SpoolStream.HEADER && last) {
            tear(0, length, log);
            file.write(covered.slice(0, SpoolStream.HEADER), 0);
            return;
        }
        if (length < SpoolStream.HEADER || !file.at(0, SpoolStream.HEADER, length).equals(covered.slice(0, SpoolStream.HEADER))) {
            throw new IOException(file + " is no segment of this spool: its first " + SpoolStream.HEADER + " bytes are not the spool's own");
        }
        while (size < length) {
            var payload = whole(size, next(), length);
            if (payload < 0) {
                if (!last || goesOn(length)) {
                    throw damaged(size, next());
                }
                tear(size, length, log);
                return;
            }
            add(size);
            size += RECORD + payload;
        }
    }

    private void tear(long at, long length, SafeLog log) throws IOException {
        log.log(System.Logger.Level.WARNING,
                () -> file + " is torn at byte " + at + ", where its writer died: the " + (length - at) + " bytes from there are dropped");
        file.cut(at);
    }

    /** The length of the payload of the record at this place; negative when there is no whole record. */
    private int whole(long at, long number, long end) throws IOException {
        if (end - at < RECORD) {
            return -1;
        }
        var head = file.at(at, RECORD, end);
        var length = head.getInt();
        var sum = head.getInt();
        if (length < 0 || length > end - at - RECORD || head.getLong() != number) {
            return -1;
        }
        begin(length, number);
        for (int done = 0; done < length;) {
            var piece = Math.min(length - done, SpoolFile.WINDOW);
            crc.update(file.at(at + RECORD + done, piece, end));
            done += piece;
        }
        return sum == (int) crc.getValue() ? length : -1;
    }

    /**
     * Whether a whole record follows somewhere after the last good one. If so, the bytes between are damage, not an incomplete append. Every checksum
     * covers the stream's identity, so a message that contains a piece of another spool is not taken for a record.
     */
    private boolean goesOn(long end) throws IOException {
        for (long at = size + 1; at <= end - RECORD; at++) {
            var head = file.at(at, RECORD, end);
            var ahead = head.getLong(head.position() + Long.BYTES) - next();
            if (ahead >= 0 && ahead <= (at - size) / RECORD && whole(at, next() + ahead, end) >= 0) {
                return true;
            }
        }
        return false;
    }

    /** The failure to throw: it names the file, the byte and the message. */
    IOException damaged(long at, long number) {
        return new IOException(file + " is damaged at byte " + at + ", where message " + number + " should be, and messages may follow:"
                + " set the spool's directory aside to begin anew without them");
    }

    private void begin(int length, long number) {
        covered.putInt(SpoolStream.HEADER, length).putLong(SpoolStream.HEADER + Integer.BYTES, number);
        crc.reset();
        crc.update(covered.array());
    }

    private void add(long start) {
        if (count == starts.length) {
            starts = Arrays.copyOf(starts, count * 2);
        }
        starts[count++] = start;
    }
}
