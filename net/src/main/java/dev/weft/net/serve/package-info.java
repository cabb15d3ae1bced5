/** How a server serves: the loop that accepts, the requests that run, the ways to end it. It knows no connections and no datagrams. */
package dev.weft.net.serve;
