/** Tests of servers and clients, each through the public API. */
@org.jspecify.annotations.NullMarked
package dev.weft.rpc;
