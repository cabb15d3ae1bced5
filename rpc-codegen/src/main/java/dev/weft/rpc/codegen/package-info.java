/**
 * The protoc plugin behind {@code dev.weft.rpc}.
 *
 * <p>{@link dev.weft.rpc.codegen.ProtocPlugin} is the program. The rest follows a {@code .proto} file on its way into Java:
 * {@code ProtoFiles} links what protoc sends, {@code ServiceWriter} writes one interface, with names from {@code JavaNames} and
 * {@code Scope} and Javadoc from {@code Comments}.
 */
@org.jspecify.annotations.NullMarked
package dev.weft.rpc.codegen;
