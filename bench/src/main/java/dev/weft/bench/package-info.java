/** Servers to be measured side by side, a load for machines without a C compiler, and JMH benchmarks of the small parts. */
@org.jspecify.annotations.NullMarked
package dev.weft.bench;
