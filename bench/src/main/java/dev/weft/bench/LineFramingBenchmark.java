package dev.weft.bench;

import java.io.IOException;
import java.util.Arrays;

import dev.weft.net.Frames;
import dev.weft.net.Framing;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** What decoding one line costs out of a connection's own buffer, as a string and as bytes; per line, 64 of them having come at once. */
@State(Scope.Thread)
public class LineFramingBenchmark {
    /** Bytes a line, its end included. */
    @Param({"16", "64", "1024"})
    public int size;

    private MemoryPair pair;
    private byte[] batch;
    private Frames<String> text;
    private Frames<byte[]> bytes;

    /** Connects the pair. */
    @Setup
    public void open() throws IOException {
        pair = new MemoryPair();
        batch = new byte[MemoryPair.BATCH * size];
        Arrays.fill(batch, (byte) 'a');
        for (int end = size - 1; end < batch.length; end += size) {
            batch[end] = '\n';
        }
        text = pair.reader().lines();
        bytes = pair.reader().frames(Framing.delimited("\n"));
    }

    /** Framing.lines. */
    @Benchmark
    @OperationsPerInvocation(MemoryPair.BATCH)
    public int text() throws IOException {
        pair.writer().send(batch);
        var length = 0;
        for (int i = 0; i < MemoryPair.BATCH; i++) {
            length += text.read().length();
        }
        return length;
    }

    /** Framing.delimited. */
    @Benchmark
    @OperationsPerInvocation(MemoryPair.BATCH)
    public int bytes() throws IOException {
        pair.writer().send(batch);
        var length = 0;
        for (int i = 0; i < MemoryPair.BATCH; i++) {
            length += bytes.read().length;
        }
        return length;
    }

    /** Ends the pair. */
    @TearDown
    public void close() throws IOException {
        pair.close();
    }
}
