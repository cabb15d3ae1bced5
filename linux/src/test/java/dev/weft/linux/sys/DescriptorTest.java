package dev.weft.linux.sys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import dev.weft.testkit.OpenDescriptors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A descriptor's number is free when the last one who uses it has left, once, and nobody ever uses its next owner's. */
@Timeout(30)
class DescriptorTest {
    private static final int ROUNDS = 2_000;
    private static final int F_GETFD = 1;

    @Test
    void closingFreesTheNumber() throws IOException {
        var number = Libc.epoll();
        var descriptor = new Descriptor(number);
        assertThat(descriptor.isOpen()).isTrue();
        assertThat(OpenDescriptors.has(number)).isTrue();
        assertThat(descriptor.close()).isTrue();
        assertThat(descriptor.isOpen()).isFalse();
        assertThat(OpenDescriptors.has(number)).isFalse();
    }

    @Test
    void whoeverIsInsideKeepsTheNumber() throws IOException {
        var number = Libc.epoll();
        var descriptor = new Descriptor(number);
        assertThat(descriptor.enter()).isEqualTo(number);
        assertThat(descriptor.enter()).isEqualTo(number);
        assertThat(descriptor.close()).isTrue();
        assertThat(OpenDescriptors.has(number)).isTrue();
        descriptor.leave();
        assertThat(OpenDescriptors.has(number)).isTrue();
        descriptor.leave();
        assertThat(OpenDescriptors.has(number)).isFalse();
    }

    @Test
    void nobodyEntersAClosedOne() throws IOException {
        var number = Libc.epoll();
        var descriptor = new Descriptor(number);
        descriptor.enter();
        descriptor.close();
        assertThatThrownBy(descriptor::enter).isInstanceOf(ClosedChannelException.class);
        assertThat(OpenDescriptors.has(number)).as("the one inside still has it").isTrue();
        descriptor.leave();
        assertThatThrownBy(descriptor::enter).isInstanceOf(ClosedChannelException.class);
    }

    @Test
    void aSecondCloseLeavesTheNextOwnerAlone() throws IOException {
        var descriptor = new Descriptor(Libc.epoll());
        descriptor.close();
        var next = Libc.epoll();
        assertThat(next).as("the kernel gives out the lowest free number").isEqualTo(descriptor.number());
        assertThat(descriptor.close()).isFalse();
        assertThatThrownBy(descriptor::enter).isInstanceOf(ClosedChannelException.class);
        assertThat(OpenDescriptors.has(next)).isTrue();
        Libc.close(next);
    }

    @Test
    void ofManyThatCloseAndEnterAtOnceOneFreesItOnce() throws Exception {
        var before = OpenDescriptors.count();
        var closedBy = new AtomicInteger();
        var wrong = new AtomicReference<Throwable>();
        for (int round = 0; round < ROUNDS && wrong.get() == null; round++) {
            var descriptor = new Descriptor(Libc.epoll());
            var start = new CountDownLatch(1);
            var threads = new ArrayList<Thread>();
            for (int i = 0; i < 2; i++) {
                threads.add(Thread.ofVirtual().start(() -> during(start, wrong, () -> {
                    if (descriptor.close()) {
                        closedBy.incrementAndGet();
                    }
                })));
                threads.add(Thread.ofVirtual().start(() -> during(start, wrong, () -> use(descriptor))));
            }
            start.countDown();
            for (var thread : threads) {
                thread.join();
            }
            descriptor.awaitFree();
            assertThat(OpenDescriptors.has(descriptor.number())).isFalse();
        }
        assertThat(wrong).hasNullValue();
        assertThat(closedBy).hasValue(ROUNDS);
        OpenDescriptors.awaitNoMoreThan(before);
    }

    private interface Action {
        void run() throws IOException;
    }

    private static void during(CountDownLatch start, AtomicReference<Throwable> wrong, Action action) {
        try {
            start.await();
            action.run();
        } catch (Throwable t) {
            wrong.set(t);
        }
    }

    /** Inside, the number is always somebody's: an EBADF would be another's. */
    private static void use(Descriptor descriptor) throws IOException {
        try {
            for (int i = 0; i < 100; i++) {
                var fd = descriptor.enter();
                try {
                    Libc.control(fd, F_GETFD, 0);
                } finally {
                    descriptor.leave();
                }
            }
        } catch (ClosedChannelException e) {
            // as soon as it is closed
        }
    }
}
