package dev.weft.rpc.interop;

/** Headers that the suite's server sends back. */
final class Echo {
    /** With its headers. */
    static final String INITIAL = "x-grpc-test-echo-initial";
    /** With the status. */
    static final String TRAILING = "x-grpc-test-echo-trailing-bin";

    private Echo() {}
}
