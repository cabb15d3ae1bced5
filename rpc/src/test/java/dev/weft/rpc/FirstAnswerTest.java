package dev.weft.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import dev.weft.net.Address;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.nio.NioSocketChannel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class FirstAnswerTest {
    @Test
    void aConnectionThatMeetsItselfIsOneThatNobodyAccepted() throws Exception {
        InetSocketAddress free;
        try (var nobody = new ServerSocket(0, 1, new InetSocketAddress("127.0.0.1", 0).getAddress())) {
            free = new InetSocketAddress("127.0.0.1", nobody.getLocalPort());
        }
        var failure = new CompletableFuture<Throwable>();
        var active = new CompletableFuture<Void>();
        var channel = new Bootstrap().group(EventLoops.of(Address.of(free)).group())
                .channelFactory(FirstAnswer.channels(NioSocketChannel::new, false))
                .option(ChannelOption.SO_REUSEADDR, true)
                .handler(new ChannelInboundHandlerAdapter() {
                    @Override
                    public void channelActive(ChannelHandlerContext ctx) {
                        active.complete(null);
                    }

                    @Override
                    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
                        failure.complete(cause);
                    }
                }).connect(free, free).sync().channel();
        assertThat(failure.get(10, TimeUnit.SECONDS)).hasMessageContaining("connection refused").hasMessageContaining("It met its own end");
        assertThat(channel.closeFuture().await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(active).isNotDone();
    }
}
