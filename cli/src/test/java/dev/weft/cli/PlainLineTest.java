package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whatever the quick reader reads, picocli reads the same. */
@Timeout(60)
class PlainLineTest {
    private static final List<Command> COMMANDS = List.of(new ServeCommand(), new ChatCommand(), new MessageServeCommand(),
            new MessageSendCommand(), new MessageRequestCommand(), new QueueSendCommand(), new QueueReceiveCommand(), new QueueLinkCommand(),
            new CallCommand(), new RehearseCommand());
    private static final Terminal NOWHERE = new Terminal(InputStream.nullInputStream(),
            new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8), System.err, StandardCharsets.UTF_8, false,
            false);
    private static final List<String> VALUES = List.of("echo", "127.0.0.1:0", "5", "a b", "", "-", "--", "--tcp", "-h", "x=y", "@file",
            "${sys:user.home}", "'q'",
            "\"q\"", "%n", "é", "serve", "a,b", "\\", "-x", "--debug=true", "-s", "-p", "-sr", "-p5");

    @Test
    void itAgreesWithPicocliOnEveryLineThatItReads() {
        var random = new Random(20260131);
        var read = 0;
        for (int i = 0; i < 6_000; i++) {
            var line = line(random);
            var plain = PlainLine.read(COMMANDS, line);
            if (plain.isPresent()) {
                read++;
                assertThat(PicocliLine.read(COMMANDS, NOWHERE, line)).as(String.join(" ", line)).contains(plain.get());
            }
        }
        assertThat(read).isGreaterThan(300);
    }

    @Test
    void itReadsTheCommonLines() {
        for (var line : List.of("serve echo", "serve echo --tcp 127.0.0.1:0", "serve --tcp=127.0.0.1:0 echo", "chat",
                "chat --classic --port 0", "rehearse",
                "serve --exec cat --debug", "chat --connect 127.0.0.1:9999", "message serve --echo a=b --echo c=d",
                "message send h:1 t x --id 5",
                "message request h:1 t x", "send", "send a b c", "send -p 5 a b --server c", "receive -c", "link -s -t sender -m a b -p=5",
                "link --messages a --messages b c", "call h:1 a.B/c -d {\"x\":[1,2]} --data={} --header a:b", "call h:1 list a.B --tls")) {
            assertThat(PlainLine.read(COMMANDS, line.split(" "))).as(line).isPresent();
        }
    }

    @Test
    void itLeavesMistakesAndHelpToPicocli() {
        for (var line : List.of("--help", "serve --help", "serve echo -h", "serv", "serve echo --tcp", "serve echo upper",
                "serve echo --tcp a:1 --tcp b:1",
                "serve echo --tcp --udp", "chat --classic=true", "chat x", "--debug serve echo", "serve -- echo", "message", "message -h",
                "message sned", "message send h:1 t -", "message send", "message request h:1", "call h:1", "message send h:1 t x y",
                "message serve --echo",
                "message serve --port 1 --port 2", "receive x", "link x", "link -m", "link -m -s", "link --messages=a", "link -sr", "link -p5",
                "link -p 5 --port 5", "send -- -x")) {
            assertThat(PlainLine.read(COMMANDS, line.split(" "))).as(line).isEmpty();
        }
    }

    private static String[] line(Random random) {
        var command = COMMANDS.get(random.nextInt(COMMANDS.size()));
        var words = new ArrayList<String>();
        words.addAll(List.of(command.syntax().name().split(" ")));
        for (int i = random.nextInt(5); i > 0; i--) {
            var option = command.syntax().options().get(random.nextInt(command.syntax().options().size()));
            switch (random.nextInt(4)) {
                case 0 -> words.add(VALUES.get(random.nextInt(VALUES.size())));
                case 1 -> words.add(name(option, random) + "=" + VALUES.get(random.nextInt(VALUES.size())));
                default -> {
                    words.add(name(option, random));
                    if (!option.isFlag()) {
                        words.add(VALUES.get(random.nextInt(random.nextBoolean() ? 4 : VALUES.size())));
                    }
                }
            }
        }
        return words.toArray(String[]::new);
    }

    private static String name(Syntax.Option option, Random random) {
        return option.letter().isEmpty() || random.nextBoolean() ? option.name() : option.letter();
    }
}
