package dev.weft.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

import dev.weft.chat.ChatClient;
import dev.weft.chat.ChatClientObserver;
import dev.weft.chat.ChatConsole;
import dev.weft.chat.ChatLog;
import dev.weft.chat.ChatServer;
import dev.weft.chat.ChatWire;
import dev.weft.net.Address;

/** {@code weft chat}: the group chat, its server or, with {@code --connect}, its client. */
final class ChatCommand implements Command {
    private static final Syntax SYNTAX = new Syntax("chat", "Chat between terminals: the server, or with --connect a client.", false,
            List.of(),
            List.of(new Syntax.Option("--host", "HOST", "Listen on this interface. Default: 127.0.0.1."),
                    new Syntax.Option("--port", "PORT", "Listen on this port; 0 picks one. Default: 9999."),
                    new Syntax.Option("--encoding", "CHARSET", "Of all texts. Default: UTF-8, with --classic GBK."),
                    Syntax.Option.flag("--classic", "What one read brings is one message, in place of a line."),
                    new Syntax.Option("--max-clients", "N", "Turn away those above. Default: 10000, the next wait."),
                    new Syntax.Option("--outbox", "POLICY",
                            "What happens when 1024 messages (or N, as in disconnect:N) wait for a client that reads too slowly:"
                                    + " block, drop-oldest or disconnect. Default: disconnect."),
                    ServeCommand.GRACE_OPTION,
                    new Syntax.Option("--connect", "HOST:PORT", "Be a client of the server there, and connect again when it is lost."),
                    Syntax.DEBUG),
            List.of("", "The server prints one line when it is ready: listening on tcp://127.0.0.1:9999 (epoll)",
                    "On a terminal: quit ends it, any other line lists the threads and clients.",
                    "Elsewhere it runs until SIGTERM. A client sends the lines of its standard input until their end, or quit."));

    @Override
    public Syntax syntax() {
        return SYNTAX;
    }

    @Override
    public int run(Arguments arguments, Terminal terminal) throws Exception {
        for (var option : new String[] {"--host", "--port", "--max-clients", "--outbox", "--grace"}) {
            arguments.atMostOneOf("--connect", option);
        }
        var wire = wire(arguments);
        var server = arguments.value("--connect", Endpoint::inet);
        return server.isPresent() ? connect(server.get(), wire, arguments.has("--classic"), terminal)
                : serve(arguments, wire, terminal);
    }

    private static ChatWire wire(Arguments arguments) {
        var classic = arguments.has("--classic");
        return arguments.value("--encoding", name -> classic ? ChatWire.classic(Charsets.named(name)) : ChatWire.lines(Charsets.named(name)))
                .orElseGet(() -> classic ? ChatWire.classic() : ChatWire.lines());
    }

    private static Address address(Arguments arguments) {
        var port = arguments.value("--port", text -> Address.any(Arguments.number(text)).port()).orElse(ChatServer.DEFAULT_PORT);
        return arguments.value("--host", text -> Address.of(text, port)).orElse(Address.of("127.0.0.1", port));
    }

    private static int serve(Arguments arguments, ChatWire wire, Terminal terminal) throws Exception {
        var options = ChatServer.Options.defaults().wire(wire).grace(ServeCommand.grace(arguments));
        var outbox = arguments.value("--outbox", Outboxes::parse);
        if (outbox.isPresent()) {
            options = options.outbox(outbox.get());
        }
        var most = arguments.count("--max-clients");
        if (most.isPresent()) {
            options = options.maxClients(most.get());
        }
        try (var chat = new ChatServer(address(arguments), options).start(); var console = Console.of(terminal, _ -> {})) {
            return UntilAsked.run("chat", () -> end(chat, console), () -> {
                terminal.say("listening on tcp://" + chat.address() + " (" + chat.transport() + ")");
                converse(chat, console);
                chat.join();
                // An interrupt ends it too, and has done its work.
                Thread.interrupted();
                return ServeCommand.outcome(chat.drain(chat.options().grace()), console.terminal());
            });
        }
    }

    /** The terminal first: a second signal would leave it as it is. */
    private static void end(ChatServer chat, Console console) {
        console.close();
        chat.close();
    }

    private static void converse(ChatServer chat, Console console) {
        var here = console.terminal();
        ChatLog.configure(here.err());
        if (here.interactive()) {
            converse(() -> new ChatConsole(console.lines(), here.out()).run(chat), here);
        }
    }

    private static int connect(Address server, ChatWire wire, boolean classic, Terminal terminal) throws Exception {
        var unsent = new AtomicBoolean();
        try (var console = Console.of(terminal, why -> notSent(why, terminal, unsent))) {
            var here = console.terminal();
            // The original's client greets; who pipes lines into this one wants these lines sent, and nothing else.
            var options = ChatClient.Options.defaults().wire(wire).greeting(classic ? ChatClient.Options.defaults().greeting() : "")
                    .heard(here::sayLines).observer(watching(here));
            ChatLog.configure(here.err());
            try (var client = new ChatClient(server, options)) {
                return UntilAsked.run("chat", () -> end(client, console), () -> {
                    client.start();
                    converse(here.interactive() ? () -> new ChatConsole(console.lines(), here.out()).run(client)
                            : () -> sendLines(client, console.lines(), here, unsent), here);
                    client.join();
                    Thread.interrupted(); // as above
                    return unsent.get() ? ExitCode.FAILURE : ExitCode.OK;
                });
            }
        }
    }

    private static void end(ChatClient client, Console console) {
        console.close();
        client.close();
    }

    /** Each line until the end of the input, or quit. */
    private static void sendLines(ChatClient client, BufferedReader in, Terminal terminal, AtomicBoolean unsent) throws IOException {
        try (client) {
            for (var line = in.readLine(); line != null && !line.strip().equals("quit"); line = in.readLine()) {
                try {
                    client.send(line.strip());
                } catch (IOException | IllegalArgumentException e) {
                    notSent(FailureText.sentence(e), terminal, unsent);
                }
            }
        }
    }

    /** Noted before the client is closed, which ends the command. */
    private static void notSent(String why, Terminal terminal, AtomicBoolean unsent) {
        unsent.set(true);
        terminal.error("not sent: " + why);
    }

    private static ChatClientObserver watching(Terminal terminal) {
        return new ChatClientObserver() {
            @Override
            public void connected(Address server) {
                terminal.error("connected to " + server);
            }

            @Override
            public void lost(Address server, String why) {
                terminal.error("lost " + server + ", trying again");
            }

            @Override
            public void ended(Address server) {
                // The command ends too.
            }
        };
    }

    /** A conversation with standard input. */
    @FunctionalInterface
    private interface Conversation {
        void hold() throws IOException;
    }

    /** On a thread of its own, which nothing waits for: a read of standard input can't be ended. */
    private static void converse(Conversation conversation, Terminal terminal) {
        Thread.ofPlatform().daemon().name("console").start(() -> {
            try {
                conversation.hold();
            } catch (IOException e) {
                terminal.error("standard input: " + FailureText.sentence(e));
            }
        });
    }
}
