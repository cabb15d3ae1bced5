package dev.weft.linux;

/** The suite on epoll. */
class ConformanceTest extends LinuxConformance {
    ConformanceTest() {
        super("epoll");
    }
}
