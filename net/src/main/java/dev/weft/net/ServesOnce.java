package dev.weft.net;

/** A handler whose object serves one request: a server takes its class, not an object. */
interface ServesOnce {}
