package dev.weft.linux.poll;

import dev.weft.linux.sys.Descriptor;

/** A descriptor that the waiter itself watches; the watch ends with it. */
public final class WatchedDescriptor extends Descriptor {
    public WatchedDescriptor(int number) {
        super(number);
    }

    /** A close alone does not end it where another process holds the socket too, as systemd does: epoll(7), question 6. */
    @Override
    public void beforeFree() {
        Waiter.shared().unwatch(number());
    }
}
