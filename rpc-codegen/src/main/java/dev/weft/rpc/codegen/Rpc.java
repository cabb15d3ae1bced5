package dev.weft.rpc.codegen;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.GeneratorNames;

/**
 * One rpc of a service, and what it is called in Java.
 *
 * @param descriptor what the file says
 * @param method its method, in the interface and in the client
 * @param constant its constant in the client
 * @param request the qualified class of its requests
 * @param response the qualified class of its responses
 */
record Rpc(MethodDescriptor descriptor, String method, String constant, String request, String response) {
    /** Where requests and responses are one or many (SPEC RPC-1). */
    enum Kind {
        UNARY("unary"), SERVER_STREAM("serverStream"), CLIENT_STREAM("clientStream"), EXCHANGE("exchange");

        /** The method of {@code RpcClient} that calls it, and of {@code RpcService.Definition} that serves it. */
        final String verb;

        Kind(String verb) {
            this.verb = verb;
        }
    }

    static String javaClass(Descriptor message) {
        return GeneratorNames.getQualifiedClassName(message);
    }

    Kind kind() {
        if (descriptor.isClientStreaming()) {
            return descriptor.isServerStreaming() ? Kind.EXCHANGE : Kind.CLIENT_STREAM;
        }
        return descriptor.isServerStreaming() ? Kind.SERVER_STREAM : Kind.UNARY;
    }

    boolean deprecated() {
        return descriptor.getOptions().getDeprecated();
    }

    /** As in the file, with the package left out where it is the file's own. */
    String declaration() {
        return "rpc " + descriptor.getName() + "(" + (descriptor.isClientStreaming() ? "stream " : "") + shortName(descriptor.getInputType())
                + ") returns (" + (descriptor.isServerStreaming() ? "stream " : "") + shortName(descriptor.getOutputType()) + ")";
    }

    private String shortName(Descriptor message) {
        var own = descriptor.getFile().getPackage();
        var inside = !own.isEmpty() && message.getFile().getPackage().equals(own);
        return inside ? message.getFullName().substring(own.length() + 1) : message.getFullName();
    }
}
