package dev.weft.net.wire;

/** A place in the order of those who write to one connection. */
sealed interface Place permits Turn, Posted {}
