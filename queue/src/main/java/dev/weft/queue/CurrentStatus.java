package dev.weft.queue;

import java.io.IOException;
import java.util.Optional;

import dev.weft.net.Address;
import dev.weft.net.TimeSource;
import dev.weft.queue.LinkStatus.State;
import org.jspecify.annotations.Nullable;

/** What a link is doing now; tells its observer of each change. One thread changes it, any thread asks. */
final class CurrentStatus {
    private final TimeSource time;
    private final LinkEvents events;
    private volatile LinkStatus now;

    CurrentStatus(TimeSource time, LinkEvents events) {
        this.time = time;
        this.events = events;
        now = status(State.NEW, Optional.empty(), Optional.empty());
    }

    LinkStatus now() {
        return now;
    }

    boolean connected() {
        return now.state() == State.CONNECTED;
    }

    /** It is started; its observer is told by the link's own thread: {@link #tell}. */
    void starting() {
        now = status(State.CONNECTING, Optional.empty(), Optional.empty());
    }

    void tell() {
        events.changed(now);
    }

    void connected(Address peer) {
        change(status(State.CONNECTED, Optional.of(peer), Optional.empty()));
    }

    void reconnecting(IOException lost) {
        change(status(State.RECONNECTING, Optional.empty(), Optional.of(lost)));
    }

    /** One more attempt has failed. */
    void attemptFailed(IOException why) {
        var before = now;
        change(new LinkStatus(before.state(), before.since(), before.attempts() + 1, before.peer(), Optional.of(why)));
    }

    void ended(@Nullable IOException last) {
        change(status(State.ENDED, Optional.empty(), Optional.ofNullable(last).or(now::lastFailure)));
    }

    private LinkStatus status(State state, Optional<Address> peer, Optional<IOException> lastFailure) {
        return new LinkStatus(state, time.now(), 0, peer, lastFailure);
    }

    private void change(LinkStatus next) {
        now = next;
        tell();
    }
}
