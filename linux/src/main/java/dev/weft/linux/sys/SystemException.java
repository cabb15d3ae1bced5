package dev.weft.linux.sys;

import java.net.SocketException;

/** A system call failed; the message is the C library's, as for java.nio's. */
public final class SystemException extends SocketException {
    private static final long serialVersionUID = 1L;

    private final int errno;

    public SystemException(int errno) {
        super(Libc.describe(errno));
        this.errno = errno;
    }

    private SystemException(int errno, String message) {
        super(message);
        this.errno = errno;
    }

    /** A watch could not be had: epoll_ctl(2) says ENOSPC where the user's watches are used up, which has nothing to do with a device. */
    public static SystemException ofWatch(int errno) {
        return errno == Errno.ENOSPC
                ? new SystemException(errno, "no more descriptors can be watched: this user's fs.epoll.max_user_watches is used up")
                : new SystemException(errno);
    }

    public int errno() {
        return errno;
    }
}
