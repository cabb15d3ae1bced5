package dev.weft.cli;

import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.function.IntSupplier;
import java.util.logging.Level;
import java.util.logging.Logger;

import dev.weft.queue.AckQueue;
import dev.weft.queue.Link;
import dev.weft.queue.LinkBuilder;
import dev.weft.queue.LinkObserver;
import dev.weft.queue.LinkStatus;
import dev.weft.queue.LinkStatus.State;
import dev.weft.queue.Receiver;
import dev.weft.queue.Sender;
import org.jspecify.annotations.Nullable;

/**
 * One end of a queue, between a link and standard input and output. Messages are all that goes to standard output, as that may be a pipe; how things
 * stand goes to standard error.
 */
final class QueueEnd implements LinkObserver {
    /** Held, as java.util.logging forgets loggers that nobody holds, and their settings with them. */
    private static final Logger LOG = Logger.getLogger("dev.weft.queue");

    private final Arguments arguments;
    /** The process's, and while lines are typed the one on which they are. */
    private volatile Terminal terminal;
    private volatile @Nullable Console console;
    private final boolean listens;
    private final LinkBuilder<String> link;
    /** A signal, or an interrupt, has asked for the end. */
    private volatile boolean asked;
    /** All that there will ever be to send is in the queue. */
    private volatile boolean inputOver;
    private volatile boolean failed;
    private volatile boolean lost;

    private QueueEnd(Arguments arguments, Terminal terminal, boolean listens, LinkBuilder<String> link) {
        this.arguments = arguments;
        this.terminal = terminal;
        this.listens = listens;
        this.link = link;
    }

    static QueueEnd of(Arguments arguments, Terminal terminal, boolean listens, boolean reconnects) {
        if (!terminal.debug()) {
            LOG.setLevel(Level.OFF); // a command tells by itself what happens
        }
        return new QueueEnd(arguments, terminal, listens, QueueSettings.read(arguments, listens, reconnects));
    }

    /** What a command does with its link: returns when that has ended and what it received is dealt with, or on an interrupt. */
    @FunctionalInterface
    private interface Work {
        void run() throws IOException, InterruptedException;
    }

    /** Prints what comes. */
    int receive() throws IOException, InterruptedException {
        var receiver = link.observer(this).receiver();
        return run(receiver, () -> {}, () -> print(receiver), () -> outcome(receiver, 0));
    }

    /** Sends these messages, or if there are none the lines of standard input, and ends when all have left. */
    int send(List<String> messages) throws IOException, InterruptedException {
        var sender = link.observer(this).capacity(Math.max(messages.size(), AckQueue.DEFAULT_CAPACITY)).sender();
        for (var message : messages) {
            try {
                sender.send(message); // it waits in the queue, and what can't be sent is found before there is a connection
            } catch (IllegalArgumentException e) {
                throw arguments.wrong("MESSAGE: " + e.getMessage());
            }
        }
        if (messages.isEmpty()) {
            return runWithInput(sender, sender::join);
        }
        endOfInput(sender);
        return run(sender, () -> {}, sender::join, () -> outcome(sender));
    }

    /** Sends the lines of standard input, and prints what comes, also when there are no more lines. */
    int converse() throws IOException, InterruptedException {
        var duplex = link.observer(this).duplex();
        return runWithInput(duplex, () -> print(duplex));
    }

    /** As {@link #run}, while the lines of standard input are sent. */
    private int runWithInput(Sender<String> end, Work work) throws IOException, InterruptedException {
        var own = terminal;
        try (var open = Console.of(own, this::notSent)) {
            console = open;
            terminal = open.terminal();
            return run(end, () -> sendLines(end, open.lines()), work, () -> outcome(end));
        } finally {
            terminal = own;
        }
    }

    /**
     * Until the link has ended, or a signal or an interrupt ends it.
     *
     * @param input begins to read what is to be sent
     */
    private int run(Link end, Runnable input, Work work, IntSupplier outcome) throws IOException, InterruptedException {
        end.start();
        try (end) {
            return UntilAsked.run("link", () -> ask(end), () -> {
                if (listens) {
                    terminal.tell("listening on tcp://" + end.address());
                }
                input.run();
                work.run();
                if (Thread.interrupted()) {
                    ask(end);
                    work.run();
                }
                end.join();
                return outcome.getAsInt();
            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /** The terminal first: a second signal would leave it as it is. */
    private void ask(Link end) {
        asked = true;
        var typing = console;
        if (typing != null) {
            typing.close();
        }
        end.close();
    }

    /** What was received is all printed before this returns, also what came before a shutdown (SPEC SL-BUG-13). */
    private void print(Receiver<String> receiver) throws IOException {
        for (var message : receiver) {
            terminal.say(message);
            if (terminal.out().checkError()) {
                throw new IOException("standard output is closed: a message could not be printed");
            }
        }
    }

    /** On a thread of its own, which nothing waits for: a read of standard input can't be ended. */
    private void sendLines(Sender<String> sender, BufferedReader in) {
        Thread.ofPlatform().daemon().name("console").start(() -> {
            try {
                for (var line = in.readLine(); line != null; line = in.readLine()) {
                    send(sender, line);
                }
                endOfInput(sender);
            } catch (IOException e) {
                terminal.error("standard input: " + FailureText.sentence(e));
                failed = true;
                endOfInput(sender);
            } catch (IllegalStateException | InterruptedException e) {
                // The link has ended.
            }
        });
    }

    private void send(Sender<String> sender, String line) throws InterruptedException {
        try {
            sender.send(line);
        } catch (IllegalArgumentException e) {
            notSent(FailureText.sentence(e));
        }
    }

    private void notSent(String why) {
        failed = true;
        terminal.error("not sent: " + why);
    }

    /** The link goes on until what is in the queue has left. */
    private void endOfInput(Sender<String> sender) {
        inputOver = true;
        if (sender.toSend() instanceof AckQueue<String> own) {
            own.end();
        }
    }

    private int outcome(Sender<String> sender) {
        // Who only sends ends when all is sent, and not before.
        failed |= !inputOver && !(sender instanceof Receiver<?>);
        return outcome(sender, sender.unsent().size() + sender.toSend().size());
    }

    /** The exit code, and the reason for it. */
    private int outcome(Link end, int unsent) {
        var why = end.status().lastFailure().filter(_ -> !asked);
        if (unsent > 0) {
            terminal.error((unsent == 1 ? "a message was not sent" : unsent + " messages were not sent")
                    + why.map(e -> ": " + FailureText.sentence(e)).orElse(""));
            failed = true;
        } else if (why.isPresent() && (failed || !(why.get() instanceof EOFException))) {
            terminal.error(FailureText.sentence(why.get()));
            failed = true;
        }
        if (failed && !asked) {
            return ExitCode.FAILURE;
        }
        terminal.tell("Graceful shutdown");
        return ExitCode.OK;
    }

    /** A listener says nothing of those who come and go, as that is what they do. */
    @Override
    public void changed(Link end, LinkStatus status) {
        if (status.state() == State.RECONNECTING && status.attempts() == 0) {
            var why = status.lastFailure();
            if (!listens) {
                lost = true;
                terminal.error("lost " + end.address() + why.map(e -> " (" + FailureText.sentence(e) + ")").orElse("") + ", trying again");
            } else if (why.isPresent() && !(why.get() instanceof EOFException)) {
                terminal.error(FailureText.sentence(why.get()));
            }
        } else if (status.state() == State.CONNECTED && lost) {
            lost = false;
            terminal.error("connected to " + end.address() + " again");
        }
    }
}
