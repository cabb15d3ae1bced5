package dev.weft.bench;

import java.io.IOException;
import java.net.InetSocketAddress;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerSocketChannel;

/** Netty on one of its transports: one event loop a processor, which also accepts, so that on one processor it never changes threads. */
final class NettyServers {
    private static final int BACKLOG = 4_096;

    private NettyServers() {}

    /** Puts one connection's handlers into its pipeline. */
    @FunctionalInterface
    interface Pipeline {
        void fill(Channel channel);
    }

    /** Writes that were not flushed leave when all that was read has been handled; a broken connection is closed. */
    static class Answering extends ChannelInboundHandlerAdapter {
        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            context.flush();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close();
        }
    }

    static void serve(int port, String transport, Pipeline pipeline) throws IOException {
        var group = new MultiThreadIoEventLoopGroup(Runtime.getRuntime().availableProcessors(), loops(transport));
        var bound = new ServerBootstrap()
                .group(group)
                .channel(channels(transport))
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(initializer(pipeline))
                .bind(new InetSocketAddress("127.0.0.1", port))
                .syncUninterruptibly()
                .channel();
        Control.serve(((InetSocketAddress) bound.localAddress()).getPort());
    }

    private static ChannelHandler initializer(Pipeline pipeline) {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                pipeline.fill(channel);
            }
        };
    }

    private static IoHandlerFactory loops(String transport) {
        return switch (transport) {
            case "epoll" -> {
                Epoll.ensureAvailability();
                yield EpollIoHandler.newFactory();
            }
            case "io_uring" -> {
                IoUring.ensureAvailability();
                yield IoUringIoHandler.newFactory();
            }
            case "nio" -> NioIoHandler.newFactory();
            default -> throw unknown(transport);
        };
    }

    private static Class<? extends ServerChannel> channels(String transport) {
        return switch (transport) {
            case "epoll" -> EpollServerSocketChannel.class;
            case "io_uring" -> IoUringServerSocketChannel.class;
            case "nio" -> NioServerSocketChannel.class;
            default -> throw unknown(transport);
        };
    }

    private static IllegalArgumentException unknown(String transport) {
        return new IllegalArgumentException("Netty has no transport '" + transport + "': epoll, io_uring or nio");
    }
}
