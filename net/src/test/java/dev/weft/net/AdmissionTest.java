package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;

import dev.weft.net.Admission.Past;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The value, and what a server says of it; what it does to connections is proven in the conformance suite. */
@Timeout(30)
class AdmissionTest {
    @Test
    void aServerAdmitsTenThousandUnlessToldOtherwise() throws IOException {
        try (var server = Server.at(Address.memory("admission")).open(_ -> {})) {
            assertThat(server.admission()).isEqualTo(Admission.waiting(10_000));
        }
    }

    @Test
    void eachWordIsWhatItSays() {
        assertThat(Admission.waiting(1)).isEqualTo(new Admission(1, Past.WAIT, Integer.MAX_VALUE, ""));
        assertThat(Admission.rejecting(2).goodbye("full\n")).isEqualTo(new Admission(2, Past.REJECT, Integer.MAX_VALUE, "full\n"));
        assertThat(Admission.evictingIdlest(3).perPeer(1)).isEqualTo(new Admission(3, Past.EVICT_IDLEST, 1, ""));
        assertThat(Admission.rejecting(2).goodbye("full").perPeer(7)).isEqualTo(Admission.rejecting(2).perPeer(7).goodbye("full"));
    }

    @Test
    void aLimitThatAdmitsNobodyIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> Admission.waiting(0)).withMessageContaining("0");
        assertThatIllegalArgumentException().isThrownBy(() -> Admission.rejecting(-1));
        assertThatIllegalArgumentException().isThrownBy(() -> Admission.evictingIdlest(1).perPeer(0));
    }

    @Test
    void itIsReplacedWhileTheServerRuns() throws IOException {
        try (var server = Server.at(Address.memory("admission")).open(_ -> {}).start()) {
            server.admission(Admission.rejecting(5));
            assertThat(server.admission()).isEqualTo(Admission.rejecting(5));
        }
    }

    @Test
    void aServerThatAdmitsOneAtATimeOrNoConnectionsTakesNone() throws IOException {
        try (var server = Server.at(Address.memory("admission")).concurrency(Concurrency.sequential()).open(_ -> {})) {
            assertThatIllegalStateException().isThrownBy(() -> server.admission(Admission.waiting(5))).withMessageContaining("sequential");
        }
        try (var server = Server.udp("localhost", 0).open(_ -> {})) {
            assertThatIllegalStateException().isThrownBy(server::admission).withMessageContaining("inFlight");
            assertThatIllegalStateException().isThrownBy(() -> server.admission(Admission.waiting(5))).withMessageContaining("inFlight");
        }
    }
}
