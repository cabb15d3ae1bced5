package dev.weft.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The value; that handlers behave alike under each is proven in the conformance suite. */
@Timeout(30)
class ConcurrencyTest {
    @Test
    void aPoolOfNoThreadsIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> Concurrency.platformThreads(0)).withMessageContaining("at least 1 thread");
    }

    @Test
    void workersHaveTheDocumentedDefaults() {
        // SPEC SS-34, DESIGN section 5.
        assertThat(Concurrency.processes(40)).isEqualTo(new Concurrency.Processes(40, 4, 1_000, List.of()));
        assertThat(Concurrency.processes(40).spare(0).requestsPerChild(1).jvmOptions("-Xmx64m"))
                .isEqualTo(new Concurrency.Processes(40, 0, 1, List.of("-Xmx64m")));
    }

    @Test
    void workersThatServeNothingAreRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> Concurrency.processes(0));
        assertThatIllegalArgumentException().isThrownBy(() -> Concurrency.processes(1).spare(-1));
        assertThatIllegalArgumentException().isThrownBy(() -> Concurrency.processes(1).requestsPerChild(0));
    }

    @Test
    void theListOfOptionsIsCopied() {
        var options = new ArrayList<>(List.of("-Xmx64m"));
        var processes = new Concurrency.Processes(1, 0, 1, options);
        options.clear();
        assertThat(processes.jvmOptions()).containsExactly("-Xmx64m");
    }
}
