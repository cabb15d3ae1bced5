/** The native Linux transport: {@code epoll}, chosen by itself, and {@code io_uring}, chosen by name. */
@org.jspecify.annotations.NullMarked
package dev.weft.linux;
