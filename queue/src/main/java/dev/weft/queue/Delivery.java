package dev.weft.queue;

/** What may happen to a message when its connection breaks. Both ends of a link are given the same. */
public enum Delivery {
    /**
     * Lost at worst: the wire of socketlib (SPEC SL-W). A message whose send failed stays with the link and is the first on the next connection;
     * what the kernel had taken, and the peer had not read, is gone.
     */
    AT_MOST_ONCE,
    /**
     * Repeated at worst, and only where a receiver died before it acknowledged: numbered frames that are kept until they are acknowledged, and
     * sent again on the next connection. Both ends have to be Weft's. Another peer is recognised by its first bytes, or because it sends none
     * for 5 s, and is refused before a message is sent.
     */
    AT_LEAST_ONCE
}
