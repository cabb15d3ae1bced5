/** Connections inside one process, for tests without a network. */
package dev.weft.net.memory;
