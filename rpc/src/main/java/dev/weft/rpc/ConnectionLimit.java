package dev.weft.rpc;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ServerChannel;
import io.netty.channel.ServerChannelRecvByteBufAllocator;

/**
 * Keeps a server at so many connections: past that it accepts no more until one ends, and who knocks waits in the system's queue. A handler of
 * the listening channel, which is where accepted ones come by before anybody else sees them.
 */
@ChannelHandler.Sharable
final class ConnectionLimit extends ChannelInboundHandlerAdapter {
    private static final Duration ABORT = Duration.ofSeconds(1);

    private final int most;
    private final Supplier<? extends ChannelHandler> first;
    private final AtomicInteger open = new AtomicInteger();
    private final Set<Channel> channels = ConcurrentHashMap.newKeySet();

    /** {@code first} makes the first handler of each connection. */
    ConnectionLimit(int most, Supplier<? extends ChannelHandler> first) {
        this.most = most;
        this.first = first;
    }

    int size() {
        return open.get();
    }

    <C extends ServerChannel> ChannelFactory<C> channels(ChannelFactory<C> channels) {
        return () -> {
            var channel = channels.newChannel();
            channel.config().setRecvByteBufAllocator(new ServerChannelRecvByteBufAllocator()); // one at a time, so that the next can be left to wait
            channel.pipeline().addLast(this);
            return channel;
        };
    }

    /** Closes those that are left at once: whoever does not read would keep his connection until the last word is sent. */
    void abort() {
        var left = List.copyOf(channels);
        left.forEach(c -> c.eventLoop().execute(() -> c.unsafe().close(c.voidPromise())));
        var end = System.nanoTime() + ABORT.toNanos();
        left.forEach(c -> c.closeFuture().awaitUninterruptibly(Math.max(1, (end - System.nanoTime()) / 1_000_000)));
    }

    @Override
    public void channelRead(ChannelHandlerContext listening, Object accepted) throws Exception {
        if (open.incrementAndGet() >= most) {
            listening.channel().config().setAutoRead(false);
        }
        var connection = (Channel) accepted;
        connection.pipeline().addLast(first.get());
        channels.add(connection);
        connection.closeFuture().addListener(_ -> {
            channels.remove(connection);
            if (open.getAndDecrement() >= most) {
                listening.channel().eventLoop().execute(() -> listening.channel().config().setAutoRead(open.get() < most));
            }
        });
        super.channelRead(listening, accepted);
    }
}
