package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.ServerSocket;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Help, version, exit codes, and what errors look like. */
@Timeout(60)
class MainTest {
    @ParameterizedTest
    @ValueSource(strings = {"--help", "-h", "serve --help", "chat -h", "serve echo --tcp 127.0.0.1:0 --help", "message --help",
            "message send -h", "send --help", "receive -h", "link -s --help", "call h:1 --help"})
    void helpGoesToStandardOutputAndIsNoError(String line) {
        var weft = Running.done(line.split(" "));

        assertThat(weft.exitCode()).isZero();
        assertThat(weft.allOut()).startsWith("Usage: weft").doesNotContain("rehearse");
        assertThat(weft.err()).isEmpty();
    }

    @Test
    void helpNamesEveryOption() {
        for (var command : new Command[] {new ServeCommand(), new ChatCommand(), new MessageServeCommand(), new MessageSendCommand(),
                new MessageRequestCommand(), new QueueSendCommand(), new QueueReceiveCommand(), new QueueLinkCommand(), new CallCommand()}) {
            var help = Running.done((command.syntax().name() + " --help").split(" ")).allOut();

            command.syntax().options().forEach(o -> assertThat(help).contains(o.name()));
        }
    }

    @Test
    void theVersionIsTheBuildsAndJavas() {
        var weft = Running.done("--version");

        assertThat(weft.exitCode()).isZero();
        assertThat(weft.allOut()).matches("weft \\d+\\.\\d+\\.\\d+(-SNAPSHOT)? \\(Java .*\\)");
    }

    @ParameterizedTest
    @CsvSource({"message send, ADDRESS TYPE [TEXT]", "message request, ADDRESS TYPE [TEXT]", "send, [MESSAGE...]", "call, ADDRESS METHOD [NAME]",
            "serve, weft serve HANDLER [OPTIONS]", "serve, weft serve --exec COMMAND [OPTIONS]"})
    void onlyWhatMayBeLeftOutIsInBrackets(String command, String usage) {
        var help = Running.done((command + " --help").split(" ")).allOut().replaceAll("\\s+", " ");

        assertThat(help).contains(usage).doesNotContain("[ADDRESS]", "[TYPE]", "[METHOD]", "[HANDLER]");
    }

