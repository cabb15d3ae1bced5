package dev.weft.net.nio;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.SocketException;

import dev.weft.net.spi.ListenerChannel.AcceptFailure;
import dev.weft.net.spi.SocketError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The texts of strerror(3) are all that java.nio tells of an error. */
class NioErrorsTest {
    @ParameterizedTest
    @CsvSource({"Address already in use, ADDRESS_IN_USE", "Cannot assign requested address, NO_SUCH_ADDRESS",
            "Permission denied, PERMISSION_DENIED", "No such file or directory, NO_SUCH_FILE", "Unix domain path too long, TOO_LONG",
            "Connection reset by peer, RESET", "Resource temporarily unavailable, QUEUE_FULL", "Connection refused, REFUSED",
            "Die Adresse wird bereits verwendet, OTHER"})
    void aTextTellsTheError(String text, SocketError error) {
        assertThat(NioErrors.of(new SocketException(text))).isEqualTo(error);
        assertThat(NioErrors.of(new BindException(text))).isEqualTo(error);
    }

    @Test
    void aFailureWithoutATextIsSomeError() {
        assertThat(NioErrors.of(new ConnectException())).isEqualTo(SocketError.OTHER);
        assertThat(NioErrors.ofAccept(new IOException())).isEqualTo(AcceptFailure.OTHER);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Too many open files", "Too many open files in system", "No buffer space available", "Cannot allocate memory"})
    void anAcceptWithoutRoomIsExhausted(String text) {
        assertThat(NioErrors.ofAccept(new IOException(text))).isEqualTo(AcceptFailure.EXHAUSTED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Software caused connection abort", "Connection reset by peer", "Protocol error", "Protocol not available",
            "Protocol not supported", "Operation not supported", "Operation not permitted", "Network is down", "Network is unreachable",
            "Host is down", "No route to host", "Connection timed out"})
    void whatHappenedToTheNewConnectionIsItsOwn(String text) {
        assertThat(NioErrors.ofAccept(new IOException(text))).isEqualTo(AcceptFailure.CONNECTION);
    }

    /** A word of those texts is not enough. */
    @ParameterizedTest
    @ValueSource(strings = {"the host name is unknown", "the network stack is broken", "Invalid argument", "Bad file descriptor"})
    void anythingElseIsOther(String text) {
        assertThat(NioErrors.ofAccept(new IOException(text))).isEqualTo(AcceptFailure.OTHER);
    }
}
