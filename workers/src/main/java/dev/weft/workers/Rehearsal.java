package dev.weft.workers;

import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;

import dev.weft.linux.sys.Libc;
import dev.weft.linux.sys.Sockets;
import dev.weft.net.Address;
import dev.weft.net.Connection;
import dev.weft.net.Datagram;
import dev.weft.net.DatagramHandler;
import dev.weft.net.Handler;

/**
 * Requests that a worker makes and serves by itself before it reports that it is ready, over sockets of its own. So the first real request finds the
 * code between handoff and report loaded, linked and partly compiled. No code of the user's runs. When a request waits for this worker already,
 * nothing is rehearsed.
 */
final class Rehearsal {
    private static final int ROUNDS = 40;
    private static final byte[] REQUEST = "rehearsal\nbytes".getBytes(StandardCharsets.UTF_8);

    private Rehearsal() {}

    static void run(WorkerSetup setup) throws IOException {
        if (setup.hasty()) {
            return;
        }
        var pair = SocketPair.open(Libc.SOCK_SEQPACKET);
        var serverEnd = SeqPacketSocket.ofServer(pair.one());
        var workerEnd = SeqPacketSocket.ofWorker(pair.other());
        try {
            var requests = new WorkerRequests(workerEnd);
            if (setup.packets()) {
                packets(setup, requests, serverEnd);
            } else {
                connections(setup, requests, serverEnd);
            }
        } finally {
            serverEnd.close();
            workerEnd.close();
        }
    }

    private static void connections(WorkerSetup setup, WorkerRequests requests, SeqPacketSocket serverEnd) throws IOException {
        var server = WorkerMain.server(setup, Conversation.class, requests, SeqPacketSocket.NONE);
        var answer = new byte[1_024];
        for (int id = 1; id <= ROUNDS; id++) {
            var pair = SocketPair.open(Libc.SOCK_STREAM);
            Libc.send(pair.one(), REQUEST, 0, REQUEST.length);
            serverEnd.send(WorkerProtocol.connection(id, setup.address().toString(), "127.0.0.1:9999"), pair.other());
            Libc.close(pair.other());
            server.handleRequest();
            Libc.receive(pair.one(), answer, 0, answer.length);
            Libc.close(pair.one());
        }
    }

    private static void packets(WorkerSetup setup, WorkerRequests requests, SeqPacketSocket serverEnd) throws IOException {
        var inet = setup.address().kind() == Address.Kind.INET;
        var socket = Libc.socket(inet ? Libc.AF_INET : Libc.AF_UNIX, Libc.SOCK_DGRAM);
        try (var arena = Arena.ofConfined()) {
            // A Unix socket's family alone has the kernel choose an abstract name: unix(7), autobind.
            Libc.bind(socket, inet
                    ? Sockets.encode(Address.of("127.0.0.1", 0), Libc.AF_INET, arena)
                    : arena.allocateFrom(JAVA_SHORT, (short) Libc.AF_UNIX));
            var itself = Sockets.localName(socket).toString();
            var server = WorkerMain.server(setup, Packets.class, requests, socket);
            for (int id = 1; id <= ROUNDS; id++) {
                serverEnd.send(WorkerProtocol.datagram(id, REQUEST, itself, false), SeqPacketSocket.NONE);
                server.handleRequest();
            }
        } finally {
            Libc.close(socket);
        }
    }

    /** Reads and writes as handlers do. */
    static final class Conversation implements Handler {
        @Override
        public void handle(Connection c) throws IOException {
            var line = c.readLine();
            c.send(line + c.receive(64).length + "\n");
            c.lines().write(line);
            c.output().write(REQUEST);
        }
    }

    /** Reads and answers. */
    static final class Packets implements DatagramHandler {
        @Override
        public void handle(Datagram d) throws IOException {
            d.reply(d.text());
        }
    }
}
