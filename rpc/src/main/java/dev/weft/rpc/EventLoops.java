package dev.weft.rpc;

import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.spi.SelectorProvider;
import java.util.concurrent.ThreadFactory;

import dev.weft.net.Address;
import io.netty.buffer.AdaptiveByteBufAllocator;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelFactory;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.local.LocalAddress;
import io.netty.channel.local.LocalIoHandler;
import io.netty.channel.local.LocalServerChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.FastThreadLocalThread;

/**
 * The threads that read from connections and write to them, for all servers and clients of the process: one for each processor. They are virtual
 * threads, which the JDK lets wait for a selector without holding a carrier; {@code -Dweft.rpc.loops=platform} makes them platform threads, for
 * programs whose virtual threads compute for long without a pause. Never ended: they keep no JVM alive.
 */
final class EventLoops {
    /** Made when first used, with buffers that don't mind that each call takes its own on a thread of its own. */
    private static final class Sockets {
        static final EventLoops LOOPS = new EventLoops(NioIoHandler.newFactory(SelectorProvider.provider(), GivingWay::new),
                NioIoHandler.newFactory(), new AdaptiveByteBufAllocator());
    }

    /**
     * For connections within the process. These forget what is under way when an end is closed; buffers that are garbage like any other are no
     * loss.
     */
    private static final class Within {
        static final EventLoops LOOPS = new EventLoops(LocalIoHandler.newFactory(), LocalIoHandler.newFactory(),
                new UnpooledByteBufAllocator(false, true));
    }

    /** In place of an option that grpc-java sets and only TCP has: without it Netty would warn of each. */
    @SuppressWarnings("NullAway") // so options are taken away
    static final Boolean NO_OPTION = null;

    private final EventLoopGroup group;
    private final ByteBufAllocator buffers;

    private EventLoops(IoHandlerFactory onVirtual, IoHandlerFactory onPlatform, ByteBufAllocator buffers) {
        var kind = System.getProperty("weft.rpc.loops", "virtual");
        var loops = Runtime.getRuntime().availableProcessors();
        group = switch (kind) {
            case "virtual" -> new MultiThreadIoEventLoopGroup(loops, virtualThreads(), onVirtual);
            case "platform" -> new MultiThreadIoEventLoopGroup(loops, new DefaultThreadFactory("weft-rpc", true), onPlatform);
            default -> throw new IllegalArgumentException("weft.rpc.loops is virtual or platform, not '" + kind + "'");
        };
        this.buffers = buffers;
    }

    /** Ones that keep the buffers and records that they use again and again, as Netty's own threads do. */
    private static ThreadFactory virtualThreads() {
        var threads = Thread.ofVirtual().name("weft-rpc-", 1).factory();
        return loop -> threads.newThread(() -> FastThreadLocalThread.runWithFastThreadLocal(loop));
    }

    /** Those for connections to this place. */
    static EventLoops of(Address place) {
        return place.kind() == Address.Kind.MEMORY ? Within.LOOPS : Sockets.LOOPS;
    }

    EventLoopGroup group() {
        return group;
    }

    ByteBufAllocator buffers() {
        return buffers;
    }

    static ChannelFactory<ServerChannel> serverChannels(SocketAddress where) {
        return switch (where) {
            case UnixDomainSocketAddress _ -> UnixListener::new;
            case LocalAddress _ -> LocalServerChannel::new;
            default -> NioServerSocketChannel::new;
        };
    }
}
