package dev.weft.linux.socket;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import dev.weft.linux.sys.Libc;
import dev.weft.linux.sys.Sockets;
import dev.weft.net.Address;
import dev.weft.net.support.SafeLog;
import org.jspecify.annotations.Nullable;

/**
 * Sockets that this process was started with: those of systemd's socket activation (LISTEN_PID, LISTEN_FDS: sd_listen_fds(3)), or inetd's in
 * "wait" mode, which is descriptor 0.
 *
 * <p>A server that is bound to the address of one gets that one, and no new socket is made; each is given out once. It gets all that are
 * bound to its address: one for IPv4 and one for IPv6 at every interface, which is one address here (BindIPv6Only in systemd.socket(5)), or
 * several that share a port (ReusePort). One that no server took would keep its clients waiting for ever.
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
        static final Map<Key, List<Integer>> SOCKETS = find();
    }

    private Inherited() {}

    /** The inherited sockets of this type at this address that no server has taken. */
    static List<Integer> take(Address address, int type) throws IOException {
        synchronized (Known.SOCKETS) {
            if (Known.SOCKETS.isEmpty()) {
                return List.of();
            }
            var taken = Known.SOCKETS.remove(new Key(asBound(address), type));
            return taken == null ? List.of() : taken;
        }
    }

    private static Address asBound(Address address) throws IOException {
        if (address.kind() != Address.Kind.INET) {
            return address;
        }
        return address.isAny() ? Address.any(address.port()) : Address.of(address.resolve().getFirst());
    }

    /** Makes something of inherited descriptors. */
    @FunctionalInterface
    interface Making<T> {
        T of(List<Integer> fds) throws IOException;
    }

    /** Makes something of inherited descriptors. If that fails, they are kept for the next attempt. */
    static <T> T orGiveBack(List<Integer> fds, Making<T> making) throws IOException {
        try {
            return making.of(fds);
        } catch (IOException | RuntimeException | Error e) {
            synchronized (Known.SOCKETS) {
                for (var fd : fds) {
                    add(Known.SOCKETS, fd);
                }
            }
            throw e;
        }
    }

    private static Map<Key, List<Integer>> find() {
        var sockets = new HashMap<Key, List<Integer>>();
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

    private static void add(Map<Key, List<Integer>> sockets, int fd) throws IOException {
        var key = new Key(Sockets.localName(fd), Sockets.typeOf(fd));
        if (key.type == Libc.SOCK_STREAM && !Sockets.listens(fd)) {
            return; // a connection
        }
        Libc.control(fd, F_SETFD, FD_CLOEXEC);
        Libc.control(fd, F_SETFL, Libc.control(fd, F_GETFL, 0) | O_NONBLOCK);
        sockets.computeIfAbsent(key, _ -> new ArrayList<>(1)).add(fd);
    }
}
