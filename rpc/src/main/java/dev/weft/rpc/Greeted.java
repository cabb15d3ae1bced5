package dev.weft.rpc;

import dev.weft.net.Address;
import dev.weft.rpc.FirstBytes.Protocol;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;

/**
 * The first handler of a connection at a server: looks at how the client begins, says in the log when it speaks another protocol or fails to agree
 * on TLS, and is gone.
 */
final class Greeted extends ChannelInboundHandlerAdapter {
    /** A fatal alert, unexpected_message, without encryption: by it a client without TLS can tell what it has met (RFC 8446, 6). */
    private static final byte[] UNEXPECTED_MESSAGE = {21, 3, 3, 0, 2, 2, 10};

    private final Address server;
    private final boolean tls;
    private final FirstBytes first = new FirstBytes();

    Greeted(Address server, boolean tls) {
        this.server = server;
        this.tls = tls;
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
        var client = Peers.text(ctx.channel().remoteAddress());
        var here = server.kind() == Address.Kind.INET ? Peers.address(ctx.channel().localAddress()) : server;
        if (tls && spoken != Protocol.TLS) {
            RpcLog.peer(() -> client + " speaks " + first.described() + ", and " + here + " speaks TLS; the connection is closed");
            ReferenceCountUtil.release(message);
            var _ = ctx.writeAndFlush(Unpooled.wrappedBuffer(UNEXPECTED_MESSAGE)).addListener(ChannelFutureListener.CLOSE);
            return;
        }
        if (!tls && spoken != Protocol.HTTP2) {
            RpcLog.peer(() -> client + " speaks " + first.described() + ", and " + here + " speaks HTTP/2 without TLS; the connection is closed");
        }
        var handshake = ctx.pipeline().get(SslHandler.class);
        if (handshake != null) {
            handshake.handshakeFuture().addListener(done -> {
                if (!done.isSuccess()) {
                    RpcLog.peer(() -> "TLS with " + client + " at " + here + " failed: " + Wording.reason(done.cause()));
                }
            });
        }
        ctx.fireChannelRead(message);
    }
}
