package dev.weft.net;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.net.SocketOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.TrustManagerFactory;

import dev.weft.net.memory.MemoryTransport;
import dev.weft.net.nio.NioTransport;
import dev.weft.net.spi.ListenerChannel;
import dev.weft.net.spi.SocketSettings;
import dev.weft.net.spi.StreamChannel;
import dev.weft.net.spi.Transport;
import dev.weft.net.spi.Waitable;
import dev.weft.net.tls.Pem;
import dev.weft.net.tls.TlsChannel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class TlsChannelTest {
    private static final String V12 = "TLSv1.2";
    private static final String V13 = "TLSv1.3";
    private static final int MEBI = 1024 * 1024;

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<Waitable> opened = new ArrayList<>();

    @TempDir
    Path folder;

    @AfterEach
    void closeAll() {
        opened.forEach(Waitable::close);
        threads.shutdownNow();
    }

    // Moving bytes.

    @ParameterizedTest
    @ValueSource(strings = {V12, V13})
    void bytesGoBothWays(String version) throws Exception {
        var pair = connected(server(), client().protocols(version));
        assertThat(pair.client.tls.session().getProtocol()).isEqualTo(version);
        pair.client.send("ping");
        assertThat(pair.server.receive(4)).isEqualTo("ping");
        pair.server.send("pong");
        assertThat(pair.client.receive(4)).isEqualTo("pong");
    }

    @ParameterizedTest
    @ValueSource(strings = {"server", "rsa", "ed25519"})
    void everyKindOfKeyServes(String name) throws Exception {
        var pair = connected(Tls.server(TestCertificates.chain(name), TestCertificates.key(name)), client());
        assertThat(pair.client.tls.session().getPeerPrincipal().getName()).isEqualTo("CN=" + name);
    }

    @ParameterizedTest
    @ValueSource(strings = {V12, V13})
    void everythingWorksByteByByte(String version) throws Exception {
        var pair = pair(memory(), Dribble::new, server(), client().protocols(version));
        pair.handshake();
        var sent = random(40_000);
        var received = threads.submit(() -> pair.server.receiveBytes(sent.length));
        pair.client.send(sent);
        assertThat(received.get()).isEqualTo(sent);
        pair.server.tls.shutdownOutput();
        pair.server.flush();
        assertThat(pair.client.receiveAll()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {V12, V13})
    void tenMebibytesGoBothWaysAtOnce(String version) throws Exception {
        var pair = connected(server(), client().protocols(version));
        exchange(pair, 10 * MEBI, () -> {});
    }

    @Test
    void tenMebibytesGoBothWaysAtOnceWhileBothSidesUpdateTheirKeys() throws Exception {
        var pair = connected(server(), client().protocols(V13));
        exchange(pair, 10 * MEBI, () -> {
            // In TLS 1.3 this is a key update that asks for the other side's.
            pair.client.engine.beginHandshake();
            pair.server.engine.beginHandshake();
        });
    }

    @Test
    void manySmallWritesArriveInOrder() throws Exception {
        var pair = connected(server(), client());
        var count = 20_000;
        var received = threads.submit(() -> pair.server.receiveBytes(count * 3));
        for (int i = 0; i < count; i++) {
            pair.client.send(new byte[] {(byte) i, (byte) (i >> 8), 7});
        }
        var bytes = received.get();
        for (int i = 0; i < count; i++) {
            assertThat((bytes[3 * i] & 0xff) | ((bytes[3 * i + 1] & 0xff) << 8)).isEqualTo(i);
        }
    }

    @Test
    void readTakesWhatThereIsAndSaysZeroWhenARecordIsNotWhole() throws Exception {
        var pair = pair(memory(), Throttle::new, server(), client());
        pair.handshake();
        assertThat(pair.server.tls.read(new byte[10], 0, 10)).isZero();
        pair.client.throttle().permits = 20; // of a record of 1,000 bytes and its envelope
        assertThat(pair.client.tls.write(new byte[1000], 0, 1000)).isEqualTo(1000);
        assertThat(pair.client.tls.flush()).isFalse();
        assertThat(pair.server.tls.read(new byte[10], 0, 10)).isZero();
        pair.client.throttle().permits = Integer.MAX_VALUE;
        assertThat(pair.client.tls.flush()).isTrue();
        var into = new byte[2000];
        assertThat(pair.server.tls.read(into, 0, 10)).isEqualTo(10);
        pair.server.tls.awaitReadable(); // returns, as bytes are there
        assertThat(pair.server.tls.read(into, 0, 2000)).isEqualTo(990);
    }

    @Test
    void oneReadTakesSeveralRecordsAndNoMoreThanItsRoom() throws Exception {
        var pair = pair(memory(), UnaryOperator.identity(), server(), client());
        pair.handshake();
        for (int i = 0; i < 10; i++) {
            pair.client.send("record " + i + "\n");
        }
        var into = new byte[200];
        assertThat(pair.server.tls.read(into, 100, 95)).isEqualTo(90);
        assertThat(new String(into, 100, 90, US_ASCII)).startsWith("record 0\n").endsWith("record 9\n");
        assertThat(into[99]).isZero();
        assertThat(into[190]).isZero();
    }

    @Test
    void writeHoldsNoMoreThanARecordThatTheInnerChannelDoesNotTake() throws Exception {
        var pair = pair(memory(), Throttle::new, server(), client());
        pair.handshake();
        pair.client.throttle().permits = 0;
        assertThat(pair.client.tls.write(new byte[MEBI], 0, MEBI)).isBetween(1, 16 * 1024);
        assertThat(pair.client.tls.write(new byte[MEBI], 0, MEBI)).isZero();
    }

    @Test
    void anIdleConnectionHoldsNoBuffers() throws Exception {
        var pair = connected(server(), client());
        pair.client.send("ping");
        assertThat(pair.server.receive(4)).isEqualTo("ping");
        assertThat(pair.server.tls.read(new byte[10], 0, 10)).isZero();
        for (var end : List.of(pair.client, pair.server)) {
            assertThat(hidden(hidden(end.tls, "inbound"), "ciphertext")).isNull();
            assertThat(hidden(hidden(end.tls, "inbound"), "plaintext")).isNull();
            assertThat(hidden(hidden(end.tls, "outbound"), "held")).isNull();
        }
    }

    private static Object hidden(Object object, String name) throws ReflectiveOperationException {
        var field = object.getClass().getDeclaredField(name);
        field.setAccessible(true);
        return field.get(object);
    }

    // Ends.

    @Test
    void inTls13OneDirectionEndsAndTheOtherGoesOn() throws Exception {
        var pair = connected(server(), client().protocols(V13));
        pair.client.send("request");
        pair.client.tls.shutdownOutput();
        pair.client.flush();
        assertThat(pair.server.receiveAll()).isEqualTo("request");
        var answer = random(MEBI);
        var received = threads.submit(() -> pair.client.receiveBytes(answer.length));
        pair.server.send(answer);
        assertThat(received.get()).isEqualTo(answer);
        assertThatThrownBy(() -> pair.client.send("more")).isInstanceOf(SocketException.class).hasMessageContaining("shutdown");
        pair.server.tls.shutdownOutput();
        assertThat(pair.client.receiveAll()).isEmpty();
    }

    @Test
    void inTls12TheEndOfOneDirectionEndsBoth() throws Exception {
        var pair = connected(server(), client().protocols(V12));
        pair.client.send("request");
        pair.client.tls.shutdownOutput();
        assertThat(pair.server.receiveAll()).isEqualTo("request");
        assertThatThrownBy(() -> pair.server.send("answer")).isInstanceOf(SocketException.class).hasMessageContaining("both ways");
        assertThat(pair.client.receiveAll()).isEmpty();
    }

    @Test
    void shutdownOutputComesBehindWhatIsHeld() throws Exception {
        var pair = pair(memory(), Throttle::new, server(), client());
        pair.handshake();
        pair.client.throttle().permits = 100;
        assertThat(pair.client.tls.write(new byte[5000], 0, 5000)).isEqualTo(5000);
        pair.client.tls.shutdownOutput();
        assertThat(pair.client.tls.flush()).isFalse();
        pair.client.throttle().permits = Integer.MAX_VALUE;
        assertThat(pair.client.tls.flush()).isTrue();
        assertThat(pair.server.receiveAll()).hasSize(5000);
    }

    @ParameterizedTest
    @ValueSource(strings = {V12, V13})
    void closeIsAProperEndForThePeer(String version) throws Exception {
        var pair = pair(memory(), UnaryOperator.identity(), server(), client().protocols(version));
        pair.handshake();
        pair.client.send("bye");
        pair.client.tls.close(); // in TLS 1.3 with the server's session tickets unread

        assertThat(pair.server.receiveAll()).isEqualTo("bye");
        pair.client.tls.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {V12, V13})
    void anEndWithoutCloseNotifyIsReportedAsTruncationAndWritingGoesOn(String version) throws Exception {
        var pair = connected(server(), client().protocols(version));
        pair.client.send("half");
        pair.client.inner.shutdownOutput();
        assertThat(pair.server.receive(4)).isEqualTo("half");
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> pair.server.receive(1)).isInstanceOf(SSLException.class).hasMessageContaining("without close_notify");
        }
        pair.server.send("heard");
        assertThat(pair.client.receive(5)).isEqualTo("heard");
    }

    @Test
    void closeEndsAReadThatWaitsAndAWriteThatWaits() throws Exception {
        var pair = connected(server(), client());
        var read = threads.submit(() -> catchThrowable(() -> pair.server.receive(1)));
        var write = threads.submit(() -> catchThrowable(() -> {
            while (true) {
                pair.server.send(new byte[MEBI]);
            }
        }));
        pair.client.receiveBytes(MEBI); // both run by now, or soon wait
        pair.server.tls.close();
        assertThat(read.get()).isInstanceOf(IOException.class);
        assertThat(write.get()).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> pair.server.tls.read(new byte[1], 0, 1)).isInstanceOf(SocketException.class);
    }

    @Test
    void closeDoesNotWaitForAPeerThatTakesNothing() throws Exception {
        var pair = pair(memory(), Throttle::new, server(), client());
        pair.handshake();
        pair.client.throttle().permits = 50;
        assertThat(pair.client.tls.write(new byte[100], 0, 100)).isEqualTo(100);
        pair.client.tls.close();
        assertThatThrownBy(() -> pair.server.receive(100)).isInstanceOf(SSLException.class).hasMessageContaining("truncated");
    }

    @Test
    void wakeEndsAWait() throws Exception {
        var pair = connected(server(), client());
        assertThat(pair.server.tls.read(new byte[1], 0, 1)).isZero();
        var waiting = threads.submit(() -> {
            pair.server.tls.awaitReadable();
            return true;
        });
        pair.server.tls.wake();
        assertThat(waiting.get()).isTrue();
    }

    // Whom to trust.

    @Test
    void theServersCertificateMustBeForTheHost() throws Exception {
        var failures = failures(Tls.server(TestCertificates.chain("elsewhere"), TestCertificates.key("elsewhere")), client());
        assertThat(failures.client).isInstanceOf(SSLHandshakeException.class).hasMessageContaining("localhost");
        assertThat(failures.server).isInstanceOf(SSLException.class).hasMessageContaining("the peer refused, with alert");
    }

    @Test
    void theExpectedHostCanBeNamedAndIsAskedFor() throws Exception {
        var elsewhere = Tls.server(TestCertificates.chain("elsewhere"), TestCertificates.key("elsewhere"));
        var pair = connected(elsewhere, client().host("elsewhere.example."));
        assertThat(pair.server.tls.session().getPeerHost()).isNull();
        assertThat(((ExtendedSSLSession) pair.server.tls.session()).getRequestedServerNames()).hasToString(
                "[type=host_name (0), value=elsewhere.example]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1", "localhost"})
    void aNumberIsAHostToo(String host) throws Exception {
        connected(server(), client().host(host));
        var elsewhere = Tls.server(TestCertificates.chain("elsewhere"), TestCertificates.key("elsewhere"));
        assertThat(failures(elsewhere, client().host(host)).client).isInstanceOf(SSLHandshakeException.class);
    }

    @Test
    void theHostIsCheckedWithAContextOfTheUsersToo() throws Exception {
        var trusting = context();
        connected(server(), Tls.of(trusting));
        var elsewhere = Tls.server(TestCertificates.chain("elsewhere"), TestCertificates.key("elsewhere"));
        assertThat(failures(elsewhere, Tls.of(trusting)).client).isInstanceOf(SSLHandshakeException.class);
    }

    @Test
    void anUnknownAuthorityIsRefused() throws Exception {
        var failures = failures(server(), client().trust(TestCertificates.chain("stranger")));
        assertThat(failures.client).isInstanceOf(SSLHandshakeException.class).hasMessageContaining("not from an authority that is trusted");
        assertThat(failures.server).hasMessageContaining("the peer refused, with alert certificate_unknown");
        assertThat(failures(server(), Tls.client()).client).hasMessageContaining("not from an authority that is trusted here");
    }

    @Test
    void anExpiredCertificateIsRefused() throws Exception {
        var failures = failures(Tls.server(TestCertificates.chain("expired"), TestCertificates.key("expired")), client());
        assertThat(failures.client).isInstanceOf(SSLHandshakeException.class).hasMessageContaining("has expired");
    }

    @ParameterizedTest
    @ValueSource(strings = {V12, V13})
    void aClientShowsItsCertificate(String version) throws Exception {
        var pair = connected(server().requireClients(TestCertificates.authority()), identified("client").protocols(version));
        assertThat(pair.server.tls.session().getPeerPrincipal().getName()).isEqualTo("CN=client");
        pair.server.send("hello client");
        assertThat(pair.client.receive(12)).isEqualTo("hello client");
    }

    @ParameterizedTest
    @ValueSource(strings = {V12, V13})
    void aClientWithoutACertificateIsRefused(String version) throws Exception {
        var failures = failures(server().requireClients(TestCertificates.authority()), client().protocols(version));
        assertThat(failures.server).isInstanceOf(SSLHandshakeException.class).hasMessageContaining("the client showed no certificate");
        assertThat(failures.client).isInstanceOf(SSLException.class).hasMessageContaining("the peer refused, with alert");
    }

    @ParameterizedTest
    @ValueSource(strings = {V12, V13})
    void aClientFromAnotherAuthorityIsRefused(String version) throws Exception {
        var own = server().requireClients(TestCertificates.chain("stranger"));
        assertThat(failures(own, identified("client").protocols(version)).server).isInstanceOf(SSLHandshakeException.class);
    }

    @Test
    void alpnAgreesOnTheServersFavourite() throws Exception {
        var pair = connected(server().alpn("h2", "http/1.1"), client().alpn("http/1.1", "h2"));
        assertThat(pair.client.tls.applicationProtocol()).isEqualTo("h2");
        assertThat(pair.server.tls.applicationProtocol()).isEqualTo("h2");
        assertThat(connected(server(), client().alpn("h2")).client.tls.applicationProtocol()).isEmpty();
    }

    @Test
    void withoutACommonApplicationProtocolTheHandshakeFails() throws Exception {
        var failures = failures(server().alpn("h2"), client().alpn("smtp"));
        assertThat(failures.client).isInstanceOf(SSLException.class).hasMessageContaining("no_application_protocol");
    }

    @Test
    void sessionsAreResumed() throws Exception {
        var server = server();
        var client = client().protocols(V12);
        var first = connected(server, client).client.tls.session().getId();
        assertThat(connected(server, client).client.tls.session().getId()).isEqualTo(first).isNotEmpty();
    }

    // Hostile and mistaken peers.

    @Test
    void plainHttpOnATlsPortIsNamed() throws Exception {
        var pair = pair(nio(), UnaryOperator.identity(), server(), client());
        pair.client.inner.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(US_ASCII), 0, 26);
        assertThatThrownBy(pair.server::handshake).isInstanceOf(SSLException.class).hasMessageContaining("does not speak TLS")
                .hasMessageContaining("GET / HTTP/1.1").hasMessageContaining("127.0.0.1:");
        assertThatThrownBy(pair.server.tls::handshakeStep).isInstanceOf(SSLException.class);
        var alert = new byte[100];
        pair.client.inner.awaitReadable();
        assertThat(pair.client.inner.read(alert, 0, 100)).isEqualTo(7);
        assertThat(alert[0]).as("an alert record").isEqualTo((byte) 21);
    }

    @Test
    void aPeerThatLeavesDuringTheHandshakeIsNamed() throws Exception {
        var pair = pair(nio(), UnaryOperator.identity(), server(), client());
        pair.client.inner.shutdownOutput();
        assertThatThrownBy(pair.server::handshake).isInstanceOf(SSLHandshakeException.class).hasMessageContaining("during the handshake");
    }

    @Test
    void garbageAfterTheHandshakeIsAnError() throws Exception {
        var pair = connected(server(), client());
        pair.client.send("good");
        var garbage = new byte[105];
        garbage[0] = 23;
        garbage[1] = 3;
        garbage[2] = 3;
        garbage[4] = 100;
        pair.client.inner.write(garbage, 0, 105);
        assertThat(pair.server.receive(4)).isEqualTo("good");
        assertThatThrownBy(() -> pair.server.receive(1)).isInstanceOf(SSLException.class);
        assertThatThrownBy(() -> pair.server.send("x")).isInstanceOf(SSLException.class);
        assertThatThrownBy(() -> pair.client.receive(1)).isInstanceOf(SSLException.class).hasMessageContaining("bad_record_mac");
    }

    @ParameterizedTest
    @ValueSource(ints = {20_000, 40_000, 65_535})
    void aRecordLongerThanAllowedIsAnErrorAndIsNotBuffered(int length) throws Exception {
        var pair = connected(server(), client());
        var record = new byte[length + 5];
        record[0] = 23;
        record[1] = 3;
        record[2] = 3;
        record[3] = (byte) (length >> 8);
        record[4] = (byte) length;
        var sent = threads.submit(() -> catchThrowable(() -> pair.client.raw(record)));
        assertThatThrownBy(() -> pair.server.receive(1)).isInstanceOf(SSLException.class);
        pair.server.tls.abort();
        sent.get();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void renegotiationIsRefusedWhoeverAsksForIt(boolean client) throws Exception {
        var pair = connected(server(), client().protocols(V12));
        var asking = client ? pair.client : pair.server;
        var asked = client ? pair.server : pair.client;
        asking.engine.beginHandshake();
        asking.send("x");
        assertThatThrownBy(() -> asked.receive(2)).isInstanceOf(SSLException.class).hasMessageContaining("renegotiation");
    }

    @Test
    void keyUpdatesThatAreNeverAnsweredForEndTheConnection() throws Exception {
        var pair = pair(memory(), Throttle::new, server(), client().protocols(V13));
        pair.handshake();
        pair.server.throttle().permits = 0;
        var failure = catchThrowable(() -> {
            for (int i = 0; i < 100_000; i++) {
                pair.client.engine.beginHandshake();
                pair.client.send("x");
                pair.server.receive(1);
            }
        });
        assertThat(failure).isInstanceOf(SSLException.class).hasMessageContaining("does not take them");
    }

    // What is wrong here, and when that is said.

    @Test
    void aKeyThatDoesNotBelongToTheCertificateIsNamedWhenTheServerOpens() {
        var tls = Tls.server(TestCertificates.chain("server"), TestCertificates.key("client"));
        assertThatThrownBy(tls::check).isInstanceOf(IOException.class).hasMessageContaining("client.key does not belong to the certificate")
                .hasMessageContaining("CN=server");
    }

    @Test
    void aBadFileIsNamedWhenTheServerOpensAndMayBePutRight() throws Exception {
        var file = folder.resolve("authorities.pem");
        var tls = server().requireClients(file);
        assertThatThrownBy(tls::check).isInstanceOf(IOException.class).hasMessageContaining("no such file: " + file);
        Files.copy(TestCertificates.authority(), file);
        tls.check();
    }

    @Test
    void theWrongSideIsRefusedInWords() {
        assertThatThrownBy(Tls.client()::check).isInstanceOf(IllegalStateException.class).hasMessageContaining("Tls.server(chain, key)");
        assertThatThrownBy(() -> server().engine(true, "localhost", 1)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> Tls.client().requireClients()).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> Tls.of(SSLContext.getDefault()).trust(folder)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> Tls.client().engine(true, "", 0)).isInstanceOf(IllegalStateException.class).hasMessageContaining("Tls.host");
        assertThatThrownBy(() -> Tls.client().protocols("TLSv1.1")).isInstanceOf(IllegalArgumentException.class);
    }

    // Other people's TLS.

    @ParameterizedTest
    @ValueSource(strings = {V12, V13})
    void aPythonClientTalksToUs(String version) throws Exception {
        var listener = listen(nio());
        var process = python(listener.local().port(), version, """
                context = ssl.create_default_context(cafile=authority)
                context.load_cert_chain(chain, key)
                context.set_alpn_protocols(['weft'])
                context.minimum_version = context.maximum_version = version
                with socket.create_connection(('127.0.0.1', port)) as s, context.wrap_socket(s, server_hostname='localhost') as t:
                    t.sendall(b'ping' * 100000)
                    answer = b''
                    while len(answer) < 400000: answer += t.recv(65536)
                    print(t.selected_alpn_protocol(), answer == b'ping' * 100000)
                    t.unwrap()
                """);
        var end = end(accept(listener), server().requireClients(TestCertificates.authority()).alpn("weft"), false);
        end.handshake();
        assertThat(end.tls.session().getPeerPrincipal().getName()).isEqualTo("CN=client");
        end.send(end.receiveBytes(400_000));
        assertThat(end.receiveAll()).isEmpty();
        end.tls.close();
        assertThat(output(process)).isEqualTo("weft True\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {V12, V13})
    void weTalkToAPythonServer(String version) throws Exception {
        var listener = listen(nio());
        // Python connects, so that it needs no port of its own, and then plays the server.
        var process = python(listener.local().port(), version, """
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(authority.replace('ca.pem', 'server.pem'), authority.replace('ca.pem', 'server.key'))
                context.load_verify_locations(authority)
                context.verify_mode = ssl.CERT_REQUIRED
                context.minimum_version = context.maximum_version = version
                with socket.create_connection(('127.0.0.1', port)) as s, context.wrap_socket(s, server_side=True) as t:
                    while data := t.recv(65536): t.sendall(data.upper())
                    print(t.getpeercert()['subject'])
                    t.unwrap()
                """);
        var end = end(accept(listener), identified("client"), true);
        end.handshake();
        end.send("hello");
        assertThat(end.receive(5)).isEqualTo("HELLO");
        end.tls.shutdownOutput();
        assertThat(end.receiveAll()).isEmpty();
        assertThat(output(process)).contains("client");
    }

    @Test
    void opensslUpdatesItsKeysAndAsksForOurs() throws Exception {
        var ended = withOpenssl("-tls1_3", (end, openssl) -> {
            end.handshake();
            openssl.say("before\n", "");
            assertThat(end.receive(7)).isEqualTo("before\n");
            openssl.say("K\n", "KEYUPDATE");
            openssl.say("after\n", "");
            assertThat(end.receive(6)).isEqualTo("after\n");
            end.send("under new keys\n");
            openssl.awaitOutput("under new keys");
            openssl.process.getOutputStream().close();
            return end.receiveAll();
        });
        assertThat(ended).isEmpty();
    }

    @Test
    void opensslIsRefusedItsRenegotiation() throws Exception {
        var failure = withOpenssl("-tls1_2", (end, openssl) -> {
            end.handshake();
            openssl.say("R\n", "RENEGOTIATING");
            return catchThrowable(() -> end.receive(1));
        });
        assertThat(failure).isInstanceOf(SSLException.class).hasMessageContaining("renegotiation");
    }

    // The two ends.

    private static final class End {
        final StreamChannel inner;
        final SSLEngine engine;
        final TlsChannel tls;

        End(StreamChannel inner, SSLEngine engine) {
            this.inner = inner;
            this.engine = engine;
            this.tls = new TlsChannel(inner, engine);
        }

        Throttle throttle() {
            return (Throttle) inner;
        }

        Void handshake() throws IOException {
            while (!tls.handshakeStep()) {
                tls.awaitHandshake();
            }
            return null;
        }

        void send(String text) throws IOException {
            send(text.getBytes(US_ASCII));
        }

        void send(byte[] bytes) throws IOException {
            for (int sent = 0; sent < bytes.length;) {
                var n = tls.write(bytes, sent, bytes.length - sent);
                sent += n;
                if (n == 0) {
                    tls.awaitWritable();
                }
            }
            if (!(inner instanceof Throttle)) {
                flush();
            }
        }

        void flush() throws IOException {
            while (!tls.flush()) {
                tls.awaitWritable();
            }
        }

        String receive(int length) throws IOException {
            return new String(receiveBytes(length), US_ASCII);
        }

        byte[] receiveBytes(int length) throws IOException {
            var bytes = new byte[length];
            for (int got = 0; got < length;) {
                var n = tls.read(bytes, got, length - got);
                if (n < 0) {
                    throw new EOFException("after " + got);
                }
                got += n;
                if (n == 0) {
                    tls.awaitReadable();
                }
            }
            return bytes;
        }

        String receiveAll() throws IOException {
            var all = new ByteArrayOutputStream();
            var part = new byte[1000];
            for (int n = 0; n >= 0; n = tls.read(part, 0, part.length)) {
                all.write(part, 0, n);
                if (n == 0) {
                    tls.awaitReadable();
                }
            }
            return all.toString(US_ASCII);
        }

        /** Past TLS. */
        void raw(byte[] bytes) throws IOException {
            for (int sent = 0; sent < bytes.length;) {
                var n = inner.write(bytes, sent, bytes.length - sent);
                sent += n;
                if (n == 0) {
                    inner.awaitWritable();
                }
            }
        }
    }

    private final class Pair {
        final End client;
        final End server;

        Pair(End client, End server) {
            this.client = client;
            this.server = server;
        }

        void handshake() throws Exception {
            var there = threads.submit(server::handshake);
            client.handshake();
            there.get();
        }
    }

    private record Failures(Throwable client, Throwable server) {}

    /** What both sides say of a connection that must fail; in TLS 1.3 the client may learn of it only when it reads. */
    private Failures failures(Tls server, Tls client) throws Exception {
        var pair = pair(nio(), UnaryOperator.identity(), server, client);
        var there = threads.submit(() -> catchThrowable(pair.server::handshake));
        var here = catchThrowable(() -> {
            pair.client.handshake();
            pair.client.receive(1);
        });
        return new Failures(here, there.get());
    }

    private Pair connected(Tls server, Tls client) throws Exception {
        var pair = pair(nio(), UnaryOperator.identity(), server, client);
        pair.handshake();
        return pair;
    }

    private Pair pair(Transport transport, UnaryOperator<StreamChannel> over, Tls server, Tls client) throws Exception {
        var listener = listen(transport);
        var dialled = transport.connect(listener.local(), settings());
        opened.add(dialled);
        var accepted = accept(listener);
        while (!dialled.finishConnect()) {
            dialled.awaitWritable();
        }
        return new Pair(end(over.apply(dialled), client, true), end(over.apply(accepted), server, false));
    }

    private static End end(StreamChannel channel, Tls tls, boolean client) throws IOException {
        return new End(channel, tls.engine(client, "localhost", 443));
    }

    private StreamChannel accept(ListenerChannel listener) throws IOException {
        var accepted = listener.accept();
        while (accepted.isEmpty()) {
            listener.awaitAcceptable();
            accepted = listener.accept();
        }
        opened.add(accepted.get());
        return accepted.get();
    }

    private ListenerChannel listen(Transport transport) throws IOException {
        var address = transport instanceof MemoryTransport ? Address.memory("tls-test") : Address.of("127.0.0.1", 0);
        var listener = transport.listen(address, settings());
        opened.add(listener);
        return listener;
    }

    private static SocketSettings settings() {
        return new SocketSettings(Map.of(), 16, Optional.empty());
    }

    private static Transport nio() {
        return new NioTransport();
    }

    private static Transport memory() {
        return new MemoryTransport();
    }

    private static Tls server() {
        return Tls.server(TestCertificates.chain("server"), TestCertificates.key("server"));
    }

    private static Tls client() {
        return Tls.client().trust(TestCertificates.authority());
    }

    private static Tls identified(String name) {
        return client().identity(TestCertificates.chain(name), TestCertificates.key(name));
    }

    private static SSLContext context() throws Exception {
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setCertificateEntry("ca", Pem.certificates(TestCertificates.authority()).getFirst());
        var factory = TrustManagerFactory.getInstance("PKIX");
        factory.init(store);
        var context = SSLContext.getInstance("TLS");
        context.init(null, factory.getTrustManagers(), null);
        return context;
    }

    private static byte[] random(int size) {
        var bytes = new byte[size];
        new Random(7).nextBytes(bytes);
        return bytes;
    }

    /** A reader and a writer on each side; something happens between the pieces. */
    private void exchange(Pair pair, int size, Step between) throws Exception {
        var bytes = random(size);
        var received = List.of(threads.submit(() -> pair.server.receiveBytes(size)), threads.submit(() -> pair.client.receiveBytes(size)));
        var sent = new ArrayList<Future<?>>();
        for (var end : List.of(pair.server, pair.client)) {
            sent.add(threads.submit((Callable<?>) () -> {
                for (int at = 0; at < size; at += MEBI) {
                    end.send(Arrays.copyOfRange(bytes, at, at + MEBI));
                    between.take();
                }
                return null;
            }));
        }
        for (var future : sent) {
            future.get();
        }
        for (var future : received) {
            assertThat(future.get()).isEqualTo(bytes);
        }
    }

    @FunctionalInterface
    private interface Step {
        void take() throws Exception;
    }

    // Foreign programs.

    private Process python(int port, String version, String program) throws IOException {
        var head = "import socket, ssl, sys\nport, version = " + port + ", ssl.TLSVersion." + version.replace('.', '_')
                + "\nauthority, chain, key = '"
                + TestCertificates.authority() + "', '" + TestCertificates.chain("client") + "', '" + TestCertificates.key("client") + "'\n";
        return start("python3", "-c", head + program);
    }

    private static Process start(String... command) {
        try {
            return new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            assumeTrue(false, command[0] + " is not here");
            throw new IllegalStateException(e);
        }
    }

    private static String output(Process process) throws Exception {
        var text = new String(process.getInputStream().readAllBytes(), US_ASCII);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return text;
    }

    private record Openssl(Process process, StringBuilder seen) {
        /** Types a line and waits until the program has shown something because of it. */
        void say(String line, String shown) throws IOException {
            process.getOutputStream().write(line.getBytes(US_ASCII));
            process.getOutputStream().flush();
            awaitOutput(shown);
        }

        void awaitOutput(String shown) throws IOException {
            var part = new byte[4096];
            while (seen.indexOf(shown) < 0) {
                var n = process.getInputStream().read(part);
                if (n < 0) {
                    throw new EOFException("openssl ended: " + seen);
                }
                seen.append(new String(part, 0, n, US_ASCII));
            }
        }
    }

    @FunctionalInterface
    private interface Conversation<T> {
        T with(End end, Openssl openssl) throws Exception;
    }

    private <T> T withOpenssl(String version, Conversation<T> conversation) throws Exception {
        var listener = listen(nio());
        var process = start("openssl", "s_client", "-connect", "127.0.0.1:" + listener.local().port(), version, "-CAfile",
                TestCertificates.authority().toString(), "-verify_return_error", "-verify_hostname", "localhost");
        try {
            var end = end(accept(listener), server(), false);
            return conversation.with(end, new Openssl(process, new StringBuilder()));
        } finally {
            process.destroyForcibly();
        }
    }

    // Inner channels that make it hard.

    /** Another channel, as it is. */
    private abstract static class Over implements StreamChannel {
        final StreamChannel inner;

        Over(StreamChannel inner) {
            this.inner = inner;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            return inner.read(into, offset, length);
        }

        @Override
        public void awaitReadable() throws IOException {
            inner.awaitReadable();
        }

        @Override
        public void awaitWritable() throws IOException {
            inner.awaitWritable();
        }

        @Override
        public boolean finishConnect() throws IOException {
            return inner.finishConnect();
        }

        @Override
        public void shutdownOutput() throws IOException {
            inner.shutdownOutput();
        }

        @Override
        public void abort() {
            inner.abort();
        }

        @Override
        public void close() {
            inner.close();
        }

        @Override
        public void wake() {
            inner.wake();
        }

        @Override
        public Address local() {
            return inner.local();
        }

        @Override
        public Address remote() {
            return inner.remote();
        }

        @Override
        public Set<SocketOption<?>> supportedOptions() {
            return inner.supportedOptions();
        }

        @Override
        public <T> void option(SocketOption<T> option, T value) throws IOException {
            inner.option(option, value);
        }

        @Override
        public <T> T option(SocketOption<T> option) throws IOException {
            return inner.option(option);
        }
    }

    /** One byte at a time, and every other time none. */
    private static final class Dribble extends Over {
        private boolean readable;
        private boolean writable;

        Dribble(StreamChannel inner) {
            super(inner);
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            readable = !readable;
            return readable ? inner.read(into, offset, 1) : 0;
        }

        @Override
        public int write(byte[] from, int offset, int length) throws IOException {
            writable = !writable;
            return writable ? inner.write(from, offset, 1) : 0;
        }
    }

    /** Takes as many bytes as it may. */
    private static final class Throttle extends Over {
        volatile int permits = Integer.MAX_VALUE;

        Throttle(StreamChannel inner) {
            super(inner);
        }

        @Override
        public int write(byte[] from, int offset, int length) throws IOException {
            var allowed = permits;
            var n = allowed == 0 ? 0 : inner.write(from, offset, Math.min(length, allowed));
            if (allowed != Integer.MAX_VALUE) {
                permits = allowed - n;
            }
            return n;
        }
    }
}
