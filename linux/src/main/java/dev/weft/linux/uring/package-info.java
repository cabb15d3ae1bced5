/** Rings of io_uring, and the streams that receive through them. */
package dev.weft.linux.uring;
