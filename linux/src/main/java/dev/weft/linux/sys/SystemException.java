package dev.weft.linux.sys;

import java.net.SocketException;

/** The failure of a system call, with the C library's message, as java.nio's exceptions have it. */
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

    /** For a failed epoll_ctl(2): ENOSPC there means that the user has no watches left, and not that a device is full. */
    public static SystemException ofWatch(int errno) {
        return errno == Errno.ENOSPC
                ? new SystemException(errno, "no more descriptors can be watched: this user's fs.epoll.max_user_watches is used up")
                : new SystemException(errno);
    }

    public int errno() {
        return errno;
    }
}
