package dev.weft.cli;

/** What the commands of messages have in common on the command line. */
final class MessageSyntax {
    static final Syntax.Parameter ADDRESS = Syntax.Parameter.required("ADDRESS", "The server: HOST:PORT, PORT, unix:PATH, or unix:@NAME.");
    static final Syntax.Parameter TYPE = Syntax.Parameter.required("TYPE", "The message's type: a name, or with --type-number a number.");
    static final Syntax.Parameter TEXT = Syntax.Parameter.optional("TEXT", "Its data, in UTF-8; - reads standard input. Default: none.");
    static final Syntax.Option FILE = new Syntax.Option("--file", "PATH", "In place of TEXT: the bytes of this file.");
    static final Syntax.Option KNOW = Syntax.Option.repeated("--know", "NAME", "Show the type of this name by it. May be repeated.");
    static final Syntax.Option TYPE_NUMBER = Syntax.Option.flag("--type-number", "TYPE is a number; write a negative one behind --.");

    private MessageSyntax() {}
}
