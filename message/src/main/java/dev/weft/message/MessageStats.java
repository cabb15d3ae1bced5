package dev.weft.message;

/**
 * What the connections of one {@link Messages} have seen so far, together, or those of one {@link Peer}.
 *
 * @param received messages read, replies, pings and unknown ones included
 * @param sent messages written by peers; not what groups send
 * @param unknown messages for which there was no hook
 * @param lateReplies replies whose request had given up; they are dropped
 * @param failures what hooks threw, and bodies that were no message
 */
public record MessageStats(long received, long sent, long unknown, long lateReplies, long failures) {
    MessageStats plus(MessageStats more) {
        return new MessageStats(received + more.received, sent + more.sent, unknown + more.unknown, lateReplies + more.lateReplies,
                failures + more.failures);
    }
}
