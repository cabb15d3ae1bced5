package dev.weft.rpc;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.TimeUnit;

import dev.weft.net.Address;
import dev.weft.net.spi.SocketFile;
import dev.weft.net.support.Moments;
import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.HandlerRegistry;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.ServerCall;
import io.grpc.ServerCredentials;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServerTransportFilter;
import io.grpc.ServiceDescriptor;
import io.grpc.netty.InternalNettyServerCredentials;
import io.grpc.netty.InternalProtocolNegotiators;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.ProtoFileDescriptorSupplier;
import io.grpc.protobuf.services.ChannelzService;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.netty.channel.ChannelOption;
import io.netty.channel.local.LocalAddress;
import org.jspecify.annotations.Nullable;

/** The transport's side of a server: grpc-java's, on Netty. */
final class Listening {
    private static final int CHANNELZ_PAGE = 100;

    private final Server server;
    private final Address address;
    private final ConnectionLimit connections;
    /** Of a Unix socket. */
    private final @Nullable SocketFile file;

    private Listening(Server server, Address address, ConnectionLimit connections, @Nullable SocketFile file) {
        this.server = server;
        this.address = address;
        this.connections = connections;
        this.file = file;
    }

    static Listening open(RpcServerBuilder settings, Collection<RpcService.Definition> services, Serving serving, @Nullable Health health)
            throws IOException {
        NettyVersion.check();
        if (settings.address.kind() == Address.Kind.MEMORY && settings.tls != null) {
            throw new IllegalArgumentException("a server at " + settings.address + " has no TLS");
        }
        TransportLog.install();
        var limit = new ConnectionLimit(settings.maxConnections, () -> new Greeted(settings.address, settings.tls != null),
                settings.time);
        var where = Peers.resolved(settings.address);
        if (where instanceof UnixDomainSocketAddress unix) {
            SocketFile.removeStale(unix.getPath());
        }
        var server = started(netty(settings, where, limit), settings, services, serving, health);
        var file = where instanceof UnixDomainSocketAddress unix ? SocketFile.made(unix.getPath()) : null;
        var bound = server.getListenSockets().getFirst();
        return new Listening(server, bound instanceof InetSocketAddress ? Address.of(bound) : settings.address, limit, file);
    }

    private static NettyServerBuilder netty(RpcServerBuilder settings, SocketAddress where, ConnectionLimit limit) throws IOException {
        var loops = EventLoops.of(settings.address);
        var builder = NettyServerBuilder.forAddress(where, credentials(settings))
                .bossEventLoopGroup(loops.group()).workerEventLoopGroup(loops.group())
                .directExecutor().handshakeTimeout(Moments.nanos(settings.handshake), TimeUnit.NANOSECONDS)
                .channelFactory(limit.channels(EventLoops.serverChannels(where)))
                .maxConcurrentCallsPerConnection(settings.maxCallsPerConnection)
                .maxInboundMetadataSize(settings.maxHeaderSize)
                .maxInboundMessageSize(settings.maxMessageSize)
                .permitKeepAliveTime(Moments.nanos(settings.leastPing) / 10 * 9, TimeUnit.NANOSECONDS)
                .maxConnectionIdle(Moments.nanos(settings.maxIdle), TimeUnit.NANOSECONDS)
                .permitKeepAliveWithoutCalls(settings.pingsWithoutCalls);
        builder.withChildOption(ChannelOption.ALLOCATOR, loops.buffers());
        if (!(where instanceof InetSocketAddress)) {
            builder.withChildOption(ChannelOption.SO_KEEPALIVE, EventLoops.NO_OPTION);
        }
        if (where instanceof LocalAddress) {
            builder.addTransportFilter(new CallersWithin(where));
        }
        if (settings.keepAlive != null) {
            builder.keepAliveTime(Moments.nanos(settings.keepAlive), TimeUnit.NANOSECONDS)
                    .keepAliveTimeout(Moments.nanos(settings.keepAliveTimeout), TimeUnit.NANOSECONDS);
        }
        if (settings.maxAge != null) {
            builder.maxConnectionAge(Moments.nanos(settings.maxAge), TimeUnit.NANOSECONDS)
                    .maxConnectionAgeGrace(Moments.nanos(settings.maxAgeGrace), TimeUnit.NANOSECONDS);
        }
        return builder;
    }

    private static ServerCredentials credentials(RpcServerBuilder settings) throws IOException {
        var negotiator = settings.tls == null ? InternalProtocolNegotiators.serverPlaintext()
                : InternalProtocolNegotiators.serverTls(TlsContexts.server(settings.tls));
        return InternalNettyServerCredentials.create(ClientView.watching(negotiator, settings.maxResets, settings.resetWindow, settings.time));
    }

