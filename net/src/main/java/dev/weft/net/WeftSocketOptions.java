package dev.weft.net;

import java.net.SocketOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** Socket options beyond java.net.StandardSocketOptions; set like those. */
public final class WeftSocketOptions {
    /**
     * The file mode of a Unix server's socket, {@code PosixFilePermissions.fromString("rw-rw----")}; default as the umask says. It is set
     * right after the socket was bound: where that moment matters, put the socket into a folder that others can't enter.
     */
    @SuppressWarnings({"unchecked", "rawtypes"})
    public static final SocketOption<Set<PosixFilePermission>> UNIX_MODE = new Option<>("UNIX_MODE", (Class) Set.class);

    /**
     * Whether a Unix server removes the socket file: a stale one, which a killed server has left and on which no server listens, before it binds;
     * and its own when it closes, unless another file has taken its place. Default false: no file is ever deleted (SPEC SS-49). The file of
     * an inherited socket is never deleted.
     */
    public static final SocketOption<Boolean> UNIX_UNLINK = new Option<>("UNIX_UNLINK", Boolean.class);

    /** Whether an IPv6 server refuses IPv4 peers; needs the native transport. */
    public static final SocketOption<Boolean> IPV6_ONLY = new Option<>("IPV6_ONLY", Boolean.class);

    /**
     * How many listening sockets a TCP server has on its one port (SO_REUSEPORT), each with a thread of its own that accepts; the kernel
     * spreads new connections over them. Default 1, which suffices for some ten thousand new connections a second; needs the native
     * transport. A few connections are accepted ahead of the server's admission.
     */
    public static final SocketOption<Integer> ACCEPTORS = new Option<>("ACCEPTORS", Integer.class);

    private WeftSocketOptions() {}

    /** The file mode of a Unix server's socket, written as {@code ls -l} does: {@code unixMode("rw-rw----")}. */
    public static Set<PosixFilePermission> unixMode(String permissions) {
        return PosixFilePermissions.fromString(permissions);
    }

    /** Compared by identity, like java.net's own. */
    private static final class Option<T> implements SocketOption<T> {
        private final String name;
        private final Class<T> type;

        Option(String name, Class<T> type) {
            this.name = name;
            this.type = type;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public Class<T> type() {
            return type;
        }

        @Override
        public String toString() {
            return name;
        }
    }
}
