package dev.weft.queue;

import java.util.Optional;
import java.util.function.Consumer;

import dev.weft.net.support.SafeLog;

/** What belongs to one link and is used all over it: its name, its counters, its observer, its log, its threads. */
final class LinkEvents {
    final Counts counts = new Counts();
    final LinkThreads threads;
    final QueueLog log;
    private final Link link;
    private final String name;
    private final Optional<LinkObserver> observer;

    LinkEvents(Link link, String name, SafeLog log, Optional<LinkObserver> observer) {
        this.link = link;
        this.name = name;
        this.observer = observer;
        threads = new LinkThreads(name);
        this.log = new QueueLog(log, name);
    }

    /** What pysocklib calls such a link: ServerReceiver and so on. */
    String name() {
        return name;
    }

    void changed(LinkStatus status) {
        tell(o -> o.changed(link, status));
    }

    void refused(Object message, RuntimeException why) {
        counts.refused.increment();
        log.refused(why);
        tell(o -> o.refused(link, message, why));
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
        tell(o -> o.dropped(link, message, why));
    }

    private void tell(Consumer<LinkObserver> what) {
        if (observer.isPresent()) {
            try {
                what.accept(observer.get());
            } catch (Throwable t) {
                log.observerFailed(t);
            }
        }
    }
}
