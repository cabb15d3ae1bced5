package dev.weft.message;

import static dev.weft.message.WireBytes.hex;

import java.util.List;

/**
 * A message and its bytes, as SPEC PR-W3 gives them.
 *
 * @param name what it is about
 * @param frame the whole frame, in hexadecimal
 */
record WireVector(String name, Message message, String frame) {
    static final WireVector HELLO = new WireVector("a type and a text", Message.of("client msg", "hello world!"),
            "3c57 00000014 10ac93f98c04 1a0c68656c6c6f20776f726c6421");

    static final List<WireVector> ALL = List.of(
            HELLO,
            new WireVector("id -1", Message.of("client msg", "hello world!").id(-1),
                    "3c57 0000001f 08ffffffffffffffffff01 10ac93f98c04 1a0c68656c6c6f20776f726c6421"),
            new WireVector("all four fields", Message.of("server response", "x").id(5).stream(3),
                    "3c57 0000000d 0805 10fe8081bc03 1a0178 2003"),
            new WireVector("all default", new Message(0, 0, new byte[0], 0), "3c57 00000000"),
            new WireVector("type -1", Message.of(-1, new byte[0]), "3c57 0000000b 10ffffffffffffffffff01"));

    byte[] bytes() {
        return hex(frame);
    }

    @Override
    public String toString() {
        return name;
    }
}
