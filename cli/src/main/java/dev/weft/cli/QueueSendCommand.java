package dev.weft.cli;

import java.util.List;

/** {@code weft send}: puts messages into a queue whose other end is elsewhere. */
final class QueueSendCommand implements Command {
    private static final Syntax SYNTAX = new Syntax("send", "Send messages to a receiver, each argument or each line of standard input one.", false,
            List.of(Syntax.Parameter.several("MESSAGE", "What to send. Default: the lines of standard input.")),
            List.of(QueueSyntax.IP, QueueSyntax.PORT, QueueSyntax.SERVER, QueueSyntax.RECONNECT, QueueSyntax.TIMEOUT, QueueSyntax.DELIMITER,
                    QueueSyntax.ENCODING, QueueSyntax.DELIVERY, Syntax.DEBUG),
            List.of("", "Connects to 'weft receive' at localhost:12345, or with --server waits for 'weft receive --client'.",
                    "Ends when all are sent (at-least-once: acknowledged). Short for 'weft link --type sender'."));

    @Override
    public Syntax syntax() {
        return SYNTAX;
    }

    /** In a class of its own, so that other commands load nothing of queues. */
    @Override
    public int run(Arguments arguments, Terminal terminal) throws Exception {
        return QueueEnd.of(arguments, terminal, arguments.has("--server"), arguments.has("--reconnect")).send(arguments.parameters());
    }
}
