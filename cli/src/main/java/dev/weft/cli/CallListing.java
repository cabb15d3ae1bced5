package dev.weft.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.GenericDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;

/** Services, messages and enums as lines for people, much as a .proto file has them. */
final class CallListing {
    private CallListing() {}

    /** A method by the name that {@code weft call} takes, and its types. */
    static String method(MethodDescriptor method) {
        return method.getService().getFullName() + "/" + method.getName() + signature(method);
    }

    static List<String> describe(GenericDescriptor what) {
        var lines = new ArrayList<String>();
        switch (what) {
            case Descriptor message -> {
                lines.add("message " + message.getFullName() + " {");
                message.getFields().stream().filter(f -> f.getRealContainingOneof() == null).forEach(f -> lines.add("  " + field(f)));
                message.getRealOneofs().forEach(oneof -> {
                    lines.add("  oneof " + oneof.getName() + " {");
                    oneof.getFields().forEach(f -> lines.add("    " + field(f)));
                    lines.add("  }");
                });
            }
            case EnumDescriptor type -> {
                lines.add("enum " + type.getFullName() + " {");
                type.getValues().forEach(value -> lines.add("  " + value.getName() + " = " + value.getNumber() + ";"));
            }
            case ServiceDescriptor service -> {
                lines.add("service " + service.getFullName() + " {");
                service.getMethods().forEach(method -> lines.add("  rpc " + method.getName() + signature(method) + ";"));
            }
            default -> throw new IllegalArgumentException(what.getFullName() + " is neither a message, an enum nor a service");
        }
        lines.add("}");
        return lines;
    }

    private static String signature(MethodDescriptor method) {
        return " (" + type(method.isClientStreaming(), method.getInputType()) + ") returns ("
                + type(method.isServerStreaming(), method.getOutputType()) + ")";
    }

    private static String type(boolean stream, Descriptor type) {
        return (stream ? "stream " : "") + type.getFullName();
    }

    private static String field(FieldDescriptor field) {
        var label = field.isMapField() ? ""
                : field.isRepeated() ? "repeated "
                : field.isRequired() ? "required "
                : field.hasPresence() && field.getContainingOneof() != null && field.getRealContainingOneof() == null ? "optional " : "";
        return label + type(field) + " " + field.getName() + " = " + field.getNumber() + ";";
    }

    private static String type(FieldDescriptor field) {
        if (field.isMapField()) {
            var entry = field.getMessageType();
            return "map<" + type(entry.findFieldByNumber(1)) + ", " + type(entry.findFieldByNumber(2)) + ">";
        }
        return switch (field.getJavaType()) {
            case MESSAGE -> field.getMessageType().getFullName();
            case ENUM -> field.getEnumType().getFullName();
            default -> field.getType().name().toLowerCase(Locale.ROOT);
        };
    }
}
