package dev.weft.linux;

/** The suite on io_uring; datagrams are epoll's there too. */
class UringConformanceTest extends LinuxConformance {
    UringConformanceTest() {
        super("io_uring");
    }
}
