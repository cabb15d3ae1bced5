/** The portable transport, on java.nio: TCP, Unix stream sockets and UDP. */
package dev.weft.net.nio;
