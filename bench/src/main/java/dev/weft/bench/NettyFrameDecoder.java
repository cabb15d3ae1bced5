package dev.weft.bench;

import java.nio.ByteOrder;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.CorruptedFrameException;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;

/** Netty's decoder for frames with a length in front, told where a Pruina frame has it; the magic is looked at in the same go. */
class NettyFrameDecoder extends LengthFieldBasedFrameDecoder {
    private static final int LENGTH_AT = 2;
    private static final int LONGEST = 16 << 20;

    NettyFrameDecoder() {
        super(LONGEST, LENGTH_AT, Integer.BYTES, 0, PruinaFrame.HEADER);
    }

    @Override
    protected final long getUnadjustedFrameLength(ByteBuf bytes, int offset, int length, ByteOrder order) {
        if (bytes.getUnsignedShort(offset - LENGTH_AT) != PruinaFrame.MAGIC) {
            throw new CorruptedFrameException("no message begins here");
        }
        return bytes.getUnsignedInt(offset);
    }
}
