package dev.weft.workers;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;

import dev.weft.linux.sys.Libc;
import dev.weft.linux.sys.Sockets;
import dev.weft.net.Connection;
import dev.weft.net.Datagram;
import dev.weft.net.DatagramHandler;
import dev.weft.net.Handler;
import dev.weft.net.Rehearsable;
import dev.weft.net.Server;

/** Handlers that do what no handler should: to their worker, to the line between it and its server, and to its end. */
final class WorkerVandal {
    /** What a worker does when it rehearses: {@code hang}; or, in a folder, leave a file of its number and hang unless it is the first there. */
    static final String REHEARSAL = "weft.test.rehearsal";
    /** What it does when it ends: {@code hang}, or leave a file of its number in this folder. */
    static final String END = "weft.test.end";
    private static final int MOST_DESCRIPTORS = 200;
    private static final int RLIMIT_NOFILE = 7; // getrlimit(2)

    private WorkerVandal() {}

    private static long pid() {
        return ProcessHandle.current().pid();
    }

    private static void rehearse() {
        var end = System.getProperty(END);
        if (end != null) {
            Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(() -> end(end)));
        }
        var rehearsal = System.getProperty(REHEARSAL);
        if (rehearsal == null) {
            return;
        }
        if (rehearsal.equals("hang")) {
            hang("rehearses ");
        }
        if (!isFirst(Path.of(rehearsal))) {
            park();
        }
    }

    private static void end(String how) {
        if (how.equals("hang")) {
            hang("ends ");
        }
        try {
            Files.createFile(Path.of(how, String.valueOf(pid())));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isFirst(Path folder) {
        try {
            Files.createFile(folder.resolve(String.valueOf(pid())));
            Files.createFile(folder.resolve("first"));
            return true;
        } catch (FileAlreadyExistsException e) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void hang(String where) {
        System.out.println(where + pid());
        park();
    }

    private static void park() {
        while (true) {
            LockSupport.park();
        }
    }

    /** Does as one line tells. */
    public static final class Connections implements Handler, Rehearsable {
        @Override
        public void rehearse() {
            WorkerVandal.rehearse();
        }

        @Override
        public void handle(Connection c) throws IOException {
            var order = c.readLine();
            switch (order) {
                case "negative" -> line().deliver(WorkerProtocol.message(WorkerProtocol.FAILED, out -> {
                    out.writeBoolean(true);
                    out.writeUTF("type");
                    out.writeUTF("message");
                    out.writeByte(-1); // frames
                }));
                case "flood" -> {
                    var line = line();
                    while (true) {
                        line.deliver(WorkerProtocol.failed(new IllegalStateException("again"), false));
                    }
                }
                case "descriptor" -> line().send(WorkerProtocol.failed(new IllegalStateException("with a descriptor"), false), 0);
                default -> c.send(pid() + "\n");
            }
            switch (order) {
                case "close" -> Server.current().close();
                case "starve" -> starve();
                default -> {}
            }
            c.receive(1);
        }
    }

    /** Answers with its number. */
    public static final class Packets implements DatagramHandler, Rehearsable {
        @Override
        public void rehearse() {
            WorkerVandal.rehearse();
        }

        @Override
        public void handle(Datagram d) throws IOException {
            d.reply(pid() + " " + Server.current().address());
        }
    }

    /** From now on this process gets no descriptor more, not even to load a class. */
    private static void starve() throws IOException {
        try (var arena = Arena.ofConfined()) {
            Libc.checked(Libc.function("setrlimit"), RLIMIT_NOFILE, arena.allocateFrom(JAVA_LONG, 3, 3).address(), 0, 0, 0);
        }
    }

    /** The line between its server and this worker: the one socket of its kind. */
    private static SeqPacketSocket line() throws IOException {
        for (int fd = 3; fd < MOST_DESCRIPTORS; fd++) {
            if (isLine(fd)) {
                return SeqPacketSocket.ofWorker(fd);
            }
        }
        throw new IOException("no line found");
    }

    private static boolean isLine(int fd) {
        try {
            return Sockets.typeOf(fd) == Libc.SOCK_SEQPACKET;
        } catch (IOException e) {
            return false;
        }
    }
}
