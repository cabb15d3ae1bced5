package dev.weft.rpc;

import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.spi.SelectorProvider;
import java.util.concurrent.ThreadFactory;

import io.netty.buffer.AdaptiveByteBufAllocator;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelFactory;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.local.LocalAddress;
import io.netty.channel.local.LocalIoHandler;
import io.netty.channel.local.LocalServerChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.FastThreadLocalThread;

/**
 * The threads that read from connections and write to them, for all servers and clients of the process: one for each processor. They are virtual
 * threads, which the JDK lets wait for a selector without holding a carrier; {@code -Dweft.rpc.loops=platform} makes them platform threads, for
 * programs whose virtual threads compute for long without a pause.
 */
final class EventLoops {
    /** In place of an option that grpc-java sets and only TCP has: without it Netty would warn of each. */
    @SuppressWarnings("NullAway") // so options are taken away
    static final Boolean NO_OPTION = null;

    /** Those of sockets, made when first used. Never ended: they keep no JVM alive. */
    private static final class Sockets {
        static final EventLoopGroup LOOPS = group(NioIoHandler.newFactory(SelectorProvider.provider(), GivingWay::new), NioIoHandler.newFactory());
    }

    /** Those of connections within the process. */
    private static final class Within {
        static final EventLoopGroup LOOPS = group(LocalIoHandler.newFactory(), LocalIoHandler.newFactory());
    }

    /** Of connections' buffers: one that does not mind that each call's are taken by a thread of its own. */
    static final ByteBufAllocator BUFFERS = new AdaptiveByteBufAllocator();

    private EventLoops() {}

    static EventLoopGroup sockets() {
        return Sockets.LOOPS;
    }

    /** Those that serve an address of this kind. */
    static EventLoopGroup of(SocketAddress where) {
        return where instanceof LocalAddress ? Within.LOOPS : Sockets.LOOPS;
    }

    private static EventLoopGroup group(IoHandlerFactory onVirtual, IoHandlerFactory onPlatform) {
        var kind = System.getProperty("weft.rpc.loops", "virtual");
        var loops = Runtime.getRuntime().availableProcessors();
        return switch (kind) {
            case "virtual" -> new MultiThreadIoEventLoopGroup(loops, virtualThreads(), onVirtual);
            case "platform" -> new MultiThreadIoEventLoopGroup(loops, new DefaultThreadFactory("weft-rpc", true), onPlatform);
            default -> throw new IllegalArgumentException("weft.rpc.loops is virtual or platform, not '" + kind + "'");
        };
    }

    /** Ones that keep the buffers and records that they use again and again, as Netty's own threads do. */
    private static ThreadFactory virtualThreads() {
        var threads = Thread.ofVirtual().name("weft-rpc-", 1).factory();
        return loop -> threads.newThread(() -> FastThreadLocalThread.runWithFastThreadLocal(loop));
    }

    static ChannelFactory<ServerChannel> serverChannels(SocketAddress where) {
        return switch (where) {
            case UnixDomainSocketAddress _ -> NioServerDomainSocketChannel::new;
            case LocalAddress _ -> LocalServerChannel::new;
            default -> NioServerSocketChannel::new;
        };
    }
}
