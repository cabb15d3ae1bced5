package dev.weft.linux;

import java.net.SocketException;

/** A system call failed; the message is the C library's, as for java.nio's. */
final class SystemException extends SocketException {
    private static final long serialVersionUID = 1L;

    private final int errno;

    SystemException(int errno) {
        super(Libc.describe(errno));
        this.errno = errno;
    }

    int errno() {
        return errno;
    }
}
