package dev.weft.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;

import dev.weft.net.Address;
import dev.weft.net.Tls;
import dev.weft.rpc.CallOptions;
import dev.weft.rpc.RpcClient;

/**
 * A call as the command line describes it.
 *
 * @param server whom to call
 * @param tls how it is spoken, if at all
 * @param asking how the server is asked for its services
 * @param calling how the call itself is made
 */
record CallSettings(Address server, Optional<Tls> tls, CallOptions asking, CallOptions calling) {
    /** What a server may take to tell of its services, unless there is a deadline. */
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    static CallSettings read(Arguments arguments) {
        var server = arguments.parameter(0, "ADDRESS", CallSettings::address);
        var common = CallOptions.defaults();
        for (var header : arguments.values("--header", Header::parse)) {
            common = header.addTo(common);
        }
        if (arguments.has("--wait-for-ready")) {
            common = common.waitForReady();
        }
        var deadline = arguments.value("--deadline", Durations::parse);
        if (deadline.isPresent()) {
            common = common.deadline(deadline.get());
        }
        var calling = arguments.has("--gzip") ? common.compression("gzip") : common;
        var longest = arguments.count("--max-message-size");
        if (longest.isPresent()) {
            calling = calling.maxMessageSize(longest.get());
        }
        var patient = deadline.isPresent() || arguments.has("--wait-for-ready");
        return new CallSettings(server, tls(arguments), patient ? common : common.deadline(PATIENCE), calling);
    }

    /** A client; nothing is connected yet. */
    RpcClient open() throws IOException {
        var client = RpcClient.to(server);
        tls.ifPresent(client::tls);
        return client.open();
    }

    private static Address address(String text) {
        var address = Endpoint.parse(text);
        if (address.kind() != Address.Kind.INET && address.kind() != Address.Kind.UNIX) {
            throw new IllegalArgumentException("gRPC is not spoken at '" + text + "' (HOST:PORT, unix:PATH)");
        }
        return address;
    }

    private static Optional<Tls> tls(Arguments arguments) {
        if (arguments.has("--cert") != arguments.has("--key")) {
            throw arguments.wrong("--cert and --key need each other");
        }
        if (!arguments.has("--tls") && !arguments.has("--ca") && !arguments.has("--cert")) {
            return Optional.empty();
        }
        var tls = Tls.client();
        var authorities = arguments.value("--ca", Path::of);
        if (authorities.isPresent()) {
            tls = tls.trust(authorities.get());
        }
        var chain = arguments.value("--cert", Path::of);
        var key = arguments.value("--key", Path::of);
        if (chain.isPresent() && key.isPresent()) {
            tls = tls.identity(chain.get(), key.get());
        }
        return Optional.of(tls);
    }

    /**
     * A header.
     *
     * @param name of it
     * @param value text, or base64 for a name that ends in {@code -bin}
     */
    private record Header(String name, String value) {
        static Header parse(String text) {
            var colon = text.indexOf(':');
            if (colon < 1) {
                throw new IllegalArgumentException("no name and colon in '" + text + "' (name:value)");
            }
            var header = new Header(text.substring(0, colon).strip(), text.substring(colon + 1).strip());
            header.addTo(CallOptions.defaults()); // fails when it can't be sent
            return header;
        }

        CallOptions addTo(CallOptions options) {
            return name.endsWith("-bin") ? options.header(name, Base64.getDecoder().decode(value)) : options.header(name, value);
        }
    }
}
