package dev.weft.rpc.codegen;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.ServiceDescriptorProto;
import com.google.protobuf.DescriptorProtos.SourceCodeInfo;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;

/**
 * The comments of a file as the inside of Javadoc: what stands before a service or rpc, then what follows it on its line.
 *
 * <p>Running text stays running text; from the first line of a paragraph that is laid out (indented, an item of a list, a row of a table) to the
 * paragraph's end it is left as it is. Nothing in a comment can end the Javadoc, be a tag, markup or a Unicode escape.
 */
final class Comments {
    private static final Pattern LAID_OUT = Pattern.compile("(\\s|[-*+|] |\\d+[.)] ).*");
    private final Map<List<Integer>, SourceCodeInfo.Location> locations = new HashMap<>();

    Comments(SourceCodeInfo source) {
        source.getLocationList().forEach(location -> locations.putIfAbsent(location.getPathList(), location));
    }

    /** Lines for a service; none where it has no comment. */
    List<String> of(ServiceDescriptor service) {
        return javadoc(List.of(FileDescriptorProto.SERVICE_FIELD_NUMBER, service.getIndex()));
    }

    /** Lines for an rpc; none where it has no comment. */
    List<String> of(MethodDescriptor rpc) {
        return javadoc(List.of(FileDescriptorProto.SERVICE_FIELD_NUMBER, rpc.getService().getIndex(),
                ServiceDescriptorProto.METHOD_FIELD_NUMBER, rpc.getIndex()));
    }

    /** The path to an element is that of field numbers and indexes in descriptor.proto. */
    private List<String> javadoc(List<Integer> path) {
        var location = locations.get(path);
        if (location == null) {
            return List.of();
        }
        var lines = new ArrayList<String>();
        for (var comment : List.of(location.getLeadingComments(), location.getTrailingComments())) {
            paragraphs(plain(comment)).forEach(paragraph -> add(paragraph, lines));
        }
        return lines;
    }

    /** Without what belongs to the comment's form: the second star of an opening one, third slashes, and the indentation of all. */
    private static List<String> plain(String comment) {
        var text = comment.startsWith("*") ? comment.substring(1) : comment;
        var lines = text.lines().map(String::stripTrailing).toList();
        if (lines.stream().allMatch(line -> line.isEmpty() || line.startsWith("/"))) {
            lines = lines.stream().map(line -> line.replaceFirst("^/+", "")).toList();
        }
        var indent = lines.stream().filter(line -> !line.isBlank()).mapToInt(line -> line.length() - line.stripLeading().length()).min().orElse(0);
        return lines.stream().map(line -> line.isBlank() ? "" : line.substring(indent)).toList();
    }

    private static List<List<String>> paragraphs(List<String> lines) {
        var paragraphs = new ArrayList<List<String>>();
        var paragraph = new ArrayList<String>();
        for (var line : lines) {
            if (!line.isEmpty()) {
                paragraph.add(line);
            } else if (!paragraph.isEmpty()) {
                paragraphs.add(List.copyOf(paragraph));
                paragraph.clear();
            }
        }
        if (!paragraph.isEmpty()) {
            paragraphs.add(paragraph);
        }
        return paragraphs;
    }

    private static void add(List<String> paragraph, List<String> to) {
        var running = (int) paragraph.stream().takeWhile(line -> !LAID_OUT.matcher(line).matches()).count();
        var first = to.isEmpty();
        if (!first) {
            to.add("");
        }
        for (var i = 0; i < running; i++) {
            to.add((i == 0 && !first ? "<p>" : "") + escaped(paragraph.get(i)));
        }
        if (running < paragraph.size()) {
            to.add("<pre>");
            paragraph.subList(running, paragraph.size()).forEach(line -> to.add(escaped(line)));
            to.add("</pre>");
        }
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("@", "&#64;")
                .replace("*/", "*&#47;").replace("/*", "/&#42;").replace("\\u", "&#92;u");
    }
}
