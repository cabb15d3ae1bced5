package dev.weft.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;

import com.sun.management.OperatingSystemMXBean;
import dev.weft.net.Server;
import dev.weft.queue.Delivery;
import dev.weft.queue.Link;

/**
 * {@code QueueDelivery [ROUNDS] [MESSAGES]}: what at-least-once delivery costs beside at-most-once. Two links in one process send messages of 64
 * bytes one way over loopback, in each round once with either delivery; prints messages a second and CPU a message of both ends together, and the
 * ratio within rounds.
 */
final class QueueDelivery {
    private static final OperatingSystemMXBean SYSTEM = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private static final int SIZE = 62; // and CR LF
    private static final int WARM_ROUNDS = 3;

    private QueueDelivery() {}

    private record Sample(double rate, double cpu) {}

    static void main(String[] args) throws Exception {
        var rounds = Integer.parseInt(Control.argument(args, 0, "9"));
        var messages = Integer.parseInt(Control.argument(args, 1, "2000000"));
        var samples = new EnumMap<Delivery, List<Sample>>(Delivery.class);
        for (var round = -WARM_ROUNDS; round < rounds; round++) {
            for (var delivery : round % 2 == 0 ? Delivery.values() : new Delivery[] {Delivery.AT_LEAST_ONCE, Delivery.AT_MOST_ONCE}) {
                var sample = measure(delivery, messages);
                if (round >= 0) {
                    samples.computeIfAbsent(delivery, _ -> new ArrayList<>()).add(sample);
                }
            }
        }
        print(samples);
    }

    private static Sample measure(Delivery delivery, int messages) throws IOException, InterruptedException {
        var message = new byte[SIZE];
        Arrays.fill(message, (byte) 'x');
        try (var receiver = Link.listen(Server.tcp("127.0.0.1", 0)).delivery(delivery).receiver().start();
                var sender = Link.connect("127.0.0.1", receiver.address().port()).delivery(delivery).sender().start()) {
            var cpu = SYSTEM.getProcessCpuTime();
            var begun = System.nanoTime();
            var producer = Thread.ofVirtual().start(() -> produce(sender.toSend(), message, messages));
            var left = messages;
            for (var each : receiver) {
                if (--left == 0 || each.length != SIZE) {
                    break;
                }
            }
            var seconds = (System.nanoTime() - begun) / 1e9;
            cpu = SYSTEM.getProcessCpuTime() - cpu;
            producer.join();
            return new Sample(messages / seconds, cpu / 1e3 / messages);
        }
    }

    private static void produce(BlockingQueue<byte[]> toSend, byte[] message, int messages) {
        try {
            for (var i = 0; i < messages; i++) {
                toSend.put(message);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void print(Map<Delivery, List<Sample>> samples) {
        System.out.printf("| delivery | messages/s | CPU a message, both ends, µs |%n| --- | ---: | ---: |%n");
        samples.forEach((delivery, all) -> System.out.printf("| %s | %,.0f | %.2f |%n", delivery,
                median(all.stream().mapToDouble(Sample::rate).toArray()),
                median(all.stream().mapToDouble(Sample::cpu).toArray())));
        var once = samples.getOrDefault(Delivery.AT_MOST_ONCE, List.of());
        var again = samples.getOrDefault(Delivery.AT_LEAST_ONCE, List.of());
        var ratios = new double[Math.min(once.size(), again.size())];
        Arrays.setAll(ratios, i -> again.get(i).rate() / once.get(i).rate());
        System.out.printf("%nAT_LEAST_ONCE reaches %.2f of AT_MOST_ONCE's throughput: the median of %d rounds.%n", median(ratios), ratios.length);
    }

    private static double median(double[] values) {
        Arrays.sort(values);
        return values.length == 0 ? Double.NaN : values[values.length / 2];
    }
}
