package dev.weft.linux.uring;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;

import dev.weft.linux.TransportsHere;
import dev.weft.linux.UringTransport;
import dev.weft.linux.sys.Errno;
import dev.weft.net.Address;
import dev.weft.net.Server;
import dev.weft.net.Transports;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** When io_uring is taken, and what is said where it can't be had. */
@Timeout(value = 30, unit = TimeUnit.SECONDS)
class UringTransportTest {
    @Test
    void itIsFoundByItsName() {
        assertThat(Transports.named("io_uring")).isInstanceOf(UringTransport.class);
    }

    @Test
    void itIsNeverChosenByItself() {
        assertThat(Transports.named("io_uring").priority()).isNegative();
    }

    @Test
    void itHasSocketsAndNoMemory() {
        var transport = new UringTransport();
        assertThat(transport.streams(Address.of("127.0.0.1", 0))).isTrue();
        assertThat(transport.streams(Address.unixAbstract("a"))).isTrue();
        assertThat(transport.streams(Address.memory("a"))).isFalse();
    }

    @Test
    void aServerThatAsksForItServes() throws Exception {
        TransportsHere.assume("io_uring");
        try (var server = Server.tcp("127.0.0.1", 0).transport(Transports.named("io_uring")).open(c -> c.send(c.readLine() + "\n")).start();
                var client = dev.weft.net.Connection.to(server.address()).transport(Transports.named("io_uring")).open()) {
            client.send("hello\n");
            assertThat(client.readLine()).isEqualTo("hello");
        }
    }

    @Test
    void aKernelThatForbidsItIsNamedWithItsSetting() {
        assertThat(Rings.explain(Errno.EPERM, "2")).contains("/proc/sys/kernel/io_uring_disabled is 2");
    }

    @Test
    void aContainerThatForbidsItIsNamedWhereTheKernelDoesNot() {
        assertThat(Rings.explain(Errno.EPERM, "0")).contains("seccomp").contains("/proc/sys/kernel/io_uring_disabled is 0");
    }

    @Test
    void aKernelWithoutItIsToldWhichOneIsNeeded() {
        assertThat(Rings.explain(Errno.ENOSYS, null)).contains("no io_uring").contains("6.0");
    }

    @Test
    void aKernelThatIsTooOldIsToldWhatItLacks() {
        assertThat(Rings.explain(Errno.EINVAL, null)).contains("IORING_RECV_MULTISHOT").contains("6.0");
    }
}
