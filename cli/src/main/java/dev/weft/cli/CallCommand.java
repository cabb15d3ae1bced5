package dev.weft.cli;

import java.util.List;

/** {@code weft call}: a gRPC server from the shell, its messages as JSON. */
final class CallCommand implements Command {
    private static final Syntax SYNTAX = new Syntax("call", "Call a method of a gRPC server, with JSON in and out, through reflection.", false,
            List.of(Syntax.Parameter.required("ADDRESS", "The server: HOST:PORT or unix:PATH."),
                    Syntax.Parameter.required("METHOD", "package.Service/Method; or list, or describe."),
                    Syntax.Parameter.optional("NAME", "With list: a service, to list its methods. With describe: a message, an enum or a service.")),
            List.of(Syntax.Option.repeated("--data", "JSON", "The request; may be repeated where the method takes a stream. Default: standard input.")
                    .letter("-d"),
                    Syntax.Option.repeated("--header", "NAME:VALUE", "Send this header. May be repeated; of a name in -bin the value is base64."),
                    new Syntax.Option("--deadline", "SECONDS", "Give up after so long; also 500ms, 2m. Default: never."),
                    Syntax.Option.flag("--wait-for-ready", "Wait for a server that can't be reached yet. Default: that is a failure."),
                    Syntax.Option.flag("--tls", "Speak TLS, and trust the authorities of the JDK."),
                    new Syntax.Option("--ca", "FILE", "Speak TLS, and trust the authorities in this PEM file."),
                    new Syntax.Option("--cert", "FILE", "Show this certificate (PEM, with its chain) to the server; needs --key."),
                    new Syntax.Option("--key", "FILE", "The key of --cert (PEM, PKCS #8)."),
                    Syntax.Option.flag("--gzip", "Compress the requests."),
                    new Syntax.Option("--max-message-size", "BYTES", "The longest response that is taken. Default: 4194304."),
                    Syntax.Option.flag("--emit-defaults", "Print fields that have their default, too."),
                    Syntax.DEBUG),
            List.of("", "Where the method takes a stream, each line of standard input is a request and leaves at once; otherwise all of it is one.",
                    "Each response is printed as a line when it comes.",
                    "Exit codes: 0 the call ended with OK, 1 it did not, 2 usage error, 130 Ctrl-C, which cancels it."));

    @Override
    public Syntax syntax() {
        return SYNTAX;
    }

    /** In a class of its own, so that other commands load nothing of gRPC. */
    @Override
    public int run(Arguments arguments, Terminal terminal) throws Exception {
        return CallClient.run(arguments, terminal);
    }
}
