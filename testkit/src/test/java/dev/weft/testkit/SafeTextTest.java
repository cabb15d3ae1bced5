package dev.weft.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.stream.Stream;

import dev.weft.net.support.SafeText;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What strangers say can be shown on a terminal and in a log. */
@Timeout(60)
class SafeTextTest {
    static List<String> hostile() {
        return HostileText.all();
    }

    @ParameterizedTest
    @MethodSource("hostile")
    void aHostileTextIsHarmlessInALine(String text) {
        assertThat(SafeText.oneLine(text)).matches(HostileText::isHarmless).isNotEmpty();
        assertThat(SafeText.shown(text).lines()).allMatch(HostileText::isHarmless);
    }

    static Stream<Arguments> texts() {
        return Stream.of(
                Arguments.of("\u001b[2J\u0007bell", "^[[2J^Gbell"),
                Arguments.of("over\rwritten\n", "over^Mwritten^J"),
                Arguments.of("nul\0del\u007f", "nul^@del^?"),
                Arguments.of("c1\u009b31m\u0085", "c1\ufffd31m\ufffd"),
                Arguments.of("\u202egnirts\u202c \u2066x\u2069", "\ufffdgnirts\ufffd \ufffdx\ufffd"),
                Arguments.of("a\u200db \u200d\u2603 \u2603\u200d", "a\ufffdb \ufffd\u2603 \u2603\ufffd"),
                Arguments.of("\ud800x\udc00", "\ufffdx\ufffd"));
    }

    @ParameterizedTest
    @MethodSource("texts")
    void whatIsChangedStaysRecognizable(String text, String shown) {
        assertThat(SafeText.oneLine(text)).isEqualTo(shown);
    }

    @Test
    void whatPeopleWriteIsLeftAlone() {
        for (var text : List.of("", "a tab\tstays", "\u2603 \ud83d\ude00 e\u0301 \u4e2d\u6587", "\ud83d\udc68\u200d\ud83d\udc69\u200d\ud83d\udc67",
                "\u2764\ufe0f",
                "\ud83c\udff3\ufe0f\u200d\ud83c\udf08", "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645")) {
            assertThat(SafeText.oneLine(text)).isEqualTo(text);
        }
        assertThat(SafeText.shown("one\ntwo\r\n")).isEqualTo("one\ntwo\n");
    }

    @Test
    void aFailureWithHarmlessTextsIsLoggedItself() {
        var failure = new IllegalStateException("plain", new RuntimeException("also plain"));

        assertThat(SafeText.failure(failure)).isSameAs(failure);
    }

    @Test
    void aFailureThatQuotesAStrangerPrintsOneLineForEachOfItsTexts() {
        var failure = new NumberFormatException("For input string: \"1\nINFO: forged\u001b[2J\"");
        failure.addSuppressed(new IllegalStateException("on\rclose"));
        var outer = new IllegalArgumentException("outer", failure);
        failure.addSuppressed(outer); // a circle

        var printed = new StringWriter();
        SafeText.failure(outer).printStackTrace(new PrintWriter(printed, true));

        assertThat(printed.toString().lines()).contains("java.lang.IllegalArgumentException: outer",
                "Caused by: java.lang.NumberFormatException: For input string: \"1^JINFO: forged^[[2J\"",
                "\tSuppressed: java.lang.IllegalStateException: on^Mclose")
                .allMatch(line -> line.startsWith("java.lang.") || line.startsWith("Caused by") || line.startsWith("\t"));
        assertThat(SafeText.failure(failure).getStackTrace()).isEqualTo(failure.getStackTrace());
    }
}
