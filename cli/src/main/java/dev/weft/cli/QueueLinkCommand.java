package dev.weft.cli;

import java.util.List;

/** {@code weft link}: the original's command line (SPEC SL-44). */
final class QueueLinkCommand implements Command {
    private static final String MESSAGES = "--messages";
    private static final Syntax SYNTAX = new Syntax("link", "Send and receive messages over one connection, as pysocklib's command does.", false,
            List.of(),
            List.of(QueueSyntax.IP, QueueSyntax.PORT, QueueSyntax.SERVER,
                    new Syntax.Option("--type", "TYPE", "multi: send the lines of standard input, print what comes; receiver: only print;"
                            + " sender: only send. Default: multi.").letter("-t"),
                    QueueSyntax.RECONNECT, QueueSyntax.TIMEOUT,
                    Syntax.Option.several(MESSAGES, "MESSAGE",
                            "Send these in place of the lines of standard input, and end. With --type sender.").letter("-m"),
                    QueueSyntax.DELIMITER, QueueSyntax.ENCODING, QueueSyntax.DELIVERY, Syntax.DEBUG),
            List.of("", "Standard output is for messages. When it listens it says so on standard error:", "listening on tcp://127.0.0.1:12345",
                    "Ends when the connection is lost, unless --reconnect; on SIGTERM or Ctrl-C; a sender also at the end of its input."));

    @Override
    public Syntax syntax() {
        return SYNTAX;
    }

    /** In a class of its own, so that other commands load nothing of queues. */
    @Override
    public int run(Arguments arguments, Terminal terminal) throws Exception {
        var type = arguments.text("--type").orElse("multi");
        var messages = arguments.values(MESSAGES, text -> text);
        if (!messages.isEmpty() && !type.equals("sender")) {
            throw arguments.wrong(MESSAGES + " is for --type sender");
        }
        if (!messages.isEmpty() && arguments.has("--reconnect")) {
            throw arguments.wrong(MESSAGES + " and --reconnect exclude each other; weft send can do both");
        }
        var end = QueueEnd.of(arguments, terminal, arguments.has("--server"), arguments.has("--reconnect"));
        return switch (type) {
            case "multi" -> end.converse();
            case "receiver" -> end.receive();
            case "sender" -> end.send(messages);
            default -> throw arguments.wrong("--type: no such type: '" + type + "' (multi, receiver, sender)");
        };
    }
}
