package dev.weft.rpc;

import java.time.Duration;

import dev.weft.net.TimeSource;
import io.grpc.Attributes;
import io.grpc.netty.GrpcHttp2ConnectionHandler;
import io.grpc.netty.InternalProtocolNegotiationEvent;
import io.grpc.netty.InternalProtocolNegotiator;
import io.grpc.netty.InternalProtocolNegotiators;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameListenerDecorator;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/**
 * What a server sees of one client's connection, frame by frame: how long the headers are that the client takes, and which streams are reset.
 * Event loop's thread, but for {@link #maxHeaderSize}.
 */
final class ClientView extends Http2FrameListenerDecorator {
    /** Of a client that does not say how long headers may be: gRPC's own default. */
    static final int DEFAULT_HEADER_SIZE = 8 * 1024;

    static final String TOO_MANY = "too many streams were reset as soon as they were begun";

    private static final Attributes.Key<ClientView> KEY = Attributes.Key.create("weft-client");

    private final GrpcHttp2ConnectionHandler http2;
    private final Http2Connection.PropertyKey begun;
    private final ResetLimit resets;
    private volatile int maxHeaderSize = DEFAULT_HEADER_SIZE;
    private @Nullable ChannelHandlerContext context;
    private int resetByClient;

    private ClientView(GrpcHttp2ConnectionHandler http2, ResetLimit resets) {
        super(http2.decoder().frameListener());
        this.http2 = http2;
        this.resets = resets;
        begun = http2.connection().newKey();
        http2.connection().addListener(new Streams());
    }

    /** The bytes of headers that the client of a call takes, as HTTP/2 counts them. */
    static int maxHeaderSize(Attributes connection) {
        var client = connection.get(KEY);
        return client == null ? DEFAULT_HEADER_SIZE : client.maxHeaderSize;
    }

    /** Has each connection seen from its first frame on, and otherwise made as the other one does. */
    static InternalProtocolNegotiator.ProtocolNegotiator watching(InternalProtocolNegotiator.ProtocolNegotiator other, int maxResets,
            Duration window, TimeSource time) {
        return new InternalProtocolNegotiator.ProtocolNegotiator() {
            @Override
            public AsciiString scheme() {
                return other.scheme();
            }

            @Override
            public ChannelHandler newHandler(GrpcHttp2ConnectionHandler http2) {
                var view = new ClientView(http2, new ResetLimit(maxResets, window, time));
                http2.decoder().frameListener(view);
                return new Introduction(other.newHandler(http2), http2, view);
            }

            @Override
            public void close() {
                other.close();
            }
        };
    }

    /** Puts the view where calls find it. */
    private static final class Introduction extends InternalProtocolNegotiators.ProtocolNegotiationHandler {
        private final ClientView view;

        Introduction(ChannelHandler next, GrpcHttp2ConnectionHandler http2, ClientView view) {
            super(next, http2.getNegotiationLogger());
            this.view = view;
        }

        @Override
        protected void protocolNegotiationEventTriggered(ChannelHandlerContext ctx) {
            var event = getProtocolNegotiationEvent();
            var attributes = InternalProtocolNegotiationEvent.getAttributes(event).toBuilder().set(KEY, view).build();
            replaceProtocolNegotiationEvent(InternalProtocolNegotiationEvent.withAttributes(event, attributes));
            fireProtocolNegotiationEvent(ctx);
        }
    }

    @Override
    public void onSettingsRead(ChannelHandlerContext ctx, Http2Settings settings) throws Http2Exception {
        context = ctx;
        var size = settings.maxHeaderListSize();
        if (size != null) {
            maxHeaderSize = (int) Math.min(size, Integer.MAX_VALUE);
        }
        super.onSettingsRead(ctx, settings);
    }

    @Override
    public void onRstStreamRead(ChannelHandlerContext ctx, int streamId, long errorCode) throws Http2Exception {
        resetByClient = streamId;
        var stream = http2.connection().stream(streamId);
        if (stream != null && isRapid(stream) && resets.exceeded()) {
            tell(ctx);
            throw tooMany();
        }
        super.onRstStreamRead(ctx, streamId, errorCode);
    }

    /** Whether a stream that is reset had hardly begun, and the client did not wait for a word of the server's. */
    private boolean isRapid(Http2Stream stream) {
        Long since = stream.getProperty(begun);
        return since != null && !stream.isHeadersSent() && resets.isRapid(since);
    }

    private void tell(ChannelHandlerContext ctx) {
        RpcLog.peer(() -> Peers.text(ctx.channel().remoteAddress()) + " was dropped: more than " + resets + " were reset as soon as they were begun");
    }

    private static Http2Exception tooMany() {
        return new Http2Exception(Http2Error.ENHANCE_YOUR_CALM, TOO_MANY) {
            private static final long serialVersionUID = 1;

            @Override
            @SuppressWarnings("UnsynchronizedOverridesSynchronized") // touches nothing
            public Throwable fillInStackTrace() {
                return this; // it may be an attack on the processor
            }
        };
    }

    private final class Streams extends Http2ConnectionAdapter {
        @Override
        public void onStreamActive(Http2Stream stream) {
            stream.setProperty(begun, resets.now());
        }

        @Override
        public void onStreamClosed(Http2Stream stream) {
            if (stream.isResetSent()) {
                if (isRapid(stream) && resets.exceeded()) {
                    drop();
                }
            } else if (stream.id() != resetByClient && stream.isHeadersSent()) {
                resets.endedWell();
            }
        }
    }

    /** Ends the connection, when what is being done with its frame is done. */
    private void drop() {
        var ctx = context;
        if (ctx != null) {
            context = null;
            tell(ctx);
            ctx.executor().execute(() -> {
                http2.onError(ctx, true, tooMany());
                var _ = ctx.close(); // nothing waits for it
            });
        }
    }
}
