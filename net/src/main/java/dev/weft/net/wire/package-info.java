/** The bytes of one connection: its only read buffer, its only write order, the waits for its peer. */
package dev.weft.net.wire;
