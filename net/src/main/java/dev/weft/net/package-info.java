/** Servers, handlers, connections, datagrams, framing, admission, drain: the public API and its portable implementation. */
@org.jspecify.annotations.NullMarked
package dev.weft.net;
