package dev.weft.linux;

/** A descriptor that the waiter itself watches; the watch ends with it. */
final class WatchedDescriptor extends Descriptor {
    WatchedDescriptor(int number) {
        super(number);
    }

    /** A close alone does not end it where another process holds the socket too, as systemd does: epoll(7), question 6. */
    @Override
    void beforeFree() {
        Waiter.shared().unwatch(number());
    }
}
