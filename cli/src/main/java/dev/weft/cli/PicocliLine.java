package dev.weft.cli;

import java.io.PrintWriter;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;

import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Reads any command line, with picocli: prints help and version, explains mistakes. */
final class PicocliLine {
    private static final int WIDTH = 100;

    private PicocliLine() {}

    /**
     * What is to be run; empty when help or the version was asked for, and printed.
     *
     * @throws UsageException when the line makes no sense
     */
    static Optional<Command.Call> read(List<? extends Command> commands, Terminal terminal, String... args) {
        var line = new CommandLine(root(commands));
        // No colours: what is printed is the same on a terminal, in a pipe and in a log.
        line.setColorScheme(Help.defaultColorScheme(Help.Ansi.OFF)).setUsageHelpWidth(WIDTH).setExpandAtFiles(false);
        line.setOut(new PrintWriter(terminal.out(), true, terminal.out().charset()));
        try {
            var result = line.parseArgs(args);
            if (CommandLine.executeHelpRequest(result) != null) {
                return Optional.empty();
            }
            if (!result.hasSubcommand()) {
                throw new UsageException("a command is missing; " + names(commands), "weft");
            }
            return Optional.of(call(commands, result.subcommand()));
        } catch (CommandLine.ParameterException e) {
            throw new UsageException(explain(e), e.getCommandLine().getCommandSpec().qualifiedName());
        }
    }

    private static Command.Call call(List<? extends Command> commands, ParseResult chosen) {
        var command = commands.stream().filter(c -> c.syntax().name().equals(chosen.commandSpec().name())).findFirst().orElseThrow();
        var options = new HashMap<String, String>();
        for (var option : command.syntax().options()) {
            if (chosen.hasMatchedOption(option.name())) {
                options.put(option.name(), option.isFlag() ? "" : chosen.matchedOptionValue(option.name(), ""));
            }
        }
        var parameter = Optional.<String>ofNullable(chosen.matchedPositionalValue(0, null));
        return new Command.Call(command, new Arguments(command.syntax().name(), parameter, options));
    }

    private static CommandSpec root(List<? extends Command> commands) {
        var spec = CommandSpec.create().name("weft").versionProvider(() -> new String[] {Version.text()});
        spec.usageMessage().description("Socket servers in plain blocking code: chat in a terminal, or serve a handler.")
                .footer("", "Exit codes: 0 all went well, 1 failure, 2 usage error.");
        spec.addOption(help()).addOption(OptionSpec.builder("-V", "--version").versionHelp(true).arity("0").type(boolean.class)
                .description("Print the version.").build());
        spec.addOption(option(Syntax.DEBUG));
        commands.forEach(c -> spec.addSubcommand(c.syntax().name(), command(c.syntax())));
        return spec;
    }

    private static CommandSpec command(Syntax syntax) {
        var spec = CommandSpec.create();
        spec.usageMessage().description(syntax.summary()).hidden(syntax.hidden()).sortOptions(false)
                .footer(syntax.footer().toArray(String[]::new));
        syntax.parameter().ifPresent(p -> spec.addPositional(PositionalParamSpec.builder().index("0").arity("0..1").type(String.class)
                .paramLabel(p.label()).description(p.help()).build()));
        syntax.options().forEach(o -> spec.addOption(option(o)));
        return spec.addOption(help());
    }

    private static OptionSpec option(Syntax.Option option) {
        var spec = OptionSpec.builder(option.name()).description(option.help());
        return option.isFlag() ? spec.arity("0").type(boolean.class).build() : spec.arity("1").type(String.class)
                .paramLabel(option.label()).build();
    }

    private static OptionSpec help() {
        return OptionSpec.builder("-h", "--help").usageHelp(true).arity("0").type(boolean.class).description("Print this help.").build();
    }

    private static String names(List<? extends Command> commands) {
        return "there are " + String.join(", ", commands.stream().map(Command::syntax).filter(s -> !s.hidden()).map(Syntax::name).toList());
    }

    private static String explain(CommandLine.ParameterException e) {
        var message = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
        if (e instanceof UnmatchedArgumentException unmatched && !unmatched.getSuggestions().isEmpty()) {
            return message + "; perhaps " + String.join(" or ", unmatched.getSuggestions()) + "?";
        }
        return message;
    }
}
