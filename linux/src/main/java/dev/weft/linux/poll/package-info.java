/** Waiting for the kernel's events: the platform thread that blocks, and the loops on virtual threads. */
package dev.weft.linux.poll;
