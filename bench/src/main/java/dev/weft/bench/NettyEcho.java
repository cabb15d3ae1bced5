package dev.weft.bench;

import java.io.IOException;

import io.netty.channel.ChannelHandlerContext;

/** {@code NettyEcho [PORT] [epoll|io_uring|nio]}: echo on Netty; the buffer that was read is the one that is written. */
final class NettyEcho {
    private NettyEcho() {}

    static void main(String[] args) throws IOException {
        NettyServers.serve(Control.port(args), Control.argument(args, 1, "epoll"), channel -> channel.pipeline().addLast(new EchoHandler()));
    }

    private static final class EchoHandler extends NettyServers.Answering {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            context.write(message, context.voidPromise());
        }
    }
}
