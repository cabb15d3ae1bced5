package dev.weft.cli;

import dev.weft.net.Connection;
import dev.weft.net.Datagram;
import dev.weft.net.DatagramHandler;
import dev.weft.net.Handler;

/** A built-in handler as a class, which a worker process can make by itself; what it prints goes to the worker's standard output, which is ours. */
abstract sealed class InWorkers implements Handler, DatagramHandler {
    private final BuiltIn service;

    private InWorkers(String word) {
        service = (BuiltIn) BuiltIn.named(word, Terminal.system()).orElseThrow();
    }

    /** The class for a word. */
    static Class<?> named(String word) {
        return switch (word) {
            case "echo" -> Echo.class;
            case "upper" -> Upper.class;
            case "upper-line" -> UpperLine.class;
            case "discard" -> Discard.class;
            default -> Daytime.class;
        };
    }

    @Override
    public void handle(Connection c) throws Exception {
        service.connections().handle(c);
    }

    @Override
    public void handle(Datagram d) throws Exception {
        service.datagrams().handle(d);
    }

    /** {@code echo}. */
    static final class Echo extends InWorkers {
        Echo() {
            super("echo");
        }
    }

    /** {@code upper}. */
    static final class Upper extends InWorkers {
        Upper() {
            super("upper");
        }
    }

    /** {@code upper-line}. */
    static final class UpperLine extends InWorkers {
        UpperLine() {
            super("upper-line");
        }
    }

    /** {@code discard}. */
    static final class Discard extends InWorkers {
        Discard() {
            super("discard");
        }
    }

    /** {@code daytime}. */
    static final class Daytime extends InWorkers {
        Daytime() {
            super("daytime");
        }
    }
}