    /** The line, and what its error must contain. */
    static Stream<String[]> wrongLines() {
        return Stream.of(new String[][] {
                {"", "a command is missing"},
                {"sevre", "there is no command 'sevre'; perhaps weft serve"},
                {"--debug cht --port 1", "there is no command 'cht'; perhaps weft chat?"},
                {"requets --timeout 5s h:1 t", "there is no command 'requets'; perhaps weft message request?"},
                {"frobnicate", "there is no command 'frobnicate'; see weft --help"},
                {"rehears", "there is no command 'rehears'; see weft --help"},
                {"serve", "HANDLER is missing"},
                {"serve nosuch", "no handler is named 'nosuch'"},
                {"serve echo upper", "upper"},
                {"serve echo --tcp", "--tcp"},
                {"serve echo --tpc 127.0.0.1:0", "--tpc"},
                {"serve echo --tcp 99999", "--tcp: port 99999"},
                {"serve echo --tcp :", "--tcp: not an address: ':'"},
                {"serve echo --tcp 127.0.0.1:x", "--tcp: not a port: 'x'"},
                {"serve echo --tcp 127.0.0.1:65536", "--tcp: port 65536"},
                {"serve echo --tcp unix:/x", "--tcp: not host:port"},
                {"serve echo --tcp a:1 --udp b:1", "--tcp and --udp exclude each other"},
                {"serve echo --tcp 127.0.0.1:0 --tcp 127.0.0.1:0", "--tcp"},
                {"serve --exec cat --udp 127.0.0.1:0", "--exec is about connections"},
                {"serve echo --exec cat", "--exec takes the place of HANDLER"},
                {"serve echo --udp 127.0.0.1:0 --idle-timeout 5s", "--idle-timeout is about connections"},
                {"serve echo --udp 127.0.0.1:0 --max-connections 5", "--max-connections is about connections"},
                {"serve echo --concurrency platform:0", "--concurrency: platformThreads(0)"},
                {"serve echo --concurrency platform:many", "--concurrency: not a number: 'many'"},
                {"serve echo --concurrency threads", "--concurrency: no such concurrency: 'threads'"},
                {"serve echo --concurrency sequential --max-connections 5", "--max-connections has no meaning"},
                {"serve echo --max-connections 0", "--max-connections: 0 is not at least 1"},
                {"serve echo --idle-timeout 5d", "--idle-timeout: not a duration: '5d'"},
                {"serve echo --idle-timeout 1.2.3s", "--idle-timeout: not a duration: '1.2.3s'"},
                {"serve echo --idle-timeout 0s", "--idle-timeout: not a duration: '0s'"},
                {"serve echo --idle-timeout 99999999999h", "--idle-timeout: not a duration"},
                {"chat extra", "extra"},
                {"chat --encoding klingon", "--encoding: no such charset: 'klingon'"},
                {"chat --encoding UTF-16", "--encoding"},
                {"chat --port 70000", "--port: port 70000"},
                {"chat --outbox later", "--outbox: no such outbox: 'later'"},
                {"chat --outbox block:0", "--outbox: an outbox of 0 messages"},
                {"chat --max-clients none", "--max-clients: not a number: 'none'"},
                {"chat --connect 127.0.0.1:1 --port 5", "--connect and --port exclude each other"},
                {"message", "a command is missing"},
                {"message sned", "there is no command 'message sned'; perhaps weft message send?; see weft message --help"},
                {"message serve extra", "extra"},
                {"message serve --echo x", "--echo: no = in 'x'"},
                {"message serve --reply x=y", "--reply: no text in 'x=y'"},
                {"message serve --echo x=y --reply x=z:1", "--reply: 'x' has an answer already"},
                {"message serve --echo Aa=x --echo BB=y", "'Aa' and 'BB' are both 2112 on the wire"},
                {"message serve --echo 2147483648=1 --type-number", "--echo: 2147483648 is out of range"},
                {"message serve --silent --reply x=y:1", "--silent and --reply exclude each other"},
                {"message serve --unix s --port 1", "--unix and --port exclude each other"},
                {"message send", "ADDRESS is missing"},
                {"message send 127.0.0.1", "TYPE is missing"},
                {"message send 127.0.0.1 x", "ADDRESS: not an address: '127.0.0.1'"},
                {"message send 127.0.0.1:1", "TYPE is missing"},
                {"message send 127.0.0.1:1 x --id 9223372036854775808", "--id: 9223372036854775808 is out of range"},
                {"message send 127.0.0.1:1 x --id 1.5", "--id: not a number: '1.5'"},
                {"message send 127.0.0.1:1 x text --file f", "--file takes the place of TEXT"},
                {"message send 127.0.0.1:1 x --wait 5x", "--wait: not a duration: '5x'"},
                {"message send 127.0.0.1:1 2147483648 --type-number", "TYPE: 2147483648 is out of range"},
                {"message request 127.0.0.1:1 x --type-number", "TYPE: not a number: 'x'"},
                {"message request 127.0.0.1:1 x --timeout 0s", "--timeout: not a duration: '0s'"},
                {"link --type both", "--type: no such type: 'both' (multi, receiver, sender)"},
                {"link -t server", "--type: no such type: 'server'"},
                {"link extra", "extra"},
                {"link -m hello", "--messages is for --type sender"},
                {"link -t receiver -m hello", "--messages is for --type sender"},
                {"link -t sender -m", "--messages"},
                {"link -t sender -r -m hello", "--messages and --reconnect exclude each other"},
                {"link -t sender --delimiter ; -m a;b", "MESSAGE: the delimiter inside a message"},
                {"link --port 65536", "--port: port 65536 is outside 0 to 65535"},
                {"link --port many", "--port: not a number: 'many'"},
                {"link --ip", "--ip"},
                {"link --timeout 0", "--timeout: not a duration: '0'"},
                {"link --timeout -1", "--timeout"},
                {"link --timeout 5x", "--timeout: not a duration: '5x'"},
                {"link --timeout 1e99", "--timeout: not a duration: '1e99'"},
                {"link --encoding klingon", "--encoding: no such charset: 'klingon'"},
                {"link --delivery twice", "--delivery: no such delivery: 'twice' (at-most-once, at-least-once)"},
                {"link --delivery at-least-once --delimiter ;", "--delimiter has no meaning with --delivery at-least-once"},
                {"link --delimiter \\q", "--delimiter: no such escape in '\\q'"},
                {"link --messages-too", "--messages-too"},
                {"receive extra", "extra"},
                {"receive --client --server", "--client and --server exclude each other"},
                {"send --delimiter ll hello", "MESSAGE: the delimiter inside a message would make two of it, at byte 2"},
        });
    }

    @ParameterizedTest(name = "weft {0}")
    @MethodSource("wrongLines")
    void aUsageErrorIsOneLineThatNamesTheOptionAndExitsWith2(String line, String error) {
        var weft = Running.done(line.isEmpty() ? new String[0] : line.split(" "));

        assertThat(weft.exitCode()).isEqualTo(2);
        assertThat(weft.err()).startsWith("weft: ").contains(error).contains("--help").hasLineCount(1);
        assertThat(weft.allOut()).isEmpty();
    }

    @Test
    void aFailureIsOneLineThatSaysWhereAndWhyAndExitsWith1() throws Exception {
        try (var taken = new ServerSocket(0)) {
            var weft = Running.done("serve", "echo", "--tcp", "127.0.0.1:" + taken.getLocalPort());

            assertThat(weft.exitCode()).isEqualTo(1);
            assertThat(weft.err()).startsWith("weft: cannot bind").contains("" + taken.getLocalPort()).contains("in use").hasLineCount(1);
        }
    }

    @Test
    void debugAddsTheStack() throws Exception {
        try (var taken = new ServerSocket(0)) {
            var weft = Running.done("serve", "echo", "--debug", "--tcp", "127.0.0.1:" + taken.getLocalPort());

            assertThat(weft.exitCode()).isEqualTo(1);
            assertThat(weft.err()).contains("\tat dev.weft.net");
        }
    }

    @Test
    void nothingIsEverColoured() {
        assertThat(Running.done("--help").allOut() + Running.done("serve", "--nope").err() + Running.done("chat", "--help").allOut())
                .doesNotContain("\u001b");
    }

    @Test
    void theRehearsalEndsByItselfAndPrintsNothing() {
        var weft = Running.done("rehearse");

        assertThat(weft.err()).isEmpty();
        assertThat(weft.exitCode()).isZero();
        assertThat(weft.allOut()).isEmpty();
    }
}