    /** Of a caller within the process there is no more to tell than whom he has called. */
    private static final class CallersWithin extends ServerTransportFilter {
        private final SocketAddress here;

        CallersWithin(SocketAddress here) {
            this.here = here;
        }

        @Override
        public Attributes transportReady(Attributes known) {
            return known.toBuilder().set(Grpc.TRANSPORT_ATTR_REMOTE_ADDR, here).build();
        }
    }

    private static Server started(ServerBuilder<?> builder, RpcServerBuilder settings, Collection<RpcService.Definition> services, Serving serving,
            @Nullable Health health) throws IOException {
        builder.fallbackHandlerRegistry(new NoSuchMethod());
        for (var service : services) {
            builder.addService(bind(service, serving));
        }
        if (health != null) {
            builder.addService(health.service());
        }
        if (settings.reflection) {
            reflect(builder);
        }
        if (settings.channelz) {
            builder.addService(ChannelzService.newInstance(CHANNELZ_PAGE));
        }
        if (settings.compression != null) {
            var name = settings.compression;
            builder.intercept(new Compressing(name));
        }
        if (settings.telemetry != null) {
            settings.telemetry.configure(builder);
        }
        try {
            return builder.build().start();
        } catch (IOException e) {
            throw bindFailure(settings.address, e);
        }
    }

    /** Those that ask in the older way are still many. */
    @SuppressWarnings("deprecation")
    private static void reflect(ServerBuilder<?> builder) {
        builder.addService(ProtoReflectionServiceV1.newInstance());
        builder.addService(io.grpc.protobuf.services.ProtoReflectionService.newInstance());
    }

    private static BindException bindFailure(Address address, IOException e) {
        var why = e.getCause() == null ? e : e.getCause();
        var failure = new BindException("cannot listen at " + address + ": " + why.getMessage());
        failure.initCause(e);
        return failure;
    }

    private static ServerServiceDefinition bind(RpcService.Definition service, Serving serving) {
        var descriptor = ServiceDescriptor.newBuilder(service.name());
        var file = service.file();
        if (file != null) {
            ProtoFileDescriptorSupplier supplier = file::get;
            descriptor.setSchemaDescriptor(supplier);
        }
        var methods = service.entries().stream().<ServerMethodDefinition<?, ?>>map(e -> new ServedMethod<>(e, serving).definition()).toList();
        methods.forEach(m -> descriptor.addMethod(m.getMethodDescriptor()));
        var definition = ServerServiceDefinition.builder(descriptor.build());
        methods.forEach(definition::addMethod);
        return definition.build();
    }

    /** SPEC RPC-7: of a service or a method that is not there, one answer. */
    private static final class NoSuchMethod extends HandlerRegistry {
        @Override
        public @Nullable ServerMethodDefinition<?, ?> lookupMethod(String name, @Nullable String authority) {
            if (name.lastIndexOf('/') < 1 || name.endsWith("/")) {
                return null; // not even a name
            }
            var method = new RpcMethod<>(name, RpcCodec.protobuf(com.google.protobuf.Empty.getDefaultInstance()),
                    RpcCodec.protobuf(com.google.protobuf.Empty.getDefaultInstance()));
            var descriptor = Descriptors.unknown(method);
            return ServerMethodDefinition.create(descriptor, (call, headers) -> {
                call.close(Statuses.of(Status.UNIMPLEMENTED, "Method not found!"), new io.grpc.Metadata());
                return new ServerCall.Listener<>() {};
            });
        }
    }

    Address address() {
        return address;
    }

    long connections() {
        return connections.size();
    }

    /** Accepts connections from now on; until then they wait in the system's queue. */
    void accept() {
        connections.accept();
    }

    /** No new connections, no new calls on those there are. */
    void refuse() {
        if (file != null) {
            try {
                file.remove(); // while it still listens: another server that finds nobody at the path may take it
            } catch (IOException e) {
                RpcLog.closeFailed("the file of the server at " + address, e);
            }
        }
        server.shutdown();
    }

    /** Lets the transport say its last words for so long, and drops what is left. */
    void close(Duration lastWords) throws InterruptedException {
        if (!server.awaitTermination(lastWords.toMillis(), TimeUnit.MILLISECONDS)) {
            server.shutdownNow();
            if (!server.awaitTermination(lastWords.toMillis(), TimeUnit.MILLISECONDS)) {
                connections.abort();
                server.awaitTermination(lastWords.toMillis(), TimeUnit.MILLISECONDS);
            }
        }
    }
}
