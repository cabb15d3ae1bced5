package dev.weft.net.wire;

/** A place in the order of the writers of one connection. */
sealed interface Place permits Turn, Posted {}
