/** Links between queues, and services between links. */
@org.jspecify.annotations.NullMarked
package dev.weft.queue;
