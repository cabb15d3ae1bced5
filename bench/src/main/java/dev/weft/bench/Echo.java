package dev.weft.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * Echo in blocking code, the same for Weft and for the JDK's sockets: what is read is written. The array begins small, which keeps a
 * thousand of them in the cache, and grows while reads fill it, as Netty's receive buffers do.
 */
final class Echo {
    private static final int FIRST = 4 * 1024;
    private static final int MOST = 64 * 1024;

    private Echo() {}

    static void run(InputStream in, OutputStream out) throws IOException {
        var buffer = new byte[FIRST];
        for (int n; (n = in.read(buffer)) >= 0;) {
            out.write(buffer, 0, n);
            if (n == buffer.length && n < MOST) {
                buffer = new byte[2 * n];
            }
        }
    }
}
