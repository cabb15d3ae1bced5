package dev.weft.net.wire;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;

/** Threads whose bytes another thread sends with its own, so that many small writes are one. */
final class Company {
    /** As many bytes of several writers go into one write. */
    static final int MOST = 64 * 1024;

    private final byte[] bytes;
    private final List<Turn> members;

    private Company(byte[] bytes, List<Turn> members) {
        this.bytes = bytes;
        this.members = members;
    }

    /** The bytes of the thread that sends, then those of the members in their order. */
    byte[] bytes() {
        return bytes;
    }

    /** Says whether the members' bytes have left: it throws when they have not. */
    @FunctionalInterface
    interface Check {
        void run() throws IOException;
    }

    /**
     * Takes the next places out of the order, as long as they are threads and their bytes fit; null when there is none. The bytes are copied, as
     * a thread that is interrupted takes its array away. The caller holds the monitor of the {@link WriteQueue}.
     */
    static @Nullable Company gather(ArrayDeque<Place> places, byte[] bytes, int offset, int length) {
        if (!(places.peekFirst() instanceof Turn first) || first.bytes == null || length > MOST - first.length) {
            return null;
        }
        var members = new ArrayList<Turn>();
        var all = new ByteArrayOutputStream();
        all.write(bytes, offset, length);
        for (var place : places) {
            if (!(place instanceof Turn next) || next.bytes == null || all.size() + next.length > MOST) {
                break;
            }
            all.write(next.bytes, next.offset, next.length);
            members.add(next);
        }
        var company = new Company(all.toByteArray(), members);
        members.forEach(_ -> places.removeFirst()); // last: if there was no memory for all this, they still have their places
        return company;
    }

    /** The members go on. */
    void dismiss(Check check) {
        for (var turn : members) {
            try {
                check.run();
            } catch (IOException e) {
                turn.failure = e;
            }
            turn.done = true;
            LockSupport.unpark(turn.thread);
        }
    }
}
