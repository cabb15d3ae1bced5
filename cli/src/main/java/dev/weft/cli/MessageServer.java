package dev.weft.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

import dev.weft.message.Hook;
import dev.weft.message.Message;
import dev.weft.message.Messages;
import dev.weft.message.Peer;
import dev.weft.net.Address;
import dev.weft.net.Server;
import dev.weft.net.TimeSource;
import dev.weft.net.WeftSocketOptions;

/** The server behind {@code weft message serve}: hooks that print and answer. */
final class MessageServer {
    private final Messages messages = new Messages();
    private final MessageLines lines;
    private final Map<Integer, String> answered = new HashMap<>();
    private final Terminal terminal;
    private final boolean numbers;
    private final boolean echoAll;

    private MessageServer(Arguments arguments, Terminal terminal) {
        arguments.atMostOneOf("--silent", "--echo");
        arguments.atMostOneOf("--silent", "--reply");
        this.terminal = terminal;
        lines = new MessageLines(arguments);
        numbers = arguments.has("--type-number");
        echoAll = !arguments.has("--silent") && !arguments.has("--echo") && !arguments.has("--reply");
        arguments.values("--echo", this::echo);
        arguments.values("--reply", this::reply);
        messages.before(this::show);
        messages.observer(new QuietMessages());
    }

    static int run(Arguments arguments, Terminal terminal) throws IOException, InterruptedException {
        var endpoint = endpoint(arguments);
        var messages = new MessageServer(arguments, terminal).messages;
        var where = Server.at(endpoint.address()).observer(new FailureLines(terminal, TimeSource.system()));
        if (endpoint.hasFile()) {
            where.option(WeftSocketOptions.UNIX_UNLINK, true);
        }
        var grace = ServeCommand.grace(arguments);
        return ServeCommand.untilAsked(messages.name(arguments.text("--name").orElse("server")).open(where), endpoint, grace, terminal);
    }

    private static Endpoint endpoint(Arguments arguments) {
        arguments.atMostOneOf("--unix", "--host");
        arguments.atMostOneOf("--unix", "--port");
        var port = arguments.value("--port", text -> Address.any(Arguments.number(text)).port()).orElse(Messages.PORT);
        var tcp = arguments.value("--host", text -> Address.of(text, port)).orElse(Address.of("127.0.0.1", port));
        return arguments.value("--unix", Endpoint::unix).map(unix -> new Endpoint(Endpoint.Kind.UNIX, unix))
                .orElse(new Endpoint(Endpoint.Kind.TCP, tcp));
    }

    /** {@code TYPE=REPLY}. */
    private MessageType echo(String rule) {
        var type = type(rule);
        var reply = MessageType.read(rule.substring(type.text().length() + 1), numbers);
        return answer(type, reply, (m, peer) -> peer.send(new Message(m.id(), reply.number(), m.data(), m.stream())));
    }

    /** {@code TYPE=REPLY:TEXT}. */
    private MessageType reply(String rule) {
        var type = type(rule);
        var colon = rule.indexOf(':', type.text().length() + 1);
        if (colon < 0) {
            throw new IllegalArgumentException("no text in '" + rule + "' (TYPE=REPLY:TEXT)");
        }
        var reply = MessageType.read(rule.substring(type.text().length() + 1, colon), numbers);
        var text = rule.substring(colon + 1);
        return answer(type, reply, (m, peer) -> peer.send(Message.of(reply.number(), text.getBytes(StandardCharsets.UTF_8)).id(m.id())));
    }

    private MessageType type(String rule) {
        var equals = rule.indexOf('=');
        if (equals < 0) {
            throw new IllegalArgumentException("no = in '" + rule + "' (the type that comes = the type of the answer)");
        }
        return MessageType.read(rule.substring(0, equals), numbers);
    }

    private MessageType answer(MessageType type, MessageType reply, Hook hook) {
        var other = answered.put(type.number(), type.text());
        if (other != null) {
            throw new IllegalArgumentException(other.equals(type.text()) ? "'" + other + "' has an answer already"
                    : "'%s' and '%s' are both %d on the wire: one of them can have an answer".formatted(other, type.text(), type.number()));
        }
        lines.know(type);
        lines.know(reply);
        messages.on(type.number(), hook);
        return type;
    }

    /** Before a message's hook, if it has one. */
    private void show(Message m, Peer peer) throws IOException {
        terminal.say(peer.connection().remote() + " " + lines.line(m));
        if (echoAll) {
            peer.send(m);
        }
    }
}
