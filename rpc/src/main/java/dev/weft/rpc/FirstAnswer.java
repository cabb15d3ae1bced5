package dev.weft.rpc;

import java.net.InetSocketAddress;

import dev.weft.net.Address;
import dev.weft.rpc.FirstBytes.Protocol;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;

/**
 * The first handler of a connection at a client: looks at how the server begins, and ends the connection with a message that says why when it
 * speaks another protocol, or when there is no server.
 */
final class FirstAnswer extends ChannelInboundHandlerAdapter {
    static final String HAS_TLS = "the server speaks TLS, and this client does not (RpcClient's tls(...), or weft call --tls, --ca)";
    static final String HAS_NO_TLS = "the server does not speak TLS, and this client does (leave out RpcClient's tls(...),"
            + " or weft call's --tls, --ca)";

    private final boolean tls;
    private final FirstBytes first = new FirstBytes();

    private FirstAnswer(boolean tls) {
        this.tls = tls;
    }

    /** Channels that begin with one. */
    static ChannelFactory<Channel> channels(ChannelFactory<? extends Channel> channels, boolean tls) {
        return () -> {
            var channel = channels.newChannel();
            channel.pipeline().addLast(new FirstAnswer(tls));
            return channel;
        };
    }

    /**
     * Where nobody listens at a port that the system also gives to connections, it may choose that one for this connection, which then meets itself
     * (a simultaneous open, RFC 9293, 3.5).
     */
    @Override
    public void channelActive(ChannelHandlerContext ctx) throws Exception {
        var remote = ctx.channel().remoteAddress();
        if (remote instanceof InetSocketAddress && remote.equals(ctx.channel().localAddress())) {
            ctx.fireExceptionCaught(failure("cannot connect to " + Address.of(remote)
                    + ": connection refused (no server on this port? It met its own end, as the system had chosen the same port for it)"));
            var _ = ctx.close();
            return;
        }
        ctx.fireChannelActive();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
        first.add((ByteBuf) message);
        var spoken = first.protocol();
        if (spoken == Protocol.UNCERTAIN) {
            ctx.fireChannelRead(message);
            return;
        }
        ctx.pipeline().remove(this);
        if (!tls && first.isAlert()) {
            fail(ctx, message, HAS_TLS);
        } else if (spoken == Protocol.HTTP1) {
            fail(ctx, message, "the server speaks " + first.described() + ", not gRPC's HTTP/2");
        } else if (tls && spoken != Protocol.TLS) {
            fail(ctx, message, HAS_NO_TLS);
        } else {
            ctx.fireChannelRead(message);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
        if (!tls) { // where there is TLS, the handshake says what it has waited for
            ctx.fireExceptionCaught(failure("the server has closed the connection before it said anything in HTTP/2; "
                    + "perhaps it speaks TLS, and this client does not"));
        }
        ctx.fireChannelInactive();
    }

    private static void fail(ChannelHandlerContext ctx, Object message, String words) {
        ReferenceCountUtil.release(message);
        ctx.fireExceptionCaught(failure(words));
        var _ = ctx.close();
    }

    private static Throwable failure(String words) {
        return io.grpc.Status.UNAVAILABLE.withDescription(words).asRuntimeException();
    }
}
