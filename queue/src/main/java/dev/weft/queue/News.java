package dev.weft.queue;

import java.util.Optional;
import java.util.function.Consumer;

/** What belongs to one link and is used all over it: its name, its counters, its observer, its threads. */
final class News {
    final Counts counts = new Counts();
    final Threads threads;
    private final Link link;
    private final String name;
    private final Optional<LinkObserver> observer;

    News(Link link, String name, Optional<LinkObserver> observer) {
        this.link = link;
        this.name = name;
        this.observer = observer;
        threads = new Threads(name);
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
        Log.refused(name, why);
        tell(o -> o.refused(link, message, why));
    }

    void dropped(Object message, Exception why) {
        counts.dropped.increment();
        Log.dropped(name, why);
        tell(o -> o.dropped(link, message, why));
    }

    private void tell(Consumer<LinkObserver> what) {
        if (observer.isPresent()) {
            try {
                what.accept(observer.get());
            } catch (Throwable t) {
                Log.observerFailed(name, t);
            }
        }
    }
}
