package dev.weft.cli;

import java.io.PrintWriter;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;

import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.MissingParameterException;
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
        CommandNames.check(commands, args);
        var line = new CommandLine(root(commands));
        // No colours: what is printed is the same on a terminal, in a pipe and in a log.
        line.setColorScheme(Help.defaultColorScheme(Help.Ansi.OFF)).setUsageHelpWidth(WIDTH).setExpandAtFiles(false);
        line.setOut(new PrintWriter(terminal.out(), true, terminal.out().charset()));
        try {
            var result = line.parseArgs(args);
            if (CommandLine.executeHelpRequest(result) != null) {
                return Optional.empty();
            }
            while (result.hasSubcommand()) {
                result = result.subcommand();
            }
            return Optional.of(call(commands, result));
        } catch (CommandLine.ParameterException e) {
            throw new UsageException(explain(e), e.getCommandLine().getCommandSpec().qualifiedName());
        }
    }

    private static Command.Call call(List<? extends Command> commands, ParseResult chosen) {
        var path = chosen.commandSpec().qualifiedName();
        var command = commands.stream().filter(c -> path.equals("weft " + c.syntax().name())).findFirst()
                .orElseThrow(() -> new UsageException("a command is missing; " + CommandNames.below(commands, path), path));
        var options = new HashMap<String, List<String>>();
        for (var option : command.syntax().options()) {
            if (chosen.hasMatchedOption(option.name())) {
                options.put(option.name(), values(chosen, option));
            }
        }
        // One of several values is there as often as an option stands between them, with all values each time.
        var parameters = chosen.matchedPositionals().stream().distinct().flatMap(p -> p.stringValues().stream()).toList();
        return new Command.Call(command, new Arguments(command.syntax().name(), parameters, options));
    }

    private static List<String> values(ParseResult chosen, Syntax.Option option) {
        if (option.isFlag()) {
            return List.of("");
        }
        return option.repeated() ? chosen.matchedOptionValue(option.name(), List.of())
                : List.of(chosen.matchedOptionValue(option.name(), ""));
    }

    private static CommandSpec root(List<? extends Command> commands) {
        var spec = CommandSpec.create().name("weft").versionProvider(() -> new String[] {Version.text()});
        spec.usageMessage().description("Socket servers in plain blocking code: chat in a terminal, or serve a handler.")
                .footer("", "Exit codes: 0 all went well, 1 failure, 2 usage error.");
        spec.addOption(help()).addOption(OptionSpec.builder("-V", "--version").versionHelp(true).arity("0").type(boolean.class)
                .description("Print the version.").build());
        spec.addOption(option(Syntax.DEBUG));
        for (var command : commands) {
            var words = command.syntax().name().split(" ", 2);
            if (words.length == 1) {
                spec.addSubcommand(words[0], command(command.syntax()));
            } else {
                group(spec, words[0]).addSubcommand(words[1], command(command.syntax()));
            }
        }
        return spec;
    }

    private static CommandSpec group(CommandSpec root, String name) {
        var there = root.subcommands().get(name);
        if (there != null) {
            return there.getCommandSpec();
        }
        var spec = CommandSpec.create().addOption(help());
        spec.usageMessage().description(Syntax.GROUPS.getOrDefault(name, ""));
        root.addSubcommand(name, spec);
        return spec;
    }

    private static CommandSpec command(Syntax syntax) {
        var spec = CommandSpec.create();
        if (!syntax.usages().isEmpty()) {
            spec.usageMessage().customSynopsis(syntax.usages().stream().map(usage -> "weft " + usage).toArray(String[]::new));
        }
        spec.usageMessage().description(syntax.summary()).hidden(syntax.hidden()).sortOptions(false)
                .footer(syntax.footer().toArray(String[]::new));
        for (int i = 0; i < syntax.parameters().size(); i++) {
            var p = syntax.parameters().get(i);
            var positional = PositionalParamSpec.builder().paramLabel(p.label()).description(p.help()).hideParamSyntax(!syntax.usages().isEmpty());
            var needed = p.needed() == Syntax.Needed.ONCE;
            spec.addPositional((p.several() ? positional.index(i + "..*").arity("0..*").type(List.class).auxiliaryTypes(String.class)
                    : positional.index(Integer.toString(i)).arity(needed ? "1" : "0..1").required(needed).type(String.class)).build());
        }
        syntax.options().forEach(o -> spec.addOption(option(o)));
        return spec.addOption(help());
    }

    private static OptionSpec option(Syntax.Option option) {
        var names = option.letter().isEmpty() ? new String[] {option.name()} : new String[] {option.letter(), option.name()};
        var spec = OptionSpec.builder(names).description(option.help());
        if (option.isFlag()) {
            return spec.arity("0").type(boolean.class).build();
        }
        spec.arity(option.values() == Syntax.Values.SEVERAL ? "1..*" : "1").paramLabel(option.label());
        return (option.repeated() ? spec.type(List.class).auxiliaryTypes(String.class) : spec.type(String.class)).build();
    }

    private static OptionSpec help() {
        return OptionSpec.builder("-h", "--help").usageHelp(true).arity("0").type(boolean.class).description("Print this help.").build();
    }

    private static String explain(CommandLine.ParameterException e) {
        if (e instanceof MissingParameterException missing && missing.getMissing().getFirst() instanceof PositionalParamSpec parameter) {
            return parameter.paramLabel() + " is missing";
        }
        var message = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
        if (e instanceof UnmatchedArgumentException unmatched && !unmatched.getSuggestions().isEmpty()) {
            return message + "; perhaps " + String.join(" or ", unmatched.getSuggestions()) + "?";
        }
        return message;
    }
}
