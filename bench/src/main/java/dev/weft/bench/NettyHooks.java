package dev.weft.bench;

import java.util.function.ToIntFunction;

import io.netty.channel.ChannelHandlerContext;
import io.netty.util.collection.IntObjectHashMap;
import io.netty.util.collection.IntObjectMap;

/** The end of a pipeline: gives each message to the hook of its type, as Weft's Messages do. The types are not boxed. */
final class NettyHooks<M> extends NettyServers.Answering {
    private final ToIntFunction<M> type;
    private final IntObjectMap<Hook<M>> hooks = new IntObjectHashMap<>();

    NettyHooks(ToIntFunction<M> type) {
        this.type = type;
    }

    /** As a hook of Weft's. */
    @FunctionalInterface
    interface Hook<M> {
        void on(M message, ChannelHandlerContext peer);
    }

    NettyHooks<M> on(int type, Hook<M> hook) {
        hooks.put(type, hook);
        return this;
    }

    @Override
    @SuppressWarnings("unchecked") // whoever fills the pipeline puts the decoder of these messages in front
    public void channelRead(ChannelHandlerContext context, Object message) {
        var m = (M) message;
        var hook = hooks.get(type.applyAsInt(m));
        if (hook != null) {
            hook.on(m, context);
        }
    }

    /** The same hooks serve all connections. */
    @Override
    public boolean isSharable() {
        return true;
    }
}
