package dev.weft.cli;

/** What the commands of queues have in common on the command line: the original's options, and three more (SPEC SL-44). */
final class QueueSyntax {
    static final Syntax.Option IP = new Syntax.Option("--ip", "HOST", "Where to connect, or to listen. Default: localhost.").letter("-i");
    static final Syntax.Option PORT = new Syntax.Option("--port", "PORT", "The port there; who listens may say 0, which picks one. Default: 12345.")
            .letter("-p");
    static final Syntax.Option SERVER = Syntax.Option.flag("--server", "Listen, in place of connecting.").letter("-s");
    static final Syntax.Option RECONNECT = Syntax.Option.flag("--reconnect", "When the connection is lost, get another.").letter("-r");
    static final Syntax.Option TIMEOUT = new Syntax.Option("--timeout", "SECONDS",
            "Give up when it takes longer to connect, the first time or again; also 500ms, 2m. Who listens waits as long as it takes. Default: 5.")
            .letter("-o");
    static final Syntax.Option DELIMITER = new Syntax.Option("--delimiter", "TEXT",
            "What ends a message; \\n, \\r, \\t, \\0, \\\\ and \\x1f stand for bytes. Default: \\r\\n.");
    static final Syntax.Option ENCODING = new Syntax.Option("--encoding", "CHARSET", "Of the messages. Default: UTF-8.");
    static final Syntax.Option DELIVERY = new Syntax.Option("--delivery", "WORD",
            "at-most-once: the original's wire; at-least-once: acknowledged, sent again if need be. The same at both ends. Default: at-most-once.");

    private QueueSyntax() {}
}
