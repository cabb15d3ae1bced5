package dev.weft.bench;

import java.io.IOException;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import org.jspecify.annotations.Nullable;

/**
 * {@code NettyFrames [PORT] [epoll|io_uring|nio]}: each Pruina message answered by the hook of its type on Netty, as who knows Netty well
 * writes it. The frame decoder gives out messages and not slices, which saves a handler and a list for each; an answer is encoded into one
 * pooled direct buffer of just its size.
 */
final class NettyFrames {
    private NettyFrames() {}

    static void main(String[] args) throws IOException {
        var encoder = new Encoder();
        var hooks = new NettyHooks<PruinaFrame>(PruinaFrame::type).on(PruinaFrame.REQUEST,
                (m, peer) -> peer.write(m.reply(PruinaFrame.REPLY, m.data()), peer.voidPromise()));
        NettyServers.serve(Control.port(args), Control.argument(args, 1, "epoll"), channel -> channel.pipeline()
                .addLast(new Decoder())
                .addLast(encoder)
                .addLast(hooks));
    }

    private static final class Decoder extends NettyFrameDecoder {
        @Override
        protected @Nullable Object decode(ChannelHandlerContext context, ByteBuf in) throws Exception {
            var body = (ByteBuf) super.decode(context, in);
            if (body == null) {
                return null;
            }
            try {
                return PruinaFrame.read(body.internalNioBuffer(body.readerIndex(), body.readableBytes()));
            } finally {
                body.release();
            }
        }
    }

    @Sharable
    private static final class Encoder extends ChannelOutboundHandlerAdapter {
        @Override
        public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) throws Exception {
            var answer = (PruinaFrame) message;
            var size = PruinaFrame.HEADER + answer.size();
            var bytes = context.alloc().directBuffer(size);
            answer.write(bytes.internalNioBuffer(0, size));
            context.write(bytes.writerIndex(size), promise);
        }
    }
}
