package dev.weft.bench;

import java.io.IOException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.LineBasedFrameDecoder;

/**
 * {@code NettyStream [PORT] [epoll|io_uring|nio] [queue]}: lines that nobody answers. Each is looked at where it lies, on the event loop; or
 * copied and handed over to another thread by a queue, as a link does it.
 */
final class NettyStream {
    private static final int LONGEST = 8 * 1024;
    private static final int ROOM = 1_024;

    /** So that reading them can't be optimized away. */
    @SuppressWarnings("UnusedVariable")
    private static volatile long bytes;

    private NettyStream() {}

    static void main(String[] args) throws IOException {
        var queue = new LinkedBlockingQueue<byte[]>(ROOM);
        var queued = Control.argument(args, 2, "").equals("queue");
        if (queued) {
            Thread.ofVirtual().start(() -> consume(queue));
        }
        NettyServers.serve(Control.port(args), Control.argument(args, 1, "epoll"), channel -> channel.pipeline()
                .addLast(new LineBasedFrameDecoder(LONGEST))
                .addLast(queued ? new Queueing(queue) : new Counting()));
    }

    private static void consume(BlockingQueue<byte[]> queue) {
        try {
            for (var sum = 0L;; bytes = sum) {
                sum += queue.take().length;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static final class Counting extends SimpleChannelInboundHandler<ByteBuf> {
        private long sum;

        @Override
        protected void channelRead0(ChannelHandlerContext context, ByteBuf line) {
            sum += line.readableBytes();
            bytes = sum;
        }
    }

    private static final class Queueing extends SimpleChannelInboundHandler<ByteBuf> {
        private final BlockingQueue<byte[]> queue;

        Queueing(BlockingQueue<byte[]> queue) {
            this.queue = queue;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, ByteBuf line) throws InterruptedException {
            queue.put(ByteBufUtil.getBytes(line));
        }
    }
}
