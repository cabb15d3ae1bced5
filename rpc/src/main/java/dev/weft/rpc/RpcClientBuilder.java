package dev.weft.rpc;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import dev.weft.net.Address;
import dev.weft.net.TimeSource;
import dev.weft.net.Tls;
import dev.weft.net.support.Moments;
import org.jspecify.annotations.Nullable;

/** The builder of an {@link RpcClient}: nothing is connected before the first call. For one thread. */
public final class RpcClientBuilder {
    private final List<Address> addresses;
    private final List<ClientInterceptor> interceptors = new ArrayList<>();
    private @Nullable Tls tls;
    private int maxMessageSize = 4 * 1024 * 1024;
    private int maxHeaderSize = 8 * 1024;
    private boolean roundRobin;
    private @Nullable Map<String, ?> retry;
    private @Nullable Duration keepAlive;
    private Duration keepAliveTimeout = Duration.ofSeconds(20);
    private @Nullable Duration idle;
    private @Nullable Telemetry telemetry;
    private TimeSource time = TimeSource.system();

    RpcClientBuilder(List<Address> addresses) {
        this.addresses = addresses;
    }

    /** Speaks TLS, and trusts the authorities of the JDK. Default: none. */
    public RpcClientBuilder tls() {
        return tls(Tls.client());
    }

    /** Speaks TLS, and trusts the authorities in this file. */
    public RpcClientBuilder tls(Path authorities) {
        return tls(Tls.client().trust(authorities));
    }

    /** Speaks TLS: with a certificate of its own, for example. */
    public RpcClientBuilder tls(Tls tls) {
        this.tls = tls;
        return this;
    }

    /** The longest response that is taken, in bytes; a longer one ends its call with RESOURCE_EXHAUSTED (SPEC RPC-14). Default 4 MiB. */
    public RpcClientBuilder maxMessageSize(int bytes) {
        if (bytes < 1) {
            throw new IllegalArgumentException("maxMessageSize(" + bytes + "): at least 1 byte is needed");
        }
        maxMessageSize = bytes;
        return this;
    }

    /** The most that headers or trailers may have together, in bytes as HTTP/2 counts. Default 8 KiB. */
    public RpcClientBuilder maxHeaderSize(int bytes) {
        if (bytes < 1) {
            throw new IllegalArgumentException("maxHeaderSize(" + bytes + "): at least 1 byte is needed");
        }
        maxHeaderSize = bytes;
        return this;
    }

    /** Takes the addresses by turns, all connected at once, rather than the first that answers. */
    public RpcClientBuilder roundRobin() {
        roundRobin = true;
        return this;
    }

    /**
     * Makes a call again that ended with one of these statuses before anything was received, after a pause that is drawn between nothing and
     * a step of {@code first}, twice that, and so on up to {@code longest} (gRFC A6). A call that never reached a server is made again in any
     * case.
     *
     * @param attempts all together, 2 to 5
     */
    public RpcClientBuilder retry(int attempts, Duration first, Duration longest, Status... on) {
        if (attempts < 2 || attempts > 5) {
            throw new IllegalArgumentException(attempts + " attempts; 2 to 5 are possible");
        }
        if (!first.isPositive() || longest.compareTo(first) < 0) {
            throw new IllegalArgumentException("pauses from " + first + " to " + longest);
        }
        if (on.length == 0 || List.of(on).contains(Status.OK)) {
            throw new IllegalArgumentException("tries again on " + List.of(on) + "; mostly it is UNAVAILABLE");
        }
        retry = ServiceConfig.retry(attempts, first, longest, on);
        return this;
    }

    /**
     * Pings a server that has been silent so long during a call, and drops the connection unless it answers in time. A Weft server permits it;
     * many others permit a ping in 5 min unless they are told to permit more, and end the connection, with its calls, of a client that pings
     * more often ("too_many_pings"). Default: no pings.
     *
     * @param silence 10 s or more
     * @throws IllegalArgumentException when the silence is shorter, or the timeout is none
     */
    public RpcClientBuilder keepAlive(Duration silence, Duration timeout) {
        if (silence.compareTo(RpcClient.LEAST_SILENCE) < 0) {
            throw new IllegalArgumentException("keepAlive(" + silence + ", " + timeout + "): the silence is at least "
                    + RpcClient.LEAST_SILENCE.toSeconds()
                    + " s; servers end connections that are pinged more often");
        }
        if (!timeout.isPositive()) {
            throw new IllegalArgumentException("keepAlive(" + silence + ", " + timeout + "): a timeout above zero is needed");
        }
        keepAlive = silence;
        keepAliveTimeout = timeout;
        return this;
    }

    /** Without a call for so long the connections are closed, until the next. Default 30 min. */
    public RpcClientBuilder idleTimeout(Duration time) {
        idle = time;
        return this;
    }

    /** Runs around each call; the first is outermost. May be called again. */
    public RpcClientBuilder around(ClientInterceptor interceptor) {
        interceptors.add(interceptor);
        return this;
    }

    /** Counts and times calls; needs the optional libraries. */
    public RpcClientBuilder telemetry(Telemetry telemetry) {
        this.telemetry = telemetry;
        return this;
    }

    /** The clock of drains; default {@link TimeSource#system}. The transport keeps its own for deadlines, pauses and pings. */
    public RpcClientBuilder time(TimeSource time) {
        this.time = time;
        return this;
    }

    /**
     * A client of it; nothing is connected yet.
     *
     * @throws IllegalArgumentException when the addresses don't fit together
     * @throws IOException when a file of the TLS settings can't be used
     */
    public RpcClient open() throws IOException {
        var channel = ClientChannels.channel(addresses, tls).maxInboundMessageSize(maxMessageSize).maxInboundMetadataSize(maxHeaderSize);
        if (roundRobin) {
            channel.defaultLoadBalancingPolicy("round_robin");
        }
        if (retry != null) {
            channel.enableRetry().defaultServiceConfig(retry);
        }
        if (keepAlive != null) {
            channel.keepAliveTime(Moments.nanos(keepAlive), TimeUnit.NANOSECONDS)
                    .keepAliveTimeout(Moments.nanos(keepAliveTimeout), TimeUnit.NANOSECONDS);
        }
        if (idle != null) {
            channel.idleTimeout(Moments.nanos(idle), TimeUnit.NANOSECONDS);
        }
        if (telemetry != null) {
            telemetry.configure(channel);
        }
        var target = addresses.size() == 1 ? addresses.getFirst().toString() : addresses.toString();
        return new RpcClient(channel.build(), List.copyOf(interceptors), maxMessageSize, target, time);
    }
}
