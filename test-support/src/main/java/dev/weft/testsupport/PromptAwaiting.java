package dev.weft.testsupport;

import java.time.Duration;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Makes Awaitility look at once, and then every 10 ms. By itself it first looks after 100 ms, though most conditions hold by then: that was
 * much of the time of all tests.
 */
public final class PromptAwaiting implements BeforeAllCallback {
    private static final Duration PAUSE = Duration.ofMillis(10);

    /** JUnit makes one. */
    public PromptAwaiting() {}

    @Override
    public void beforeAll(ExtensionContext context) {
        Awaitility.setDefaultPollDelay(Duration.ZERO);
        Awaitility.setDefaultPollInterval(PAUSE);
    }
}
