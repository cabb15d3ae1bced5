package dev.weft.cli;

import java.io.IOException;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;

import com.google.protobuf.Any;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Message;
import dev.weft.rpc.Exchange;
import dev.weft.rpc.Incoming;
import dev.weft.rpc.RpcClient;
import dev.weft.rpc.RpcException;
import dev.weft.rpc.RpcMethod;
import dev.weft.rpc.Status;
import org.jspecify.annotations.Nullable;

/** The client behind {@code weft call}: messages of types that it gets to know from the server, as JSON. */
final class CallClient {
    /** Ended by Ctrl-C, as a shell says it. */
    static final int INTERRUPTED = 130;

    /** Held, as java.util.logging forgets loggers that nobody holds, and their settings with them. */
    private static final List<Logger> LOGS = List.of(Logger.getLogger("io.grpc"), Logger.getLogger("io.netty"), Logger.getLogger("dev.weft.rpc"));

    private final Arguments arguments;
    private final Terminal terminal;
    private final CallSettings settings;
    private final RpcClient rpc;
    private final CallReflection types;
    private final CallJson json;
    /** Why the requests could not all be sent. */
    private volatile @Nullable IOException unsent;

    private CallClient(Arguments arguments, Terminal terminal, CallSettings settings, RpcClient rpc) {
        this.arguments = arguments;
        this.terminal = terminal;
        this.settings = settings;
        this.rpc = rpc;
        types = new CallReflection(rpc, settings.asking(), settings.server().toString());
        json = new CallJson(types, arguments.has("--emit-defaults"), terminal.out().charset());
    }

    static int run(Arguments arguments, Terminal terminal) throws Exception {
        if (!terminal.debug()) {
            LOGS.forEach(log -> log.setLevel(Level.OFF)); // the command tells by itself what happens
        }
        var settings = CallSettings.read(arguments);
        var what = arguments.parameter(1, "METHOD", CallClient::method);
        if (arguments.parameter(2).isPresent() && what.contains("/")) {
            throw arguments.wrong("NAME is for list and describe; the request of " + what + " is given with --data");
        }
        try (var rpc = settings.open(); var exit = new CallExit(rpc)) {
            var client = new CallClient(arguments, terminal, settings, rpc);
            try {
                client.run(what);
                return ExitCode.OK;
            } catch (RpcException | IllegalStateException e) {
                if (exit.asked() || Thread.interrupted()) {
                    return INTERRUPTED;
                }
                if (!(e instanceof RpcException failure)) {
                    throw e;
                }
                client.tell(failure);
                return ExitCode.FAILURE;
            }
        }
    }

    private static String method(String text) {
        var slash = text.lastIndexOf('/');
        if (!text.equals("list") && !text.equals("describe") && (slash < 1 || slash == text.length() - 1)) {
            throw new IllegalArgumentException("neither package.Service/Method, nor list, nor describe: '" + text + "'");
        }
        return text;
    }

    private void run(String what) throws IOException {
        var name = arguments.parameter(2);
        switch (what) {
            case "list" -> {
                if (name.isEmpty()) {
                    types.services().forEach(this::print);
                } else {
                    service(name.get()).getMethods().forEach(method -> print(CallListing.method(method)));
                }
            }
            case "describe" -> {
                var wanted = name.orElseThrow(() -> arguments.wrong("NAME is missing: describe what?"));
                CallListing.describe(types.findUsed(wanted).orElseThrow(() -> new IOException(settings.server() + " knows no " + wanted)))
                        .forEach(this::print);
            }
            default -> call(method(service(what.substring(0, what.lastIndexOf('/'))), what.substring(what.lastIndexOf('/') + 1)));
        }
    }

    private ServiceDescriptor service(String name) throws IOException {
        var found = types.find(name);
        if (found.isPresent() && found.get() instanceof ServiceDescriptor service) {
            return service;
        }
        throw new IOException(settings.server() + " has no service " + name + CallNames.instead(name, types.services()));
    }

    private MethodDescriptor method(ServiceDescriptor service, String name) throws IOException {
        var method = service.findMethodByName(name);
        if (method == null) {
            throw new IOException(service.getFullName() + " has no method " + name
                    + CallNames.instead(name, service.getMethods().stream().map(MethodDescriptor::getName).toList()));
        }
        return method;
    }

    private void call(MethodDescriptor type) throws IOException {
        var method = RpcMethod.of(type.getService().getFullName() + "/" + type.getName(), DynamicMessage.getDefaultInstance(type.getInputType()),
                DynamicMessage.getDefaultInstance(type.getOutputType()));
        var requests = new CallRequests(arguments, terminal, json, type.getInputType());
        if (type.isClientStreaming()) {
            converse(method, requests);
        } else if (type.isServerStreaming()) {
            try (var responses = rpc.serverStream(method, settings.calling(), requests.only())) {
                print(responses);
            }
        } else {
            print(json.write(rpc.unary(method, settings.calling(), requests.only())));
        }
    }

    /** Sends and receives at once; the end of the call is the server's. */
    private void converse(RpcMethod<DynamicMessage, DynamicMessage> method, CallRequests requests) throws IOException {
        var given = requests.given();
        try (var call = rpc.exchange(method, settings.calling())) {
            // On a thread of its own, which nothing waits for: a read of standard input can't be ended.
            Thread.ofPlatform().daemon().name("requests").start(() -> send(given, requests, call));
            print(call);
        } catch (RpcException e) {
            if (unsent == null) {
                throw e;
            }
        }
        var why = unsent;
        if (why != null) {
            throw why;
        }
    }

    private void send(List<DynamicMessage> given, CallRequests requests, Exchange<DynamicMessage, ?> call) {
        try {
            if (given.isEmpty()) {
                requests.sendLines(call);
            } else {
                given.forEach(call::send);
            }
            call.finish();
        } catch (RpcException e) {
            // The call is over, which is told where responses are waited for.
        } catch (IOException | RuntimeException e) {
            unsent = e instanceof IOException why ? why : new IOException("the requests could not be sent: " + e, e);
            call.close(); // cancels it
        }
    }

    private void print(Incoming<DynamicMessage> responses) throws IOException {
        for (Message response : responses) {
            print(json.write(response));
            if (terminal.out().checkError()) {
                throw new IOException("standard output is closed: a response could not be printed");
            }
        }
    }

    private void print(String line) {
        terminal.say(line);
    }

    private void tell(RpcException e) {
        var message = e.status() == Status.UNAVAILABLE ? settings.server() + ": " + e.getMessage() : String.valueOf(e.getMessage());
        terminal.error(e.status() + " (" + e.status().number() + "): " + message);
        e.details().forEach(detail -> terminal.error("detail: " + detail(detail)));
        if (terminal.debug()) {
            terminal.stack(e);
        }
    }

    private String detail(Any detail) {
        try {
            return json.write(detail);
        } catch (IOException | RpcException e) {
            return detail.getTypeUrl() + ", " + detail.getValue().size() + " bytes"; // of a type that nobody here knows
        }
    }
}
