package dev.weft.linux.poll;

import dev.weft.linux.sys.Libc;
import dev.weft.net.spi.Readiness;

/** Whether a descriptor may be ready, for the virtual threads that wait for it. */
public final class VirtualWatch extends Watched {
    private final Readiness readable = new Readiness(false);
    private final Readiness writable = new Readiness(false);

    public Readiness readable() {
        return readable;
    }

    public Readiness writable() {
        return writable;
    }

    @Override
    public void ready(int events) {
        if ((events & ~Libc.EPOLLOUT) != 0) {
            readable.signal();
        }
        if ((events & (Libc.EPOLLOUT | Libc.EPOLLHUP | Libc.EPOLLERR)) != 0) {
            writable.signal();
        }
    }
}
