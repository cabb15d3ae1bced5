package dev.weft.bench;

import java.io.IOException;
import java.util.List;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.MessageToMessageEncoder;
import io.netty.handler.codec.protobuf.ProtobufDecoder;
import io.netty.handler.codec.protobuf.ProtobufEncoder;

/**
 * {@code NettyCodecs [PORT] [epoll|io_uring|nio]}: as {@link NettyFrames}, but put together of what Netty brings along: its frame decoder, its
 * protobuf decoder and encoder around a class that protoc made, and a header that is a buffer of its own, as LengthFieldPrepender has it.
 */
final class NettyCodecs {
    private NettyCodecs() {}

    static void main(String[] args) throws IOException {
        var decoder = new ProtobufDecoder(Wrapper.getDefaultInstance());
        var encoder = new ProtobufEncoder();
        var header = new Header();
        var hooks = new NettyHooks<Wrapper>(Wrapper::getType).on(PruinaFrame.REQUEST, (m, peer) -> peer.write(reply(m), peer.voidPromise()));
        NettyServers.serve(Control.port(args), Control.argument(args, 1, "epoll"), channel -> channel.pipeline()
                .addLast(new NettyFrameDecoder())
                .addLast(decoder)
                .addLast(header)
                .addLast(encoder)
                .addLast(hooks));
    }

    private static Wrapper reply(Wrapper request) {
        return Wrapper.newBuilder().setId(request.getId()).setType(PruinaFrame.REPLY).setData(request.getData()).build();
    }

    @Sharable
    private static final class Header extends MessageToMessageEncoder<ByteBuf> {
        Header() {
            super(ByteBuf.class);
        }

        @Override
        protected void encode(ChannelHandlerContext context, ByteBuf body, List<Object> out) {
            out.add(context.alloc().directBuffer(PruinaFrame.HEADER).writeShort(PruinaFrame.MAGIC).writeInt(body.readableBytes()));
            out.add(body.retain());
        }
    }
}
