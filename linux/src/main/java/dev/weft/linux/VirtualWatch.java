package dev.weft.linux;

import dev.weft.net.spi.Readiness;

/** Whether a descriptor may be ready, for the virtual threads that wait for it. */
final class VirtualWatch extends Watched {
    private final Readiness readable = new Readiness(false);
    private final Readiness writable = new Readiness(false);

    Readiness readable() {
        return readable;
    }

    Readiness writable() {
        return writable;
    }

    @Override
    void ready(int events) {
        if ((events & ~Libc.EPOLLOUT) != 0) {
            readable.signal();
        }
        if ((events & (Libc.EPOLLOUT | Libc.EPOLLHUP | Libc.EPOLLERR)) != 0) {
            writable.signal();
        }
    }
}
