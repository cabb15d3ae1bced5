package dev.weft.rpc;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnixDomainSocketAddress;
import java.util.ArrayList;
import java.util.List;

import dev.weft.net.Address;
import dev.weft.net.Tls;
import io.grpc.Attributes;
import io.grpc.EquivalentAddressGroup;
import io.grpc.ManagedChannelBuilder;
import io.grpc.NameResolver;
import io.grpc.NameResolverProvider;
import io.grpc.NameResolverRegistry;
import io.grpc.StatusOr;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.ChannelOption;
import io.netty.channel.local.LocalAddress;
import io.netty.channel.local.LocalChannel;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import org.jspecify.annotations.Nullable;

/** How a client gets at its server: the transport and the names for it. */
final class ClientChannels {
    private ClientChannels() {}

    static ManagedChannelBuilder<?> channel(List<Address> addresses, @Nullable Tls tls) throws IOException {
        NettyVersion.check();
        var first = addresses.getFirst();
        if (first.kind() == Address.Kind.MEMORY && (addresses.size() > 1 || tls != null)) {
            throw new IllegalArgumentException("a client of " + first + " has no other addresses, and no TLS");
        }
        if (addresses.stream().anyMatch(a -> a.kind() != first.kind())) {
            throw new IllegalArgumentException("addresses of several kinds: " + addresses);
        }
        NettyChannelBuilder builder;
        if (first.kind() == Address.Kind.INET) {
            builder = addresses.size() == 1 ? NettyChannelBuilder.forAddress(first.host(), first.port())
                    : NettyChannelBuilder.forTarget(Several.target(addresses));
            builder.channelFactory(FirstAnswer.channels(NioSocketChannel::new, tls != null), InetSocketAddress.class);
        } else if (addresses.size() == 1) {
            var where = Peers.resolved(first);
            builder = NettyChannelBuilder.forAddress(where).overrideAuthority("localhost")
                    .withOption(ChannelOption.SO_KEEPALIVE, EventLoops.NO_OPTION);
            if (where instanceof LocalAddress) {
                builder.channelFactory(FirstAnswer.channels(LocalChannel::new, false), LocalAddress.class);
            } else {
                builder.channelFactory(FirstAnswer.channels(NioDomainSocketChannel::new, tls != null), UnixDomainSocketAddress.class);
            }
        } else {
            throw new IllegalArgumentException("several Unix sockets: " + addresses + "; a client has one of them, or several hosts");
        }
        var loops = EventLoops.of(first);
        builder.directExecutor().eventLoopGroup(loops.group()).withOption(ChannelOption.ALLOCATOR, loops.buffers());
        if (tls == null) {
            return builder.usePlaintext();
        }
        tls.host().ifPresent(builder::overrideAuthority);
        return builder.sslContext(TlsContexts.client(tls));
    }

    /** Names that stand for several addresses, which are written in the name. */
    static final class Several extends NameResolverProvider {
        private static final String SCHEME = "weft-several";

        static String target(List<Address> addresses) {
            NameResolverRegistry.getDefaultRegistry().register(new Several()); // one more of the same scheme changes nothing
            try {
                return new URI(SCHEME, "", "/" + String.join(",", addresses.stream().map(Address::toString).toList()), null, null).toString();
            } catch (URISyntaxException e) {
                throw new IllegalArgumentException("no addresses: " + addresses, e);
            }
        }

        @Override
        protected boolean isAvailable() {
            return true;
        }

        @Override
        protected int priority() {
            return 5;
        }

        @Override
        public String getDefaultScheme() {
            return SCHEME;
        }

        @Override
        public @Nullable NameResolver newNameResolver(URI target, NameResolver.Args args) {
            return SCHEME.equals(target.getScheme()) ? new Resolver(target.getPath().substring(1), args.getOverrideAuthority() == null) : null;
        }
    }

    /** Looks the hosts up each time that it is asked to. */
    private static final class Resolver extends NameResolver {
        private final String names;
        /** Whether each is to be who it is called, in its certificate, for example. */
        private final boolean eachItsOwn;
        private @Nullable Listener2 listener;

        Resolver(String names, boolean eachItsOwn) {
            this.names = names;
            this.eachItsOwn = eachItsOwn;
        }

        @Override
        public String getServiceAuthority() {
            return names.substring(0, names.indexOf(','));
        }

        @Override
        public void start(Listener2 listener) {
            this.listener = listener;
            refresh();
        }

        @Override
        public void refresh() {
            var to = listener;
            if (to != null) {
                Thread.ofVirtual().name("rpc-resolve").start(() -> to.onResult(resolve()));
            }
        }

        private ResolutionResult resolve() {
            var groups = new ArrayList<EquivalentAddressGroup>();
            IOException failure = null;
            for (var name : names.split(",", -1)) {
                try {
                    for (SocketAddress address : Address.parse(name).resolve()) {
                        groups.add(new EquivalentAddressGroup(address, eachItsOwn ? called(name) : Attributes.EMPTY));
                    }
                } catch (IOException e) {
                    failure = e;
                }
            }
            var found = groups.isEmpty()
                    ? StatusOr.<List<EquivalentAddressGroup>>fromStatus(Statuses.of(Status.UNAVAILABLE, "none of " + names + " is known: " + failure))
                    : StatusOr.fromValue(List.copyOf(groups));
            return ResolutionResult.newBuilder().setAddressesOrError(found).build();
        }

        private static Attributes called(String name) {
            return Attributes.newBuilder().set(EquivalentAddressGroup.ATTR_AUTHORITY_OVERRIDE, name).build();
        }

        @Override
        public void shutdown() {
            listener = null;
        }
    }
}
