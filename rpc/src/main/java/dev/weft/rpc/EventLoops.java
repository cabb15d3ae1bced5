package dev.weft.rpc;

import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.spi.SelectorProvider;
import java.util.concurrent.Executor;

import io.netty.channel.ChannelFactory;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;

/**
 * The threads that read from sockets and write to them, for all servers and clients of the process: one for each processor. They are virtual threads,
 * which the JDK lets wait for a selector without holding a carrier; {@code -Dweft.rpc.loops=platform} makes them platform threads, for programs whose
 * virtual threads compute for long without a pause.
 */
final class EventLoops {
    /**
     * Tells one end of what the other did, where there is no socket between them: not on the thread that did it, which may hold locks that the
     * telling needs.
     */
    static final Executor WITHIN_PROCESS = Thread::startVirtualThread;

    /** In place of an option that grpc-java sets and Unix sockets don't have: without it Netty would warn of each. */
    @SuppressWarnings("NullAway") // so options are taken away
    static final Boolean NO_OPTION = null;

    private static final class Holder {
        static final EventLoops SHARED = new EventLoops();
    }

    private final EventLoopGroup group = group(System.getProperty("weft.rpc.loops", "virtual"));

    private EventLoops() {}

    /** Started when first used, and never ended: its threads keep no JVM alive. */
    static EventLoops shared() {
        return Holder.SHARED;
    }

    private static EventLoopGroup group(String kind) {
        var loops = Runtime.getRuntime().availableProcessors();
        return switch (kind) {
            case "virtual" -> new MultiThreadIoEventLoopGroup(loops, Thread.ofVirtual().name("weft-rpc-", 1).factory(),
                    NioIoHandler.newFactory(SelectorProvider.provider(), GivingWay::new));
            case "platform" -> new MultiThreadIoEventLoopGroup(loops, new DefaultThreadFactory("weft-rpc", true), NioIoHandler.newFactory());
            default -> throw new IllegalArgumentException("weft.rpc.loops is virtual or platform, not '" + kind + "'");
        };
    }

    EventLoopGroup group() {
        return group;
    }

    ChannelFactory<ServerChannel> serverChannels(SocketAddress where) {
        return where instanceof UnixDomainSocketAddress ? NioServerDomainSocketChannel::new : NioServerSocketChannel::new;
    }
}
