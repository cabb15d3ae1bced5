package dev.weft.queue;

import dev.weft.net.TimeSource;
import dev.weft.net.support.SafeLog;

/** What belongs to one link and is used by all its parts: its name, its counters, its observer, its log, its threads. */
final class LinkEvents {
    /** A {@link LinkObserver} that knows its link. What it throws is logged. */
    interface Sink {
        void changed(LinkStatus status);

        void refused(Object message, RuntimeException why);

        void dropped(Object message, Exception why);
    }

    final LinkCounts counts = new LinkCounts();
    final LinkThreads threads;
    final QueueLog log;
    private final String name;
    private final Sink observer;

    LinkEvents(String name, SafeLog log, TimeSource time, Sink observer) {
        this.name = name;
        this.observer = observer;
        threads = new LinkThreads(name);
        this.log = new QueueLog(log, name, time);
    }

    /** What pysocklib calls such a link: ServerReceiver and so on. */
    String name() {
        return name;
    }

    void changed(LinkStatus status) {
        tell(() -> observer.changed(status));
    }

    void refused(Object message, RuntimeException why) {
        counts.refused.increment();
        log.refused(why);
        tell(() -> observer.refused(message, why));
    }

    /** There was no room for a message that has come. */
    void dropped(Object message, Exception why) {
        log.dropped(why);
        tellDropped(message, why);
    }

    /** What has come is no message. */
    void undecodable(byte[] bytes, Exception why) {
        log.undecodable(why);
        tellDropped(bytes, why);
    }

    private void tellDropped(Object message, Exception why) {
        counts.dropped.increment();
        tell(() -> observer.dropped(message, why));
    }

    private void tell(Runnable what) {
        try {
            what.run();
        } catch (Throwable t) {
            log.observerFailed(t);
        }
    }
}
