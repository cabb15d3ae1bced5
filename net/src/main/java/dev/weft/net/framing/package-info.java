/** How the built-in framings read and write their messages, on a connection's own buffer or on any stream. */
package dev.weft.net.framing;
