package dev.weft.cli;

import java.util.List;

/** {@code weft message serve}: shows each message that comes, and answers as told. */
final class MessageServeCommand implements Command {
    private static final Syntax SYNTAX = new Syntax("message serve",
            "Show each message that comes, and answer it, until SIGTERM or Ctrl-C.", false, List.of(),
            List.of(new Syntax.Option("--host", "HOST", "Listen on this interface. Default: 127.0.0.1."),
                    new Syntax.Option("--port", "PORT", "Listen on this port; 0 picks one. Default: 50003."),
                    new Syntax.Option("--unix", "PATH", "Listen on a Unix socket; @NAME is an abstract one (Linux)."),
                    new Syntax.Option("--name", "NAME", "What the server is called. Default: server."),
                    Syntax.Option.repeated("--echo", "TYPE=REPLY", "Send what comes as TYPE back as REPLY. May be repeated."),
                    Syntax.Option.repeated("--reply", "TYPE=REPLY:TEXT", "Answer each TYPE with this REPLY and text. May be repeated."),
                    Syntax.Option.flag("--silent", "Answer nothing."),
                    MessageSyntax.KNOW,
                    Syntax.Option.flag("--type-number", "Types are numbers, not names."),
                    ServeCommand.GRACE_OPTION,
                    Syntax.DEBUG),
            List.of("", "Without --echo, --reply and --silent each message is sent back as it came. Names do not travel:",
                    "a type that no option names is shown as its number.",
                    "Prints one line when it is ready: listening on tcp://127.0.0.1:50003 (epoll)",
                    "and one for each message: 127.0.0.1:40462 client msg, id 0, 12 bytes: hello world!"));

    @Override
    public Syntax syntax() {
        return SYNTAX;
    }

    /** In a class of its own, so that other commands load nothing of messages. */
    @Override
    public int run(Arguments arguments, Terminal terminal) throws Exception {
        return MessageServer.run(arguments, terminal);
    }
}
