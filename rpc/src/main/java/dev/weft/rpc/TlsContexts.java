package dev.weft.rpc;

import java.io.IOException;

import dev.weft.net.Tls;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;

/** TLS settings in the terms of the transport; HTTP/2 is agreed on by ALPN (RFC 9113, 3.2), once (9.2.1). */
final class TlsContexts {
    private static final ApplicationProtocolConfig HTTP2 = new ApplicationProtocolConfig(Protocol.ALPN, SelectorFailureBehavior.NO_ADVERTISE,
            SelectedListenerFailureBehavior.ACCEPT, "h2");

    private TlsContexts() {}

    static SslContext server(Tls tls) throws IOException {
        return context(tls, false, tls.requiresClients() ? ClientAuth.REQUIRE : ClientAuth.NONE);
    }

    static SslContext client(Tls tls) throws IOException {
        return context(tls, true, ClientAuth.NONE);
    }

    private static SslContext context(Tls tls, boolean client, ClientAuth clients) throws IOException {
        return new JdkSslContext(OneHandshake.of(tls.context(client)), client, null, SupportedCipherSuiteFilter.INSTANCE, HTTP2, clients,
                tls.protocols().toArray(String[]::new), false);
    }
}
