package dev.weft.bench;

import java.io.IOException;
import java.nio.ByteBuffer;

import dev.weft.net.Frames;
import dev.weft.net.Framing;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** What decoding one length-prefixed message costs out of a connection's own buffer; per message, 64 of them having come at once. */
@State(Scope.Thread)
public class LengthFramingBenchmark {
    private static final int PREFIX = 4;

    /** Bytes a message, its prefix included. */
    @Param({"16", "64", "1024"})
    public int size;

    private MemoryPair pair;
    private byte[] batch;
    private Frames<byte[]> messages;

    /** Connects the pair. */
    @Setup
    public void open() throws IOException {
        pair = new MemoryPair();
        batch = new byte[MemoryPair.BATCH * size];
        for (int at = 0; at < batch.length; at += size) {
            ByteBuffer.wrap(batch).putInt(at, size - PREFIX);
        }
        messages = pair.reader().frames(Framing.lengthPrefixed(PREFIX));
    }

    /** Framing.lengthPrefixed(4). */
    @Benchmark
    @OperationsPerInvocation(MemoryPair.BATCH)
    public int fourBytes() throws IOException {
        pair.writer().send(batch);
        var length = 0;
        for (int i = 0; i < MemoryPair.BATCH; i++) {
            length += messages.read().length;
        }
        return length;
    }

    /** Ends the pair. */
    @TearDown
    public void close() throws IOException {
        pair.close();
    }
}
