/** What a transport must offer: non-blocking byte moves, and waits that anybody may end. */
@org.jspecify.annotations.NullMarked
package dev.weft.net.spi;
