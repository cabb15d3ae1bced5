package dev.weft.rpc.interop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.testing.integration.TestServiceImpl;

/** The server of the suite for grpc-java: its service, as its command TestServiceServer sets it up, but on this machine's own address alone. */
final class StockServer implements AutoCloseable {
    private static final int MAX_MESSAGE_SIZE = 16 * 1024 * 1024;

    private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor();
    private final Server server;

    StockServer(Wire wire) {
        var service = ServerInterceptors.intercept(new TestServiceImpl(executor), TestServiceImpl.interceptors());
        try {
            server = NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0), wire.stockServer())
                    .maxInboundMessageSize(MAX_MESSAGE_SIZE).addService(service).build().start();
        } catch (IOException e) {
            executor.shutdownNow();
            throw new UncheckedIOException(e);
        }
    }

    int port() {
        return server.getPort();
    }

    @Override
    public void close() {
        server.shutdownNow();
        try {
            server.awaitTermination(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        executor.shutdownNow();
    }
}
