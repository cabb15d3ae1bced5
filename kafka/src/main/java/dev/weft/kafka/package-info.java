/** Sources, sinks and pipelines on topics of Apache Kafka. */
@org.jspecify.annotations.NullMarked
package dev.weft.kafka;
