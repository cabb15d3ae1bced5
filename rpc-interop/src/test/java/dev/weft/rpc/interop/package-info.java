/** gRPC's interoperability suite: <a href="https://github.com/grpc/grpc/blob/master/doc/interop-test-descriptions.md">its cases</a>. */
@org.jspecify.annotations.NullMarked
package dev.weft.rpc.interop;
