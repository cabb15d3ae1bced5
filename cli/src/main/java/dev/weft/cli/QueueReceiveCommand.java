package dev.weft.cli;

import java.util.List;

/** {@code weft receive}: takes messages out of a queue whose other end is elsewhere. */
final class QueueReceiveCommand implements Command {
    private static final Syntax SYNTAX = new Syntax("receive", "Print each message that a sender sends as a line, until SIGTERM or Ctrl-C.", false,
            List.of(),
            List.of(QueueSyntax.IP, QueueSyntax.PORT, Syntax.Option.flag("--client", "Connect, in place of listening.").letter("-c"),
                    Syntax.Option.flag("--server", "Listen: the default.").letter("-s"), QueueSyntax.RECONNECT, QueueSyntax.TIMEOUT,
                    QueueSyntax.DELIMITER,
                    QueueSyntax.ENCODING, QueueSyntax.DELIVERY, Syntax.DEBUG),
            List.of("", "Listens at localhost:12345 for 'weft send', and serves one sender after the other, so that --reconnect goes without saying.",
                    "With --client it connects to 'weft send --server', and ends with the connection. Short for 'weft link --type receiver'."));

    @Override
    public Syntax syntax() {
        return SYNTAX;
    }

    /** In a class of its own, so that other commands load nothing of queues. */
    @Override
    public int run(Arguments arguments, Terminal terminal) throws Exception {
        arguments.atMostOneOf("--client", "--server");
        var listens = !arguments.has("--client");
        return QueueEnd.of(arguments, terminal, listens, listens || arguments.has("--reconnect")).receive();
    }
}
