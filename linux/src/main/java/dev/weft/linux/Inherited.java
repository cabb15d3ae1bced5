package dev.weft.linux;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;

import dev.weft.net.Address;
import dev.weft.net.support.SafeLog;
import org.jspecify.annotations.Nullable;

/**
 * Sockets that this process was started with: those of systemd's socket activation (LISTEN_PID, LISTEN_FDS: sd_listen_fds(3)), or inetd's in
 * "wait" mode, which is descriptor 0.
 *
 * <p>A server that is bound to the address of one gets that one, and no new socket is made; each is given out once.
 */
final class Inherited {
    private static final SafeLog LOG = SafeLog.of("dev.weft.linux");
    /** SD_LISTEN_FDS_START. */
    private static final int FIRST = 3;
    private static final int F_SETFD = 2;
    private static final int F_GETFL = 3;
    private static final int F_SETFL = 4;
    private static final int O_NONBLOCK = 0x800;
    private static final int FD_CLOEXEC = 1;

    private record Key(Address address, int type) {}

    private static final class Known {
        static final Map<Key, Integer> SOCKETS = find();
    }

    private Inherited() {}

    /** The inherited socket of this type at this address, if there is one left. */
    static OptionalInt take(Address address, int type) throws IOException {
        synchronized (Known.SOCKETS) {
            if (Known.SOCKETS.isEmpty()) {
                return OptionalInt.empty();
            }
            var asBound = address.kind() == Address.Kind.INET && !address.isAny() ? Address.of(address.resolve().getFirst()) : address;
            var fd = Known.SOCKETS.remove(new Key(asBound, type));
            return fd == null ? OptionalInt.empty() : OptionalInt.of(fd);
        }
    }

    /** What is made of an inherited descriptor; it is left for the next attempt if that fails. */
    static <T> T orGiveBack(int fd, Sockets.Making<T> making) throws IOException {
        try {
            return making.of(fd);
        } catch (IOException | RuntimeException | Error e) {
            synchronized (Known.SOCKETS) {
                add(Known.SOCKETS, fd);
            }
            throw e;
        }
    }

    private static Map<Key, Integer> find() {
        var sockets = new HashMap<Key, Integer>();
        try {
            add(sockets, 0);
        } catch (IOException e) {
            // A terminal, a file, a pipe: what a standard input usually is.
        }
        var count = String.valueOf(ProcessHandle.current().pid()).equals(System.getenv("LISTEN_PID")) ? number(System.getenv("LISTEN_FDS")) : 0;
        for (int fd = FIRST; fd < FIRST + count; fd++) {
            try {
                add(sockets, fd);
            } catch (IOException e) {
                var number = fd;
                LOG.log(Level.WARNING, () -> "the inherited descriptor " + number + " can't be listened on: " + e.getMessage());
            }
        }
        return sockets;
    }

    private static int number(@Nullable String text) {
        try {
            return Math.clamp(Integer.parseInt(String.valueOf(text)), 0, 1024);
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    private static void add(Map<Key, Integer> sockets, int fd) throws IOException {
        var key = new Key(Sockets.localName(fd), Sockets.typeOf(fd));
        if (key.type == Libc.SOCK_STREAM && !Sockets.listens(fd)) {
            return; // a connection
        }
        Libc.control(fd, F_SETFD, FD_CLOEXEC);
        Libc.control(fd, F_SETFL, Libc.control(fd, F_GETFL, 0) | O_NONBLOCK);
        sockets.put(key, fd);
    }
}
