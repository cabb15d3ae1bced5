package dev.weft.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.DynamicMessage;
import dev.weft.rpc.Exchange;
import dev.weft.rpc.RpcException;

/** The requests of a call: what {@code --data} gives, or else standard input. */
final class CallRequests {
    private final Arguments arguments;
    private final Terminal terminal;
    private final CallJson json;
    private final Descriptor type;
    /** Whether somebody sits there, and types. */
    private final boolean typed;
    private final BufferedReader in;

    CallRequests(Arguments arguments, Terminal terminal, CallJson json, Descriptor type) {
        this.arguments = arguments;
        this.terminal = terminal;
        this.json = json;
        this.type = type;
        var here = arguments.has("--data") ? terminal : terminal.detected();
        typed = here.interactive();
        in = new BufferedReader(new InputStreamReader(here.in(), typed ? here.charset() : StandardCharsets.UTF_8)); // JSON is UTF-8: RFC 8259
    }

    /** The one request; all of standard input, and when that is empty one without a field. */
    DynamicMessage only() throws IOException {
        var given = given();
        if (given.size() > 1) {
            throw arguments.wrong("--data: " + given.size() + " requests for a method that takes one");
        }
        if (!given.isEmpty()) {
            return given.getFirst();
        }
        hint("reads the request, a " + type.getFullName() + " as JSON, up to Ctrl-D");
        var text = in.readAllAsString();
        try {
            return text.isBlank() ? DynamicMessage.getDefaultInstance(type) : json.read(text, type);
        } catch (IllegalArgumentException e) {
            throw new IOException("standard input: " + e.getMessage(), e);
        }
    }

    /** Those of {@code --data}. */
    List<DynamicMessage> given() throws IOException {
        var given = new ArrayList<DynamicMessage>();
        for (var text : arguments.options().getOrDefault("--data", List.of())) {
            try {
                given.add(json.read(text, type));
            } catch (IllegalArgumentException e) {
                throw arguments.wrong("--data: " + e.getMessage());
            }
        }
        return given;
    }

    /**
     * Sends each line of standard input, up to its end. A line that can't be sent is told to who typed it; among lines that a program wrote it is
     * the end, as the others alone may mean something else.
     */
    void sendLines(Exchange<DynamicMessage, ?> call) throws IOException {
        hint("reads requests, each a line with a " + type.getFullName() + " as JSON, up to Ctrl-D");
        var number = 0;
        for (var line = in.readLine(); line != null; line = in.readLine()) {
            number++;
            if (!line.isBlank()) {
                sendLine(call, line, number);
            }
        }
    }

    private void sendLine(Exchange<DynamicMessage, ?> call, String line, int number) throws IOException {
        DynamicMessage request;
        try {
            request = json.read(line, type);
        } catch (IllegalArgumentException e) {
            if (typed) {
                terminal.error("not sent: " + e.getMessage());
                return;
            }
            throw new IOException("standard input, line " + number + ": " + e.getMessage(), e);
        } catch (RpcException e) {
            throw new IOException("standard input, line " + number + ": the server did not tell of its types: " + e.getMessage(), e);
        }
        call.send(request);
    }

    private void hint(String text) {
        if (typed) {
            terminal.tell("weft " + text);
        }
    }
}
