/** What several of Weft's modules need and nobody else should use: logging, text of strangers, the exit of the process. Exported to them alone. */
package dev.weft.net.support;
