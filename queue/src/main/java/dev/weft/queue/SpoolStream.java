package dev.weft.queue;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.zip.CRC32C;

/** The file of a {@link Spool} that says which stream it is, and up to where it is acknowledged. For one thread at a time. */
final class SpoolStream implements Closeable {
    /** What all files of the spool begin with: a magic, and the stream's identity. */
    static final int HEADER = 24;
    /** The whole file: the header, the position, the position's checksum. */
    static final int SIZE = HEADER + Long.BYTES + Integer.BYTES;

    private static final byte[] MAGIC = {'w', 'e', 'f', 't', 's', 'p', 'l', '1'};

    private final SpoolFile file;
    private final byte[] header = new byte[HEADER];
    private long position;

    private SpoolStream(SpoolFile file, ByteBuffer whole) throws IOException {
        this.file = file;
        whole.get(0, header);
        if (!Arrays.equals(header, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
            throw new IOException(file + " is not a spool's: it begins with other bytes");
        }
        this.position = whole.getLong(HEADER);
        if (position < 0 || position > Long.MAX_VALUE / 2 || whole.getInt(HEADER + Long.BYTES) != checksum(whole)) {
            position = -1;
        }
    }

    /**
     * The one of this directory.
     *
     * @param mayBegin whether a new one is made when there is none
     */
    static SpoolStream in(Path directory, boolean mayBegin) throws IOException {
        var path = directory.resolve("stream");
        if (Files.notExists(path, LinkOption.NOFOLLOW_LINKS)) {
            if (!mayBegin) {
                throw new IOException(path + " is missing, without which nobody knows what stream the spool's messages are of");
            }
            begin(path);
        }
        var file = new SpoolFile(path);
        try {
            var whole = ByteBuffer.allocate(SIZE);
            file.read(whole, 0);
            return new SpoolStream(file, whole);
        } catch (IOException e) {
            file.close();
            throw e;
        }
    }

    /** The file comes into being whole, so that there is no such thing as a torn one. */
    private static void begin(Path path) throws IOException {
        var whole = ByteBuffer.allocate(SIZE);
        var identity = new byte[HEADER - MAGIC.length];
        new SecureRandom().nextBytes(identity);
        whole.put(MAGIC).put(identity).putLong(0).putInt(checksum(whole)).flip();
        var fresh = path.resolveSibling(path.getFileName() + ".new");
        try (var file = SpoolFile.create(fresh)) {
            file.write(whole, 0);
            file.force();
        }
        Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE);
    }

    byte[] header() {
        return header;
    }

    StreamId identity() {
        return StreamId.of(Arrays.copyOfRange(header, MAGIC.length, HEADER));
    }

    /** The last number that was noted as acknowledged; negative when that can't be read. */
    long position() {
        return position;
    }

    void note(long acknowledged) throws IOException {
        if (acknowledged != position) {
            var whole = ByteBuffer.allocate(SIZE).put(header).putLong(acknowledged);
            file.write(whole.putInt(checksum(whole)).flip().position(HEADER), HEADER);
            position = acknowledged;
        }
    }

    void force() throws IOException {
        file.force();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    private static int checksum(ByteBuffer whole) {
        var crc = new CRC32C();
        crc.update(whole.slice(0, HEADER + Long.BYTES));
        return (int) crc.getValue();
    }

    @Override
    public String toString() {
        return file.toString();
    }
}
