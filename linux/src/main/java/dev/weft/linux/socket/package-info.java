/** Listeners, streams and datagram sockets on epoll, and how each is made. */
package dev.weft.linux.socket;
