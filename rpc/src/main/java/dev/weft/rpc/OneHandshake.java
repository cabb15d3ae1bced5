package dev.weft.rpc;

import java.nio.ByteBuffer;
import java.security.KeyManagementException;
import java.security.SecureRandom;
import java.util.List;
import java.util.function.BiFunction;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLContextSpi;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocketFactory;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;

import org.jspecify.annotations.Nullable;

/** A context whose engines shake hands once: renegotiation, which TLS 1.2 has, is an error of an HTTP/2 connection (RFC 9113, 9.2.1). */
final class OneHandshake extends SSLContextSpi {
    private final SSLContext context;

    private OneHandshake(SSLContext context) {
        this.context = context;
    }

    static SSLContext of(SSLContext context) {
        return new SSLContext(new OneHandshake(context), context.getProvider(), context.getProtocol()) {};
    }

    @Override
    protected void engineInit(KeyManager[] keys, TrustManager[] authorities, SecureRandom random) throws KeyManagementException {
        throw new KeyManagementException("this context is made of one that is ready");
    }

    @Override
    protected SSLEngine engineCreateSSLEngine() {
        return new Engine(context.createSSLEngine(), null, -1);
    }

    @Override
    protected SSLEngine engineCreateSSLEngine(String host, int port) {
        return new Engine(context.createSSLEngine(host, port), host, port);
    }

    @Override
    protected SSLSocketFactory engineGetSocketFactory() {
        return context.getSocketFactory();
    }

    @Override
    protected SSLServerSocketFactory engineGetServerSocketFactory() {
        return context.getServerSocketFactory();
    }

    @Override
    protected SSLSessionContext engineGetServerSessionContext() {
        return context.getServerSessionContext();
    }

    @Override
    protected SSLSessionContext engineGetClientSessionContext() {
        return context.getClientSessionContext();
    }

    @Override
    protected SSLParameters engineGetDefaultSSLParameters() {
        return context.getDefaultSSLParameters();
    }

    @Override
    protected SSLParameters engineGetSupportedSSLParameters() {
        return context.getSupportedSSLParameters();
    }

    /** All but the reading is the other engine's. */
    private static final class Engine extends SSLEngine {
        private final SSLEngine engine;
        private boolean agreed;
        private boolean refused;

        Engine(SSLEngine engine, @Nullable String host, int port) {
            super(host, port);
            this.engine = engine;
        }

        @Override
        public SSLEngineResult unwrap(ByteBuffer in, ByteBuffer[] out, int from, int count) throws SSLException {
            return checked(engine.unwrap(in, out, from, count));
        }

        @Override
        public SSLEngineResult wrap(ByteBuffer[] in, int from, int count, ByteBuffer out) throws SSLException {
            var result = engine.wrap(in, from, count, out);
            agreed |= result.getHandshakeStatus() == HandshakeStatus.FINISHED;
            return result;
        }

        /** After its handshake an engine of TLS 1.2 has nothing to do or say of its own, except to end. */
        private SSLEngineResult checked(SSLEngineResult result) throws SSLException {
            var next = result.getHandshakeStatus();
            if (next == HandshakeStatus.FINISHED) {
                agreed = true;
            } else if (agreed && next != HandshakeStatus.NOT_HANDSHAKING && result.getStatus() != SSLEngineResult.Status.CLOSED
                    && !engine.isInboundDone() && !engine.isOutboundDone() && !engine.getSession().getProtocol().equals("TLSv1.3")) {
                        if (!refused) {
                            refused = true;
                            RpcLog.peer(() -> "a peer asked for a new TLS handshake (renegotiation), which is refused; its connection ends");
                        }
                        engine.closeOutbound(); // so that nothing waits for the handshake's end
                        throw new SSLHandshakeException("the peer asked for a new handshake (renegotiation), which is refused");
                    }
            return result;
        }

        @Override
        public Runnable getDelegatedTask() {
            return engine.getDelegatedTask();
        }

        @Override
        public void closeInbound() throws SSLException {
            engine.closeInbound();
        }

        @Override
        public boolean isInboundDone() {
            return engine.isInboundDone();
        }

        @Override
        public void closeOutbound() {
            engine.closeOutbound();
        }

        @Override
        public boolean isOutboundDone() {
            return engine.isOutboundDone();
        }

        @Override
        public String[] getSupportedCipherSuites() {
            return engine.getSupportedCipherSuites();
        }

        @Override
        public String[] getEnabledCipherSuites() {
            return engine.getEnabledCipherSuites();
        }

        @Override
        public void setEnabledCipherSuites(String[] suites) {
            engine.setEnabledCipherSuites(suites);
        }

        @Override
        public String[] getSupportedProtocols() {
            return engine.getSupportedProtocols();
        }

        @Override
        public String[] getEnabledProtocols() {
            return engine.getEnabledProtocols();
        }

        @Override
        public void setEnabledProtocols(String[] protocols) {
            engine.setEnabledProtocols(protocols);
        }

        @Override
        public SSLSession getSession() {
            return engine.getSession();
        }

        @Override
        public SSLSession getHandshakeSession() {
            return engine.getHandshakeSession();
        }

        @Override
        public void beginHandshake() throws SSLException {
            engine.beginHandshake();
        }

        @Override
        public HandshakeStatus getHandshakeStatus() {
            return engine.getHandshakeStatus();
        }

        @Override
        public void setUseClientMode(boolean mode) {
            engine.setUseClientMode(mode);
        }

        @Override
        public boolean getUseClientMode() {
            return engine.getUseClientMode();
        }

        @Override
        public void setNeedClientAuth(boolean need) {
            engine.setNeedClientAuth(need);
        }

        @Override
        public boolean getNeedClientAuth() {
            return engine.getNeedClientAuth();
        }

        @Override
        public void setWantClientAuth(boolean want) {
            engine.setWantClientAuth(want);
        }

        @Override
        public boolean getWantClientAuth() {
            return engine.getWantClientAuth();
        }

        @Override
        public void setEnableSessionCreation(boolean may) {
            engine.setEnableSessionCreation(may);
        }

        @Override
        public boolean getEnableSessionCreation() {
            return engine.getEnableSessionCreation();
        }

        @Override
        public SSLParameters getSSLParameters() {
            return engine.getSSLParameters();
        }

        @Override
        public void setSSLParameters(SSLParameters parameters) {
            engine.setSSLParameters(parameters);
        }

        @Override
        public String getApplicationProtocol() {
            return engine.getApplicationProtocol();
        }

        @Override
        public String getHandshakeApplicationProtocol() {
            return engine.getHandshakeApplicationProtocol();
        }

        @Override
        public void setHandshakeApplicationProtocolSelector(BiFunction<SSLEngine, List<String>, String> selector) {
            engine.setHandshakeApplicationProtocolSelector(selector);
        }

        @Override
        public BiFunction<SSLEngine, List<String>, String> getHandshakeApplicationProtocolSelector() {
            return engine.getHandshakeApplicationProtocolSelector();
        }
    }
}
