package dev.weft.net.spi;

/** The reasons for which the system refuses to bind, connect or send, as far as error messages distinguish them. */
public enum SocketError {
    /** EADDRINUSE. */
    ADDRESS_IN_USE,
    /** EADDRNOTAVAIL. */
    NO_SUCH_ADDRESS,
    /** EACCES. */
    PERMISSION_DENIED,
    /** ENOENT. */
    NO_SUCH_FILE,
    /** ENAMETOOLONG for a path, EMSGSIZE for a datagram. */
    TOO_LONG,
    /** ECONNRESET. */
    RESET,
    /** EAGAIN of a Unix socket's connect. */
    QUEUE_FULL,
    /** ECONNREFUSED. */
    REFUSED,
    /** Any other; the message is then the system's own. */
    OTHER
}
