package dev.weft.message;

import java.io.InputStream;
import java.util.Arrays;
import java.util.Random;

/** A stream as networks give it: each read returns one piece, or a part of it, and what is available is the rest of that piece. */
final class FramePieces extends InputStream {
    private final byte[] bytes;
    private final int[] ends;
    private int at;
    private int piece;

    private FramePieces(byte[] bytes, int[] ends) {
        this.bytes = bytes;
        this.ends = ends;
    }

    /** In two pieces. */
    static FramePieces cutAt(byte[] bytes, int cut) {
        return new FramePieces(bytes, new int[] {cut, bytes.length});
    }

    /** In pieces of random length, the longest of so many bytes. */
    static FramePieces of(byte[] bytes, int longest, Random random) {
        var ends = new int[bytes.length];
        var n = 0;
        for (int end = 0; end < bytes.length;) {
            end = Math.min(bytes.length, end + 1 + random.nextInt(longest));
            ends[n++] = end;
        }
        return new FramePieces(bytes, Arrays.copyOf(ends, n));
    }

    @Override
    public int read() {
        var one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) {
        if (length == 0) {
            return 0;
        }
        if (at == bytes.length) {
            return -1;
        }
        var n = Math.min(length, available());
        System.arraycopy(bytes, at, into, offset, n);
        at += n;
        return n;
    }

    @Override
    public int available() {
        while (piece < ends.length && ends[piece] <= at) {
            piece++;
        }
        return piece < ends.length ? ends[piece] - at : 0;
    }
}
