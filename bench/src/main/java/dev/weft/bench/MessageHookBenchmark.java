package dev.weft.bench;

import java.io.IOException;

import dev.weft.message.Messages;
import dev.weft.net.Address;
import dev.weft.net.Connection;
import dev.weft.net.Server;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * A request's whole way through a Messages server: decoded, given to the hook of its name, answered, encoded. Over the memory transport, so
 * that there is no system call in it; 64 at once, among which the hand-over to the server's thread and back is divided. {@link #echo} is the
 * same way for mere bytes, so the difference is what messages cost, and with {@code -prof gc} what each leaves to the collector.
 */
@State(Scope.Thread)
public class MessageHookBenchmark {
    /** As large as the messages' own, so that a batch is one read there and here. */
    private static final int BUFFER = 8 * 1024;

    /** Bytes of data a message. */
    @Param({"16", "64"})
    public int size;

    private Server server;
    private Server echoServer;
    private Connection client;
    private Connection echoClient;
    private byte[] requests;
    private byte[] replies;

    /** Starts the servers. */
    @Setup
    public void open() throws IOException {
        var messages = new Messages().on("client msg", (m, peer) -> peer.send(m.reply("server response", m.data())));
        server = messages.open(Server.at(Address.memory("messages"))).start();
        client = Connection.to(server.address()).open();
        echoServer = Server.at(Address.memory("bytes")).open(MessageHookBenchmark::echo).start();
        echoClient = Connection.to(echoServer.address()).open();
        requests = PruinaFrame.batch(MemoryPair.BATCH, new byte[size]);
        replies = new byte[requests.length];
    }

    private static void echo(Connection c) throws IOException {
        var bytes = new byte[BUFFER];
        for (int n; (n = c.input().read(bytes)) >= 0;) {
            c.output().write(bytes, 0, n);
        }
    }

    /** Bytes there and back. */
    @Benchmark
    @OperationsPerInvocation(MemoryPair.BATCH)
    public int echo() throws IOException {
        return exchange(echoClient);
    }

    /** Request and reply. */
    @Benchmark
    @OperationsPerInvocation(MemoryPair.BATCH)
    public int ask() throws IOException {
        return exchange(client);
    }

    private int exchange(Connection with) throws IOException {
        with.send(requests);
        return with.input().readNBytes(replies, 0, replies.length);
    }

    /** Ends all. */
    @TearDown
    public void close() throws IOException {
        client.close();
        echoClient.close();
        server.close();
        echoServer.close();
    }
}
