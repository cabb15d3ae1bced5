/** What a transport must offer: non-blocking reads and writes, and waits that any thread may end. */
@org.jspecify.annotations.NullMarked
package dev.weft.net.spi;
