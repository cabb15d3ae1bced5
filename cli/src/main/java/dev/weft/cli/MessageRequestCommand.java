package dev.weft.cli;

import java.util.List;

/** {@code weft message request}: sends one message, waits for its reply, and prints that. */
final class MessageRequestCommand implements Command {
    private static final Syntax SYNTAX = new Syntax("message request", "Send one message to a server, and print the reply's text.", false,
            List.of(MessageSyntax.ADDRESS, MessageSyntax.TYPE, MessageSyntax.TEXT),
            List.of(new Syntax.Option("--timeout", "DURATION", "How long to wait for the reply: 500ms, 30s, 5m. Default: 5s."),
                    MessageSyntax.FILE,
                    MessageSyntax.TYPE_NUMBER,
                    Syntax.Option.flag("--raw", "Write the reply's bytes as they are, and no line end: for pipes, not for terminals."),
                    Syntax.DEBUG),
            List.of("", "The reply is the message that bears the request's id.",
                    "Exit codes: 0 a reply came, 1 failure, 2 usage error, 124 none came in time."));

    @Override
    public Syntax syntax() {
        return SYNTAX;
    }

    /** In a class of its own, so that other commands load nothing of messages. */
    @Override
    public int run(Arguments arguments, Terminal terminal) throws Exception {
        return MessageClient.request(arguments, terminal);
    }
}
