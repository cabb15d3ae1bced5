package dev.weft.linux.sys;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Prepares an orderly close, so that the peer can read all that was sent to it, and then the end of the stream (SPEC SS-23).
 *
 * <p>A close with unread data is a reset: on a TCP socket it discards what the peer has not read yet (RFC 1122, 4.2.2.13; tcp(7)), and on a
 * Unix socket the peer sees it before the end of the stream (unix(7), ECONNRESET). So the output ends first, and what has arrived is read and
 * dropped. Nothing here waits: a peer that goes on sending gets a reset, after the end.
 */
public final class Leaving {
    private static final int WASTE_SIZE = 64 * 1024;
    /** At most 1 MiB is read and dropped: a peer that has sent more may get a reset. */
    private static final int MOST_READS = 16;

    /** Any thread writes to it; no thread reads it. */
    private static final MemorySegment WASTE = Arena.global().allocate(WASTE_SIZE);

    /** Whether any socket of this process was told to reset its peer when it is closed (SO_LINGER of 0). */
    private static volatile boolean someReset;

    private Leaving() {}

    /** Records that a socket was given this time to linger. */
    static void lingers(int seconds) {
        if (seconds == 0) {
            someReset = true;
        }
    }

    /** Ends the output, then reads and drops what has arrived. The caller closes the descriptor. */
    public static void before(int fd, int family) {
        try {
            if (someReset && family != Libc.AF_UNIX && lingersNot(fd)) {
                return; // as its user wants it
            }
            Libc.shutdown(fd, family == Libc.AF_UNIX ? Libc.SHUT_RDWR : Libc.SHUT_WR); // a Unix peer then sends no more, and all it sent is here
            takeArrived(fd);
        } catch (IOException e) {
            // Not connected, or broken: there is nobody to leave anything to.
        }
    }

    private static void takeArrived(int fd) {
        try (var arena = Arena.ofConfined()) {
            var errno = Libc.errnoRoom(arena); // its own: another thread may be reading
            var reads = 0;
            while (reads < MOST_READS
                    && Libc.receiveFrom(fd, WASTE, Libc.MSG_DONTWAIT | Libc.MSG_NOSIGNAL, MemorySegment.NULL, MemorySegment.NULL, errno) > 0) {
                reads++;
            }
        }
    }

    private static boolean lingersNot(int fd) throws IOException {
        try (var arena = Arena.ofConfined()) {
            var linger = arena.allocate(Layouts.LINGER);
            Libc.option(fd, Sockets.SOL_SOCKET, Sockets.SO_LINGER, linger);
            return linger.get(JAVA_INT, 0) != 0 && linger.get(JAVA_INT, 4) == 0;
        }
    }
}
