/** Named messages, hooks and values. */
@org.jspecify.annotations.NullMarked
package dev.weft.message;
