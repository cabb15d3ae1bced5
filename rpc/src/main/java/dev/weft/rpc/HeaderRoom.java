package dev.weft.rpc;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.grpc.InternalMetadata;
import org.jspecify.annotations.Nullable;

/**
 * Makes what a service says in headers and trailers fit into what the client takes. More than that, and the client would not see the status but
 * an error of the protocol, which may cost it all calls of its connection. The status stays; the text is cut, and says so; of headers and
 * trailers the longest are left out, and named in the text and in the trailer {@code weft-left-out}.
 */
final class HeaderRoom {
    /** What HTTP/2 counts for each field beside its name and value (RFC 9113, 6.5.2). */
    private static final int FIELD = 32;
    /** :status, content-type, grpc-encoding, grpc-accept-encoding. */
    private static final int OF_HEADERS = 256;
    /** :status, content-type, grpc-status, and the field of grpc-message without its text. */
    private static final int OF_TRAILERS = 208;
    /** So much of a text is kept, where there is room at all, before trailers are. */
    private static final int SHORT_TEXT = 512;
    private static final int MOST_NAMES = 5;
    /** A trailer with the names of headers and trailers that did not fit. */
    private static final String LEFT_OUT = "weft-left-out";

    private final int most;
    private final List<String> leftOut = new ArrayList<>();

    /** For a client that takes so many bytes of headers. */
    HeaderRoom(int most) {
        this.most = most;
    }

    /** Takes out of response headers what does not fit; the names of these. */
    List<String> fitHeaders(io.grpc.Metadata headers) {
        fit(headers, most - OF_HEADERS);
        return leftOut;
    }

    /** The names of what did not fit. */
    List<String> leftOut() {
        return leftOut;
    }

    /** A status that fits, with its details in the trailers. {@code gone} are the headers that did not. */
    io.grpc.Status fitTrailers(io.grpc.Status status, @Nullable RpcException details, io.grpc.Metadata trailers, List<String> gone) {
        var given = status.getDescription() == null ? "" : status.getDescription();
        var room = most - OF_TRAILERS;
        if (details != null) {
            Statuses.addDetails(details, given, trailers);
        }
        if (gone.isEmpty() && fits(given, trailers, room)) {
            return status;
        }
        var text = given;
        if (details != null && !details.details().isEmpty()) { // which have the text in them, once more
            text = cut(text, Math.max(SHORT_TEXT, room / 4), "");
            Statuses.addDetails(details, text, trailers);
        }
        fit(trailers, room - Math.min(sizeOf(text), SHORT_TEXT));
        var left = new ArrayList<>(gone);
        left.addAll(leftOut);
        if (!left.isEmpty()) {
            nameIn(trailers, left, room);
        }
        return status.withDescription(cut(given, room - total(sizes(trailers)), left.isEmpty() ? "" : note(left)));
    }

    /** A call that ends with OK has no text, so what is missing is also told here. */
    private static void nameIn(io.grpc.Metadata trailers, List<String> left, int room) {
        var names = names(left);
        if (total(sizes(trailers)) + FIELD + LEFT_OUT.length() + names.length() <= room) {
            new Metadata(trailers).set(LEFT_OUT, names);
        }
    }

    /** No character takes more than three bytes, each written as three; so most need not be counted. */
    private static boolean fits(String text, io.grpc.Metadata trailers, int room) {
        return InternalMetadata.headerCount(trailers) == 0 ? text.length() * 9L <= room || sizeOf(text) <= room
                : sizeOf(text) + total(sizes(trailers)) <= room;
    }

    private String note(List<String> left) {
        return " [left out, as the client takes " + most + " bytes of headers: " + names(left) + "]";
    }

    private static String names(List<String> left) {
        var names = String.join(", ", left.subList(0, Math.min(left.size(), MOST_NAMES)));
        return left.size() > MOST_NAMES ? names + " and " + (left.size() - MOST_NAMES) + " more" : names;
    }

    /** The text, or its beginning and how much is missing, and then the note; as much as there is room for. */
    private String cut(String text, int room, String note) {
        if (sizeOf(text) + sizeOf(note) <= room) {
            return text + note;
        }
        var all = sizeOf(text);
        var end = " [cut: " + all + " bytes, and the client takes " + most + " of headers]" + note;
        if (sizeOf(end) > room) {
            end = "";
        }
        return beginning(text, room - sizeOf(end)) + end;
    }

    private static String beginning(String text, int room) {
        var size = 0;
        var at = 0;
        while (at < text.length()) {
            var next = at + Character.charCount(text.codePointAt(at));
            size += sizeOf(text.substring(at, next));
            if (size > room) {
                break;
            }
            at = next;
        }
        return text.substring(0, at);
    }

    private void fit(io.grpc.Metadata fields, int room) {
        if (InternalMetadata.headerCount(fields) == 0) {
            return;
        }
        var sizes = sizes(fields);
        var total = total(sizes);
        while (total > room && !sizes.isEmpty()) {
            var longest = sizes.entrySet().stream().max(Comparator.comparingInt(Map.Entry::getValue)).orElseThrow();
            total -= longest.getValue();
            leftOut.add(longest.getKey());
            sizes.remove(longest.getKey());
            new Metadata(fields).remove(longest.getKey());
        }
    }

    private static int total(Map<String, Integer> sizes) {
        return sizes.values().stream().mapToInt(Integer::intValue).sum();
    }

    /** What each name takes on the wire, all its values together. */
    private static Map<String, Integer> sizes(io.grpc.Metadata fields) {
        var sizes = new LinkedHashMap<String, Integer>();
        var serialized = InternalMetadata.serialize(fields);
        for (int i = 0; i < serialized.length; i += 2) {
            var name = new String(serialized[i], StandardCharsets.US_ASCII);
            var value = serialized[i + 1].length;
            var encoded = name.endsWith(io.grpc.Metadata.BINARY_HEADER_SUFFIX) ? (value * 4L + 2) / 3 : value; // in base64
            sizes.merge(name, (int) Math.min(FIELD + name.length() + encoded, Integer.MAX_VALUE / 64), Integer::sum);
        }
        return sizes;
    }

    /** On the wire, where all but printable ASCII is percent-encoded. */
    private static int sizeOf(String text) {
        var size = 0;
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            size += b >= ' ' && b <= '~' && b != '%' ? 1 : 3;
        }
        return size;
    }
}
