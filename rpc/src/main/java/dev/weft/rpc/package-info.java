/** gRPC servers and clients in plain blocking code. */
@org.jspecify.annotations.NullMarked
package dev.weft.rpc;
