package dev.weft.rpc.interop;

import java.io.IOException;
import java.io.UncheckedIOException;

import dev.weft.rpc.RpcClient;
import dev.weft.rpc.RpcServer;

/** Whom Weft's client calls: the suite's own server, and Weft's, which has features that the other lacks. */
enum Peer {
    STOCK(Wire.PLAINTEXT), STOCK_OVER_TLS(Wire.TLS), WEFT(Wire.PLAINTEXT), WEFT_OVER_TLS(Wire.TLS);

    private static final int MAX_MESSAGE_SIZE = 16 * 1024 * 1024;

    private final Wire wire;

    Peer(Wire wire) {
        this.wire = wire;
    }

    Running start() {
        return switch (this) {
            case STOCK, STOCK_OVER_TLS -> Running.of(new StockServer(wire));
            case WEFT, WEFT_OVER_TLS -> Running.of(weft(wire));
        };
    }

    static RpcServer weft(Wire wire) {
        try {
            return wire.weftServer().maxMessageSize(MAX_MESSAGE_SIZE).around(InteropService.ECHO_METADATA).start(new InteropService());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    RpcClient client(Running server) {
        try {
            return wire.weftClient(server.port()).open();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A server, and how it ends. */
    record Running(int port, Runnable end) {
        private static Running of(RpcServer server) {
            return new Running(server.port(), server::close);
        }

        private static Running of(StockServer server) {
            return new Running(server.port(), server::close);
        }

        void close() {
            end.run();
        }
    }
}
