package dev.weft.net;

/** What the intakes of a server tell, for counters, a flight recording and the observer. Nothing it does throws. */
interface RequestEvents {
    /** The counters it keeps. */
    ServerCounters counters();

    /** A connection was admitted; its handler runs next. */
    void accepted(Connection c);

    /** A connection was refused. */
    void rejected(Address remote, String reason);

    /** A handler threw, or a verify, or a handshake. */
    void failed(Connection c, Throwable failure);

    /** A handler threw, or a verify. */
    void failed(Datagram d, Throwable failure);

    /** A connection was dropped, as it did not take what a group sent it. */
    void tooSlow(Connection c, String why);

    /** A message of a group was dropped. */
    void undelivered();

    /** A connection has ended. */
    void closed(StreamRequest request);

    /** A datagram was dropped. */
    void dropped(Datagram d);
}
