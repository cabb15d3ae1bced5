package dev.weft.linux.poll;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;

import dev.weft.linux.sys.Libc;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An event finds the channel that it was meant for, or nobody. */
@Timeout(30)
class WatchTableTest {
    private static final int FD = 7;

    private final WatchTable table = new WatchTable();

    /** Remembers its events. */
    private static final class Recorder extends Watched {
        final List<Integer> events = new ArrayList<>();

        @Override
        public void ready(int events) {
            this.events.add(events);
        }
    }

    @Test
    void anEventReachesItsChannel() {
        var channel = new Recorder();
        var data = table.enter(FD, channel);
        table.dispatch(data, Libc.EPOLLIN);
        table.dispatch(data, Libc.EPOLLOUT | Libc.EPOLLRDHUP);
        assertThat(channel.events).containsExactly(Libc.EPOLLIN, Libc.EPOLLOUT | Libc.EPOLLRDHUP);
    }

    @Test
    void theDataOfAnEventHaveTheNumberInTheirLowerHalf() {
        assertThat((int) table.enter(FD, new Recorder())).isEqualTo(FD);
    }

    @Test
    void anEventOfAClosedChannelReachesNobody() {
        var channel = new Recorder();
        var data = table.enter(FD, channel);
        table.remove(FD, channel);
        table.dispatch(data, Libc.EPOLLIN);
        assertThat(channel.events).isEmpty();
    }

    @Test
    void anEventOfTheFormerOwnerOfANumberIsDropped() {
        var former = new Recorder();
        var late = table.enter(FD, former);
        table.remove(FD, former);
        var successor = new Recorder();
        var own = table.enter(FD, successor);

        table.dispatch(late, Libc.EPOLLIN | Libc.EPOLLHUP);
        assertThat(successor.events).isEmpty();
        assertThat(former.events).isEmpty();
        table.dispatch(own, Libc.EPOLLIN);
        assertThat(successor.events).containsExactly(Libc.EPOLLIN);
    }

    @Test
    void theLastOfThousandsOfOwnersGetsNoEventButItsOwn() {
        var late = new ArrayList<Long>();
        for (int i = 0; i < 5_000; i++) {
            var former = new Recorder();
            late.add(table.enter(FD, former));
            table.remove(FD, former);
        }
        var last = new Recorder();
        table.enter(FD, last);
        late.forEach(data -> table.dispatch(data, Libc.EPOLLIN));
        assertThat(last.events).isEmpty();
        assertThat(late).doesNotHaveDuplicates();
    }

    @Test
    void aSecondCloseOfAFormerOwnerLeavesTheSuccessorWatched() {
        var former = new Recorder();
        table.enter(FD, former);
        table.remove(FD, former);
        var successor = new Recorder();
        var data = table.enter(FD, successor);
        table.remove(FD, former);
        table.dispatch(data, Libc.EPOLLIN);
        assertThat(successor.events).hasSize(1);
    }

    @Test
    void aNumberBeyondTheTableMakesItLarger() {
        var small = new Recorder();
        var dataOfSmall = table.enter(FD, small);
        var large = new Recorder();
        var data = table.enter(100_000, large);
        table.dispatch(data, Libc.EPOLLIN);
        table.dispatch(dataOfSmall, Libc.EPOLLIN);
        assertThat(large.events).hasSize(1);
        assertThat(small.events).hasSize(1);
    }

    @Test
    void anEventOfANumberThatNobodyEverHadIsDropped() {
        table.dispatch(1L << 32 | 1_000_000, Libc.EPOLLIN);
        table.remove(1_000_000, new Recorder());
    }
}
