package dev.weft.cli;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

import dev.weft.net.Admission;
import dev.weft.net.Concurrency;
import dev.weft.net.Deadlines;
import dev.weft.net.DrainReport;
import dev.weft.net.LifeState;
import dev.weft.net.Server;
import dev.weft.net.TimeSource;
import dev.weft.net.WeftSocketOptions;

/** {@code weft serve}: runs a handler until it is asked to end, then drains. */
final class ServeCommand implements Command {
    private static final Duration GRACE = Duration.ofSeconds(5);

    static final Syntax.Option GRACE_OPTION = new Syntax.Option("--grace", "DURATION",
            "How long requests may take to end after SIGTERM or Ctrl-C, until they are interrupted; 0: no limit. Default: 5s.");

    private static final Syntax SYNTAX = new Syntax("serve", "Serve a handler until SIGTERM or Ctrl-C, then drain.", false,
            List.of(Syntax.Parameter.optional("HANDLER",
                    "Built in: echo, upper, upper-line, discard, daytime. Or a class, with --class-path.")),
            List.of(new Syntax.Option("--tcp", "HOST:PORT", "Listen there; port 0 picks one; a port alone is one of 127.0.0.1. Default: 9999."),
                    new Syntax.Option("--udp", "HOST:PORT", "Serve datagrams there."),
                    new Syntax.Option("--unix", "PATH", "Listen on a Unix socket; @NAME is an abstract one (Linux)."),
                    new Syntax.Option("--unixgram", "PATH", "Serve datagrams on a Unix socket, or @NAME (Linux)."),
                    new Syntax.Option("--class-path", "PATH",
                            "Jars and folders in which HANDLER is a class: a Handler, RequestHandler or DatagramHandler."),
                    new Syntax.Option("--exec", "COMMAND",
                            "Instead of HANDLER: run it with /bin/sh for each connection, joined to its standard input and output."),
                    new Syntax.Option("--concurrency", "WORD",
                            "sequential, virtual or platform:N threads, or processes:N, at most so many. Default: virtual."),
                    new Syntax.Option("--max-connections", "N", "At most so many at once, the next wait. Default: 10000, with --exec 100."),
                    new Syntax.Option("--idle-timeout", "DURATION",
                            "End a connection that is silent for so long (500ms, 30s, 5m). Default: none."),
                    GRACE_OPTION,
                    Syntax.DEBUG),
            List.of("", "Prints one line when it is ready: listening on tcp://127.0.0.1:9999 (epoll)"),
            List.of("serve HANDLER [OPTIONS]", "serve --exec COMMAND [OPTIONS]"));

    @Override
    public Syntax syntax() {
        return SYNTAX;
    }

    @Override
    public int run(Arguments arguments, Terminal terminal) throws Exception {
        var endpoint = Endpoint.of(arguments);
        var grace = grace(arguments);
        var opened = open(arguments, endpoint, terminal);
        try (var _ = opened.service()) {
            return untilAsked(opened.server(), endpoint, grace, terminal);
        }
    }

    /** A server, and what it serves. */
    private record Opened(Server server, Serveable service) {}

    /** How long connections may take to end once the process was asked to. */
    static Duration grace(Arguments arguments) {
        return arguments.value("--grace", Durations::parseOrZero).orElse(GRACE);
    }

    /** Serves until somebody asks for the end, and drains. */
    static int untilAsked(Server server, Endpoint endpoint, Duration grace, Terminal terminal) throws IOException, InterruptedException {
        server.drainOnExit(grace, report -> {}); // both drains begin then, with one deadline
        try (server) {
            return UntilAsked.run(server.name(), () -> end(server, grace), () -> {
                terminal.say("listening on " + endpoint.uri(server.address()) + " (" + server.transport() + ")");
                server.run();
                // An interrupt ends it too, and has done its work.
                Thread.interrupted();
                return outcome(server.drain(grace), terminal);
            });
        }
    }

    /** Before the loop runs, a drain would make its start an error; a shutdown makes it end at once, and the drain follows. */
    private static void end(Server server, Duration grace) {
        if (server.state() == LifeState.NEW) {
            server.shutdown();
        } else {
            server.drain(grace);
        }
    }

    /** Tells of a drain that was not clean, and makes an exit code of it. */
    static int outcome(DrainReport report, Terminal terminal) {
        if (report.clean()) {
            return ExitCode.OK;
        }
        terminal.report(report.toString());
        return ExitCode.FAILURE;
    }

    private static Opened open(Arguments arguments, Endpoint endpoint, Terminal terminal) throws IOException {
        var concurrency = arguments.value("--concurrency", Concurrencies::parse).orElse(Concurrency.virtualThreads());
        var most = arguments.count("--max-connections");
        var idle = arguments.value("--idle-timeout", Durations::parse);
        if (most.isPresent() && concurrency instanceof Concurrency.Sequential) {
            throw arguments.wrong("--max-connections has no meaning with --concurrency sequential, which serves one at a time");
        }
        var datagrams = endpoint.kind().datagrams();
        for (var option : new String[] {"--max-connections", "--idle-timeout", "--exec"}) {
            if (datagrams && arguments.has(option)) {
                throw arguments.wrong(option + " is about connections, and " + endpoint.kind().option() + " has none");
            }
        }
        var service = service(arguments, idle.orElse(Duration.ZERO), terminal);
        if (concurrency instanceof Concurrency.Processes) {
            service = service.inWorkers();
        }
        var address = endpoint.address();
        var observer = new FailureLines(terminal, TimeSource.system());
        if (datagrams) {
            var server = Server.datagrams(address).name(service.name()).concurrency(concurrency).observer(observer);
            if (endpoint.hasFile()) {
                server.option(WeftSocketOptions.UNIX_UNLINK, true);
            }
            return new Opened(service.open(server), service);
        }
        var server = Server.at(address).name(service.name()).concurrency(concurrency).observer(observer);
        if (endpoint.hasFile()) {
            server.option(WeftSocketOptions.UNIX_UNLINK, true);
        }
        var limit = concurrency instanceof Concurrency.Sequential ? 0 : service.most(most.orElse(0));
        if (limit > 0) {
            server.admission(Admission.waiting(limit));
        }
        idle.ifPresent(d -> server.deadlines(Deadlines.defaults().idle(d)));
        return new Opened(service.open(server), service);
    }

    private static Serveable service(Arguments arguments, Duration idle, Terminal terminal) {
        var exec = arguments.text("--exec");
        var classPath = arguments.text("--class-path");
        if (exec.isPresent()) {
            if (arguments.parameter(0).isPresent() || classPath.isPresent()) {
                throw arguments.wrong("--exec takes the place of HANDLER and --class-path");
            }
            return new Exec(exec.get(), idle);
        }
        var handler = arguments.parameter(0)
                .orElseThrow(() -> arguments.wrong("a HANDLER is missing (" + known() + "), or --exec COMMAND"));
        if (classPath.isPresent()) {
            return HandlerClass.load(handler, classPath.get());
        }
        return BuiltIn.named(handler, terminal)
                .orElseThrow(() -> arguments.wrong("no handler is named '" + handler + "' (" + known() + "; a class needs --class-path)"));
    }

    private static String known() {
        return String.join(", ", BuiltIn.NAMES);
    }
}
