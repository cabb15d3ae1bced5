package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Nothing leaves in clear on a connection that is to be secret, before, during or after a handshake that fails. */
@Timeout(120)
class TlsSecrecyTest {
    private static final String SECRET = "password=1234\n";

    @Test
    void whatOthersSendOrPostBeforeTheHandshakeNeverLeavesInClear() throws Exception {
        var tls = Tls.server(TestCertificates.chain("server"), TestCertificates.key("server"));
        var group = new Group<>(Framing.lines());
        var failed = new CountDownLatch(1);
        var sent = new AtomicReference<FutureSend>();
        var observer = new ServerObserver() {
            @Override
            public void accepted(Connection c) {
                group.join(c);
                group.send("posted secret");
                sent.set(FutureSend.start(c));
            }

            @Override
            public void failed(Connection c, Throwable failure) {
                failed.countDown();
            }
        };
        try (var server = Server.tcp("localhost", 0).tls(tls).observer(observer).open(_ -> {}).start();
                var stranger = new Socket("127.0.0.1", server.port())) {
            stranger.getOutputStream().write("GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.UTF_8));
            failed.await();
            assertThat(everything(stranger)).doesNotContain("secret", "password");
            assertThat(sent.get().failure().get(10, TimeUnit.SECONDS)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void afterAFailedStarttlsNothingCanBeSentAnyMore() throws Exception {
        var tls = Tls.server(TestCertificates.chain("server"), TestCertificates.key("server"));
        try (var acceptor = Server.tcp("localhost", 0).listen(); var stranger = new Socket("127.0.0.1", acceptor.port());
                var here = acceptor.accept()) {
            stranger.getOutputStream().write("no hello at all\r\n".getBytes(StandardCharsets.UTF_8));
            assertThat(failureOf(() -> here.startTls(tls))).isInstanceOf(IOException.class);
            assertThat(failureOf(() -> here.send(SECRET))).isInstanceOf(SocketException.class);
            here.abort();
            assertThat(everything(stranger)).doesNotContain("password");
        }
    }

    /** A send on a thread of its own, and how it failed. */
    private record FutureSend(Future<Throwable> failure) {
        static FutureSend start(Connection c) {
            var task = new java.util.concurrent.FutureTask<Throwable>(() -> failureOf(() -> c.send(SECRET)));
            Thread.ofVirtual().start(task);
            return new FutureSend(task);
        }
    }

    @FunctionalInterface
    private interface Call {
        void run() throws Exception;
    }

    private static Throwable failureOf(Call call) {
        try {
            call.run();
            return new AssertionError("it did not fail");
        } catch (Exception e) {
            return e;
        }
    }

    /** Until the end, or the reset that unread bytes make of it. */
    private static String everything(Socket socket) throws IOException {
        var all = new ByteArrayOutputStream();
        try {
            socket.getInputStream().transferTo(all);
        } catch (SocketException e) {
            // what came before it counts
        }
        return all.toString(StandardCharsets.ISO_8859_1);
    }
}
