package dev.weft.bench;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * {@code Load MODE PORT CONNECTIONS DEPTH SIZE SECONDS WARM PID}: the load of load.c, with its arguments and its answer, for machines without
 * a C compiler. Each connection is a virtual thread that sends, reads what has come, and sends as many messages as were answered.
 */
final class Load {
    private static final int SOURCES = 64;
    private static final int BUFFER = 256 * 1024;
    private static final int GIVE_UP_MILLIS = 20_000;

    private final String mode;
    private final int port;
    private final int connections;
    private final int depth;
    private final byte[] message;
    private final byte[] expected;
    private final Latencies latencies = new Latencies();
    private final AtomicInteger sources = new AtomicInteger();

    private Load(String[] args) throws IOException {
        mode = args[0];
        port = Integer.parseInt(args[1]);
        connections = Integer.parseInt(args[2]);
        depth = mode.equals("connect") ? 1 : Integer.parseInt(args[3]);
        var text = new byte[Integer.parseInt(args[4])];
        for (int i = 0; i < text.length; i++) {
            text[i] = (byte) (i == text.length - 1 ? '\n' : 'a' + i % 26);
        }
        var framed = mode.equals("frames");
        message = framed ? new PruinaFrame(1, PruinaFrame.REQUEST, text, 0).toBytes() : text;
        expected = framed ? new PruinaFrame(1, PruinaFrame.REPLY, text, 0).toBytes() : text.clone();
        if (mode.endsWith("lines")) {
            UpperCase.inPlace(expected);
        }
    }

    static void main(String[] args) throws IOException, InterruptedException {
        if (args.length != 8) {
            System.err.println("usage: Load echo|lines|frames|connect|idle|idle-lines PORT CONNECTIONS DEPTH SIZE SECONDS WARM PID");
            System.exit(2);
        }
        var load = new Load(args);
        if (load.mode.startsWith("idle")) {
            load.rest(Double.parseDouble(args[5]));
        } else {
            load.measure(Double.parseDouble(args[5]), Double.parseDouble(args[6]), new CpuTime(Long.parseLong(args[7])));
        }
        System.exit(0); // the connections' threads end with it
    }

    private void measure(double seconds, double warm, CpuTime server) throws IOException, InterruptedException {
        for (int i = 0; i < connections; i++) {
            run(mode.equals("connect") ? this::connectAgainAndAgain : this::keepAsking);
        }
        pause(warm);
        latencies.clear();
        var cpu = server.nanos();
        var began = System.nanoTime();
        pause(seconds);
        cpu = server.nanos() - cpu;
        var took = (System.nanoTime() - began) / 1e9;
        System.out.println(String.format(Locale.ROOT, "{\"messages\": %d, \"seconds\": %.6f, \"cpu_ns\": %d, \"p50_us\": %d, \"p99_us\": %d}",
                latencies.count(), took, cpu, latencies.percentile(0.5), latencies.percentile(0.99)));
    }

    private void rest(double seconds) throws InterruptedException {
        var resting = new CountDownLatch(connections);
        for (int i = 0; i < connections; i++) {
            run(() -> {
                var socket = dial();
                ask(socket);
                resting.countDown();
                if (socket.getInputStream().read() < 0) {
                    throw new IOException("the server has ended a connection");
                }
            });
        }
        resting.await();
        System.out.println("idle");
        System.out.flush();
        Thread.ofPlatform().daemon().start(() -> {
            try {
                System.in.transferTo(OutputStream.nullOutputStream());
            } catch (IOException e) {
                System.err.println("load: standard input: " + e);
            }
            System.exit(0);
        });
        pause(seconds);
    }

    private static void pause(double seconds) throws InterruptedException {
        TimeUnit.MICROSECONDS.sleep((long) (seconds * 1e6));
    }

    /** One connection's part. */
    private interface Part {
        void play() throws IOException;
    }

    private static void run(Part part) {
        Thread.ofVirtual().start(() -> {
            try {
                part.play();
            } catch (IOException e) {
                System.err.println("load: " + e);
                System.exit(1);
            }
        });
    }

    private void keepAsking() throws IOException {
        var socket = dial();
        ask(socket);
        var in = socket.getInputStream();
        var out = socket.getOutputStream();
        var batch = new byte[depth * message.length];
        for (int i = 0; i < depth; i++) {
            System.arraycopy(message, 0, batch, i * message.length, message.length);
        }
        var sent = new long[depth];
        Arrays.fill(sent, System.nanoTime());
        var oldest = 0;
        var received = 0;
        var buffer = new byte[Math.min(BUFFER, batch.length)];
        out.write(batch);
        for (int n; (n = in.read(buffer)) >= 0;) {
            var answered = (received + n) / message.length;
            received = (received + n) % message.length;
            var now = System.nanoTime();
            for (int i = 0; i < answered; i++) {
                latencies.add(now - sent[oldest]);
                sent[oldest] = now;
                oldest = (oldest + 1) % depth;
            }
            out.write(batch, 0, answered * message.length);
        }
        throw new IOException("the server has ended a connection");
    }

    private void connectAgainAndAgain() throws IOException {
        while (true) {
            var began = System.nanoTime();
            try (var socket = dial()) {
                ask(socket);
                latencies.add(System.nanoTime() - began);
            }
        }
    }

    private Socket dial() throws IOException {
        var source = InetAddress.ofLiteral("127.0.0." + (2 + Math.floorMod(sources.getAndIncrement(), SOURCES)));
        var socket = new Socket();
        socket.setTcpNoDelay(true);
        socket.setReuseAddress(true);
        socket.bind(new InetSocketAddress(source, 0));
        socket.connect(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port), GIVE_UP_MILLIS);
        return socket;
    }

    /** One message and its answer, compared byte by byte. */
    private void ask(Socket socket) throws IOException {
        socket.getOutputStream().write(message);
        var answer = socket.getInputStream().readNBytes(message.length);
        if (!Arrays.equals(answer, expected)) {
            throw new IOException("the first answer is wrong: " + new String(answer, StandardCharsets.ISO_8859_1));
        }
    }
}
