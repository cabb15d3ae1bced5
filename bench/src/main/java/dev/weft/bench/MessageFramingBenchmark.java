package dev.weft.bench;

import java.io.IOException;
import java.util.Collections;
import java.util.List;

import dev.weft.message.Message;
import dev.weft.net.Frames;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * What reading and writing one Pruina message costs at a connection; per message, 64 of them at once. The pipe between the two ends allocates,
 * too, and {@link #bytes} is the pipe alone: the others' difference to it is what Weft's framing costs.
 */
@State(Scope.Thread)
public class MessageFramingBenchmark {
    /** Bytes of data a message. */
    @Param({"16", "64"})
    public int size;

    private MemoryPair pair;
    private byte[] batch;
    private byte[] taken;
    private List<Message> messages;
    private Frames<Message> in;
    private Frames<Message> out;

    /** Connects the pair. */
    @Setup
    public void open() throws IOException {
        pair = new MemoryPair();
        batch = PruinaFrame.batch(MemoryPair.BATCH, new byte[size]);
        taken = new byte[batch.length];
        messages = Collections.nCopies(MemoryPair.BATCH, new Message(1, PruinaFrame.REQUEST, new byte[size], 0));
        in = pair.reader().frames(Message.framing());
        out = pair.writer().frames(Message.framing());
    }

    /** The same bytes, there and away again. */
    @Benchmark
    @OperationsPerInvocation(MemoryPair.BATCH)
    public int bytes() throws IOException {
        pair.writer().send(batch);
        return pair.reader().input().readNBytes(taken, 0, taken.length);
    }

    /** Message.framing() out of the connection's buffer. */
    @Benchmark
    @OperationsPerInvocation(MemoryPair.BATCH)
    public int decode() throws IOException {
        pair.writer().send(batch);
        var length = 0;
        for (int i = 0; i < MemoryPair.BATCH; i++) {
            length += in.read().data().length;
        }
        return length;
    }

    /** Message.framing() into what leaves in one write. */
    @Benchmark
    @OperationsPerInvocation(MemoryPair.BATCH)
    public int encode() throws IOException {
        out.writeAll(messages);
        return pair.reader().input().readNBytes(taken, 0, taken.length);
    }

    /** Ends the pair. */
    @TearDown
    public void close() throws IOException {
        pair.close();
    }
}
