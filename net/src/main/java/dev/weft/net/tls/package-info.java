/** TLS over any stream channel, on the JDK's SSLEngine, and the PEM files that it takes keys and certificates from. */
package dev.weft.net.tls;
