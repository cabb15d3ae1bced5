package dev.weft.message;

import static dev.weft.message.WireBytes.frame;
import static dev.weft.message.WireBytes.hex;
import static dev.weft.message.WireBytes.join;
import static dev.weft.message.WireBytes.parsed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.util.Arrays;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A body is read as leniently as protobuf reads it, and no more so (SPEC PR-W8, PR-W11). */
@Timeout(30)
class WireParsingTest {
    private static final Message MESSAGE = new Message(5, 7, new byte[] {'x'}, 3);

    @ParameterizedTest
    @CsvSource(textBlock = """
            as written,                                      0805 1007 1a0178 2003
            the other way round,                             2003 1a0178 1007 0805
            any order,                                       1a0178 0805 2003 1007
            the last id wins,                                0801 0805 1007 1a0178 2003
            the last of each wins,                           1a0179 2002 0806 1008 0805 1007 1a0178 2003
            an unknown varint,                               2801 0805 1007 1a0178 2003
            an unknown 64-bit number,                        0805 31 0102030405060708 1007 1a0178 2003
            an unknown string,                               0805 1007 3a03616263 1a0178 2003
            an unknown group,                                0805 1007 43 0809 1a0179 44 1a0178 2003
            a group in a group,                              0805 1007 43 4b 1001 4c 53 54 44 1a0178 2003
            an unknown 32-bit number,                        0805 1007 1a0178 55 01020304 2003
            an unknown field of the highest number,          0805 1007 1a0178 2003 f8ffffff0f 01
            all kinds of unknown fields,                     2801 31 0102030405060708 3a00 43 44 55 01020304 0805 1007 1a0178 2003
            a string where the id should be,                 0805 1007 1a0178 2003 0a0179
            a 32-bit number where the type should be,        0805 1007 1a0178 2003 15 01020304
            a number where the data should be,               0805 1007 1a0178 2003 1805
            a 64-bit number where the data should be,        0805 1007 1a0178 2003 19 0102030405060708
            a group where the stream property should be,     0805 1007 1a0178 2003 23 0809 24
            a non-minimal number,                            08858000 108700 1a0178 208300
            a non-minimal number of ten bytes,               08 85808080808080808000 10 87808080808080808000 1a0178 2003
            a non-minimal length,                            0805 1007 1a8180808000 78 2003
            a non-minimal tag,                               888000 05 9000 07 9a80808000 01 78 a000 03
            a type of more than 32 bits,                     0805 10 8780808010 1a0178 2003
            """)
    @DisplayName("PR-W8: what protobuf understands is understood")
    void whatProtobufUnderstandsIsUnderstood(String what, String body) throws Exception {
        assertThat(parsed(hex(body))).as(what).isEqualTo(MESSAGE);
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            an id of zero,                    0805 0800
            a type of zero,                   1007 1000
            data of no bytes,                 1a0178 1a00
            a stream property of zero,        2003 2000
            """)
    @DisplayName("PR-W8: a default that is written out is the last value too")
    void aDefaultThatIsWrittenOutIsAValue(String what, String body) throws Exception {
        assertThat(parsed(hex(body))).as(what).isEqualTo(new Message(0, 0, new byte[0], 0));
    }

    @Test
    @DisplayName("PR-W8: a negative int32 may be cut to five bytes")
    void aNegativeNumberMayBeCut() throws Exception {
        assertThat(parsed(hex("10 ffffffff0f 20 ffffffff0f"))).isEqualTo(new Message(0, -1, new byte[0], -1));
    }

    @Test
    @DisplayName("PR-W8: a server reads leniently from a real connection")
    void aServerReadsLeniently() throws Exception {
        try (var server = new WireServer(); var peer = WirePeer.to(server.server())) {
            peer.sayByteByByte(frame(hex("3a03616263 2003 1a0178 43 0809 44 1001 1007 0805")));
            assertThat(server.next()).isEqualTo(MESSAGE);
        }
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            a tag without its value,                     08
            a number without its end,                    0880
            a number of eleven bytes,                    08 ffffffffffffffffffff01
            a length without its bytes,                  1a
            a length beyond the end,                     1a0578
            a length of two billion,                     1a ffffffff07
            a length below zero,                         1a ffffffff0f
            a length far below zero,                     1a ffffffffffffffffff01
            a field number of zero,                      00
            data under a field number of zero,           0200
            the end of a group that has not begun,       44
            a group without its end,                     43
            a group that ends as another,                43 4c
            a group that ends around another,            43 4b 44 4c
            wire type 6,                                 0e
            wire type 7 of an unknown field,             2f
            half a 64-bit number,                        31 01020304
            half a 32-bit number,                        55 0102
            an unknown string beyond the end,            3a05
            an unknown string of a length below zero,    3a ffffffff0f
            good fields and then a bad one,              0805 1007 1a0178 2003 08
            """)
    @DisplayName("PR-W11: what is no message is refused, and the next frame is read")
    void whatIsNoMessageIsRefused(String what, String body) throws Exception {
        var in = new DataInputStream(new ByteArrayInputStream(join(frame(hex(body)), WireVector.HELLO.bytes())));
        assertThatThrownBy(() -> Message.framing().read(in)).as(what).isInstanceOf(MalformedMessageException.class)
                .hasMessageContaining(hex(body).length + " bytes");
        assertThat(Message.framing().read(in)).isEqualTo(WireVector.HELLO.message());
    }

    @ParameterizedTest
    @ValueSource(ints = {101, 1_000_000})
    @DisplayName("PR-W11: groups in groups without end do not exhaust the stack")
    void groupsInGroupsDoNotExhaustTheStack(int depth) throws Exception {
        var body = new byte[2 * depth];
        Arrays.fill(body, 0, depth, (byte) 0x43);
        Arrays.fill(body, depth, 2 * depth, (byte) 0x44);
        assertThatThrownBy(() -> parsed(body)).isInstanceOf(MalformedMessageException.class);
    }
}
