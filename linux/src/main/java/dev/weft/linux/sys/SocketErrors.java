package dev.weft.linux.sys;

import java.io.IOException;

import dev.weft.net.spi.SocketError;

/** What error numbers mean for bind, connect and send. */
public final class SocketErrors {
    private SocketErrors() {}

    /** Why a call failed. */
    public static SocketError of(IOException failure) {
        return failure instanceof SystemException system ? of(system.errno()) : SocketError.OTHER;
    }

    private static SocketError of(int errno) {
        return switch (errno) {
            case Errno.EADDRINUSE -> SocketError.ADDRESS_IN_USE;
            case Errno.EADDRNOTAVAIL -> SocketError.NO_SUCH_ADDRESS;
            case Errno.EACCES -> SocketError.PERMISSION_DENIED;
            case Errno.ENOENT -> SocketError.NO_SUCH_FILE;
            case Errno.EMSGSIZE, Errno.ENAMETOOLONG -> SocketError.TOO_LONG;
            case Errno.ECONNRESET -> SocketError.RESET;
            case Errno.EAGAIN -> SocketError.QUEUE_FULL;
            case Errno.ECONNREFUSED -> SocketError.REFUSED;
            default -> SocketError.OTHER;
        };
    }
}
