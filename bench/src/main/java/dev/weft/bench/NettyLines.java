package dev.weft.bench;

import java.io.IOException;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.LineBasedFrameDecoder;

/**
 * {@code NettyLines [PORT] [epoll|io_uring|nio]}: each line upper-cased and answered on Netty. The decoder keeps the line's end, so the slice
 * of the receive buffer that it passes on is upper-cased in place and written as it is: no allocation, no copy, no string.
 */
final class NettyLines {
    private static final int LONGEST = 8 * 1024;

    private NettyLines() {}

    static void main(String[] args) throws IOException {
        NettyServers.serve(Control.port(args), Control.argument(args, 1, "epoll"), channel -> channel.pipeline()
                .addLast(new LineBasedFrameDecoder(LONGEST, false, false))
                .addLast(new UpperCaseHandler()));
    }

    private static final class UpperCaseHandler extends NettyServers.Answering {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            var line = (ByteBuf) message;
            for (int i = line.readerIndex(), end = line.writerIndex(); i < end; i++) {
                line.setByte(i, UpperCase.of(line.getByte(i)));
            }
            context.write(line, context.voidPromise());
        }
    }
}
