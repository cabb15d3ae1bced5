package dev.weft.net;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.net.spi.InetAddressResolver;
import java.net.spi.InetAddressResolver.LookupPolicy;
import java.net.spi.InetAddressResolverProvider;
import java.util.stream.Stream;

/**
 * A resolver for tests: {@code several.test} is 127.0.0.2, 127.0.0.3 and 127.0.0.4, in this order, and nothing under {@code .invalid} is
 * known or asked for; everything else is the system's.
 */
public final class TestNames extends InetAddressResolverProvider {
    /** For the service loader. */
    public TestNames() {}

    @Override
    public String name() {
        return "weft-tests";
    }

    @Override
    public InetAddressResolver get(Configuration configuration) {
        var system = configuration.builtinResolver();
        return new InetAddressResolver() {
            @Override
            public Stream<InetAddress> lookupByName(String host, LookupPolicy policy) throws UnknownHostException {
                if (host.endsWith(".invalid")) {
                    throw new UnknownHostException(host + ": Name or service not known");
                }
                return host.equals("several.test") ? Stream.of(loopback(2), loopback(3), loopback(4)) : system.lookupByName(host, policy);
            }

            @Override
            public String lookupByAddress(byte[] address) throws UnknownHostException {
                return system.lookupByAddress(address);
            }
        };
    }

    private static InetAddress loopback(int last) throws UnknownHostException {
        return InetAddress.getByAddress("several.test", new byte[] {127, 0, 0, (byte) last});
    }
}
