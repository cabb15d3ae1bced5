package dev.weft.net;

import java.io.IOException;
import java.net.ProtocolException;
import java.time.Duration;

import dev.weft.net.serve.Events;
import dev.weft.net.support.Moments;
import dev.weft.net.tls.TlsChannel;
import dev.weft.net.wire.ConnectionCore;
import dev.weft.net.wire.Steps;

/** Turns TLS on for a connection, in place. */
final class TlsUpgrade {
    private TlsUpgrade() {}

    /** STARTTLS: nothing may have come in plaintext that was not read, and what was written leaves first. */
    static void start(ConnectionCore core, Tls tls) throws IOException {
        var unread = core.inbound().available();
        if (unread > 0) {
            throw core.blame(new ProtocolException(core.remote() + ": " + unread + " bytes came in plaintext behind the request for TLS"));
        }
        if (core.channel() instanceof TlsChannel) {
            throw new ProtocolException(core.remote() + ": TLS is already on");
        }
        core.outbound().flush();
        secure(core, tls, core.deadlines().handshake());
    }

    /** TLS that was asked for when the connection was made: nothing was written yet. */
    static void secure(ConnectionCore core, Tls tls, Duration limit) throws IOException {
        core.outbound().order().secure(() -> handshake(core, tls, limit));
    }

    private static void handshake(ConnectionCore core, Tls tls, Duration limit) throws IOException {
        var began = core.time().nanoTime();
        var secure = new TlsChannel(core.channel(), tls.engine(!core.accepted(), core.peerName(), core.remote().port()));
        try {
            Steps.run(core, limit, "the TLS handshake with", secure::handshakeStep, secure::awaitHandshake);
        } catch (IOException e) {
            throw core.explain(e);
        }
        core.secured(secure);
        Events.handshake(core.id(), core.remote(), secure.session(), Moments.since(core.time(), began));
    }
}
