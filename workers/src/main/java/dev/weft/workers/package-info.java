/** Worker processes: the server's side, {@link dev.weft.workers.ProcessPools}, and the program that a worker runs. */
@org.jspecify.annotations.NullMarked
package dev.weft.workers;
