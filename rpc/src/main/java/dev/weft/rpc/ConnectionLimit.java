package dev.weft.rpc;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

import dev.weft.net.TimeSource;
import dev.weft.net.support.Moments;
import dev.weft.net.support.TimedCondition;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ServerChannel;
import io.netty.channel.ServerChannelRecvByteBufAllocator;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a server at so many connections: past that it accepts no more until one ends, and the next waits in the system's queue. A handler of
 * the listening channel, which is where accepted ones come by before anybody else sees them.
 */
@ChannelHandler.Sharable
final class ConnectionLimit extends ChannelInboundHandlerAdapter {
    private static final Duration ABORT = Duration.ofSeconds(1);

    private final int most;
    private final Supplier<? extends ChannelHandler> first;
    private final AtomicInteger open = new AtomicInteger();
    private final Set<Channel> channels = ConcurrentHashMap.newKeySet();
    private final TimedCondition closed;
    private volatile @Nullable Channel listening;
    private volatile boolean aborting;

    /** {@code first} makes the first handler of each connection. */
    ConnectionLimit(int most, Supplier<? extends ChannelHandler> first, TimeSource time) {
        this.most = most;
        this.first = first;
        closed = new TimedCondition(time);
    }

    int size() {
        return open.get();
    }

    <C extends ServerChannel> ChannelFactory<C> channels(ChannelFactory<C> channels) {
        return () -> {
            var channel = channels.newChannel();
            channel.config().setRecvByteBufAllocator(new ServerChannelRecvByteBufAllocator()); // one at a time, so that the next can be left to wait
            channel.config().setAutoRead(false); // until accept
            channel.pipeline().addLast(this);
            listening = channel;
            return channel;
        };
    }

    /** Accepts from now on; until then connections wait in the system's queue. */
    void accept() {
        var channel = listening;
        if (channel != null) {
            channel.eventLoop().execute(() -> channel.config().setAutoRead(open.get() < most));
        }
    }

    /** Closes those that are left at once: a peer that does not read would keep its connection until the last word is sent. */
    void abort() {
        aborting = true;
        channels.forEach(c -> c.eventLoop().execute(() -> c.unsafe().close(c.voidPromise())));
        closed.await(channels::isEmpty, Moments.in(closed.time(), ABORT));
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
            if (aborting) {
                closed.signal();
            }
            if (open.getAndDecrement() >= most) {
                listening.channel().eventLoop().execute(() -> listening.channel().config().setAutoRead(open.get() < most));
            }
        });
        super.channelRead(listening, accepted);
    }
}
