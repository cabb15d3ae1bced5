package dev.weft.linux.poll;

import dev.weft.linux.sys.Descriptor;

/** A descriptor that the waiter itself watches, until it is closed. */
public final class WatchedDescriptor extends Descriptor {
    public WatchedDescriptor(int number) {
        super(number);
    }

    /** Ends the watch first: a close alone does not end it while another process holds the socket too, as systemd does (epoll(7), question 6). */
    @Override
    public void beforeFree() {
        Waiter.shared().unwatch(number());
    }
}
