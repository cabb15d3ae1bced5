package dev.weft.cli;

import java.util.List;

/** {@code weft message send}: sends one message. */
final class MessageSendCommand implements Command {
    private static final Syntax SYNTAX = new Syntax("message send", "Send one message to a server, and show what comes back.", false,
            List.of(MessageSyntax.ADDRESS, MessageSyntax.TYPE, MessageSyntax.TEXT),
            List.of(new Syntax.Option("--id", "N", "The message's id. Default: 0."),
                    MessageSyntax.FILE,
                    MessageSyntax.TYPE_NUMBER,
                    MessageSyntax.KNOW,
                    new Syntax.Option("--wait", "DURATION",
                            "Show what comes for so long (500ms, 5s), or until the server closes. Default: not at all."),
                    Syntax.DEBUG),
            List.of("", "What comes is shown as: server response, id 0, 12 bytes: hello world!",
                    "Names do not travel: a type that is neither TYPE nor named with --know is shown as its number."));

    @Override
    public Syntax syntax() {
        return SYNTAX;
    }

    /** In a class of its own, so that other commands load nothing of messages. */
    @Override
    public int run(Arguments arguments, Terminal terminal) throws Exception {
        return MessageClient.send(arguments, terminal);
    }
}
