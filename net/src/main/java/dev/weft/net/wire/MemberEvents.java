package dev.weft.net.wire;

/** Is told what becomes of a connection as a member of groups; from any thread. */
public interface MemberEvents {
    /** It was dropped, as it did not take what was sent. */
    void tooSlow(String why);

    /** Its outbox dropped a message. */
    void undelivered();
}
