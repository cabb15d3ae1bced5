package dev.weft.queue;

import java.util.Optional;
import java.util.function.Consumer;

/** A link's observer, and the link of which it is told. */
record ObserverOfLink(Link link, Optional<LinkObserver> observer) implements LinkEvents.Sink {
    @Override
    public void changed(LinkStatus status) {
        tell(o -> o.changed(link, status));
    }

    @Override
    public void refused(Object message, RuntimeException why) {
        tell(o -> o.refused(link, message, why));
    }

    @Override
    public void dropped(Object message, Exception why) {
        tell(o -> o.dropped(link, message, why));
    }

    private void tell(Consumer<LinkObserver> what) {
        observer.ifPresent(what);
    }
}
