package dev.weft.linux.uring;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

import dev.weft.linux.sys.Errno;
import dev.weft.linux.sys.Libc;
import dev.weft.linux.sys.ShortLock;
import dev.weft.linux.sys.SystemException;

/**
 * One io_uring: requests go in from any thread, each submitted at once, and one thread at a time takes completions out.
 *
 * <p>The kernel does the work of a request in the thread that submitted it, when that thread next enters the kernel (IORING_SETUP_COOP_TASKRUN), at
 * the latest at the next clock tick; a sleeping thread is woken for it. Requests of a thread that has ended complete with ECANCELED.
 */
final class Ring {
    /** Receives completions. The receiver decides what they mean, and ignores those whose requester is gone. */
    @FunctionalInterface
    interface Completions {
        void completed(long data, int result, int flags);
    }

    /** Flag of a completion: its upper half is the id of a buffer. */
    static final int CQE_BUFFER = 1;
    /** Flag of a completion: more completions of the same request follow. */
    static final int CQE_MORE = 1 << 1;

    private static final int SETUP_FLAGS = 1 << 3 | 1 << 4 | 1 << 7 | 1 << 8 | 1 << 9; // CQSIZE, CLAMP, SUBMIT_ALL, COOP_TASKRUN, TASKRUN_FLAG
    private static final int FEATURES = 1 | 1 << 1; // SINGLE_MMAP, NODROP: no completion is lost when the queue is full
    private static final int SQ_CQ_OVERFLOW = 1 << 1;
    private static final int SQ_TASKRUN = 1 << 2;
    private static final long OFF_SQES = 0x1000_0000L;
    private static final int ENTRIES = 8;

    private static final byte OP_POLL_ADD = 6;
    private static final byte OP_ASYNC_CANCEL = 14;
    private static final byte OP_RECV = 27;
    private static final byte BUFFER_SELECT = 1 << 5;
    private static final byte SKIP_SUCCESS = 1 << 6;
    private static final short MULTISHOT_POLL_FIRST = 1 << 1 | 1;

    private static final long OPCODE = RingLayouts.offset(RingLayouts.SQE, "opcode");
    private static final long FLAGS = RingLayouts.offset(RingLayouts.SQE, "flags");
    private static final long IOPRIO = RingLayouts.offset(RingLayouts.SQE, "ioprio");
    private static final long FD = RingLayouts.offset(RingLayouts.SQE, "fd");
    private static final long ADDR = RingLayouts.offset(RingLayouts.SQE, "addr");
    private static final long OP_FLAGS = RingLayouts.offset(RingLayouts.SQE, "op_flags");
    private static final long USER_DATA = RingLayouts.offset(RingLayouts.SQE, "user_data");
    private static final long GROUP = RingLayouts.offset(RingLayouts.SQE, "buf_group");
    private static final long OPTLEN = RingLayouts.offset(RingLayouts.SQE, "optlen");
    private static final long CQE_DATA = RingLayouts.offset(RingLayouts.CQE, "user_data");
    private static final long CQE_RESULT = RingLayouts.offset(RingLayouts.CQE, "res");
    private static final long CQE_FLAGS = RingLayouts.offset(RingLayouts.CQE, "flags");
    private static final VarHandle INT = JAVA_INT.varHandle();

    private final int fd;
    private final MemorySegment queues;
    private final MemorySegment requests;
    private final long sqHead;
    private final long sqTail;
    private final int sqMask;
    private final long sqFlags;
    private final long cqHead;
    private final long cqTail;
    private final int cqMask;
    private final long completions;
    private final ShortLock submitting = new ShortLock();
    private final MemorySegment errno = Libc.errnoRoom(Arena.global());
    private int tail;
    private int waiting;

    /** A ring with room for this many completions, a power of two. The kernel keeps those that do not fit. */
    Ring(int room) throws IOException {
        try (var arena = Arena.ofConfined()) {
            var params = arena.allocate(RingLayouts.PARAMS);
            params.set(JAVA_INT, RingLayouts.offset(RingLayouts.PARAMS, "flags"), SETUP_FLAGS);
            params.set(JAVA_INT, RingLayouts.offset(RingLayouts.PARAMS, "cq_entries"), room);
            fd = RingCalls.setup(ENTRIES, params);
            try {
                if ((number(params, "features") & FEATURES) != FEATURES) {
                    throw new SystemException(Errno.EINVAL);
                }
                completions = number(params, "cq_off", "cqes");
                var array = (long) number(params, "sq_off", "array");
                var entries = number(params, "sq_entries");
                queues = RingCalls.shared(fd, 0, Math.max(array + entries * JAVA_INT.byteSize(),
                        completions + number(params, "cq_entries") * RingLayouts.CQE.byteSize()));
                requests = RingCalls.shared(fd, OFF_SQES, entries * RingLayouts.SQE.byteSize());
                for (int i = 0; i < entries; i++) {
                    queues.set(JAVA_INT, array + i * JAVA_INT.byteSize(), i);
                }
            } catch (IOException | RuntimeException e) {
                Libc.close(fd);
                throw e;
            }
            sqHead = number(params, "sq_off", "head");
            sqTail = number(params, "sq_off", "tail");
            sqMask = queues.get(JAVA_INT, number(params, "sq_off", "ring_mask"));
            sqFlags = number(params, "sq_off", "flags");
            cqHead = number(params, "cq_off", "head");
            cqTail = number(params, "cq_off", "tail");
            cqMask = queues.get(JAVA_INT, number(params, "cq_off", "ring_mask"));
        }
    }

    private static int number(MemorySegment params, String... names) {
        return params.get(JAVA_INT, RingLayouts.offset(RingLayouts.PARAMS, names));
    }

    /** The descriptor of the ring: poll(2) reports it readable while there are completions. */
    int descriptor() {
        return fd;
    }

    /**
     * Receives from a socket into {@link RingBuffers}, a completion for each, once something has arrived and until the request ends: with a
     * completion that has not {@link #CQE_MORE}.
     *
     * @param most as many bytes end it too, where the kernel knows such a limit; 0 where not
     */
    void receive(int socket, long data, int most) throws IOException {
        submitting.lock();
        try {
            var request = next(OP_RECV, socket, data);
            requests.set(JAVA_BYTE, request + FLAGS, BUFFER_SELECT);
            requests.set(JAVA_SHORT, request + IOPRIO, MULTISHOT_POLL_FIRST);
            requests.set(JAVA_SHORT, request + GROUP, RingBuffers.GROUP);
            requests.set(JAVA_INT, request + OPTLEN, most);
            submit();
        } finally {
            submitting.unlock();
        }
    }

    /** Requests one completion, when one of these events of poll(2) occurs. */
    void poll(int descriptor, long data, int events) throws IOException {
        submitting.lock();
        try {
            requests.set(JAVA_INT, next(OP_POLL_ADD, descriptor, data) + OP_FLAGS, events);
            submit();
        } finally {
            submitting.unlock();
        }
    }

    /** Cancels requests that have not completed; they complete with ECANCELED. */
    void cancel(long own, long... data) throws IOException {
        submitting.lock();
        try {
            for (var each : data) {
                var request = next(OP_ASYNC_CANCEL, -1, own);
                requests.set(JAVA_BYTE, request + FLAGS, SKIP_SUCCESS);
                requests.set(JAVA_LONG, request + ADDR, each);
            }
            submit();
        } finally {
            submitting.unlock();
        }
    }

    private long next(byte opcode, int descriptor, long data) {
        var request = (tail + waiting++ & sqMask) * RingLayouts.SQE.byteSize();
        requests.asSlice(request, RingLayouts.SQE.byteSize()).fill((byte) 0);
        requests.set(JAVA_BYTE, request + OPCODE, opcode);
        requests.set(JAVA_INT, request + FD, descriptor);
        requests.set(JAVA_LONG, request + USER_DATA, data);
        return request;
    }

    /** A request that the kernel does not accept is removed again: it must not be left there when the descriptor belongs to another channel. */
    private void submit() throws IOException {
        tail += waiting;
        INT.setRelease(queues, sqTail, tail);
        int n;
        do {
            n = RingCalls.submit(fd, waiting, errno);
        } while (n == -Errno.EINTR);
        var left = tail - (int) INT.getAcquire(queues, sqHead);
        waiting = 0;
        if (left != 0) {
            tail -= left;
            INT.setRelease(queues, sqTail, tail);
            throw new SystemException(n < 0 ? -n : Errno.EAGAIN);
        }
    }

    /** Takes out the completions that are there, on one thread at a time. Returns how many there were. */
    int reap(Completions completions, MemorySegment errno) {
        var n = takeOut(completions);
        if (n == 0 && ((int) INT.getAcquire(queues, sqFlags) & (SQ_CQ_OVERFLOW | SQ_TASKRUN)) != 0) {
            RingCalls.post(fd, errno);
            n = takeOut(completions);
        }
        return n;
    }

    private int takeOut(Completions to) {
        var first = queues.get(JAVA_INT, cqHead);
        var end = (int) INT.getAcquire(queues, cqTail);
        var head = first;
        try {
            while (head != end) {
                var at = completions + (head & cqMask) * RingLayouts.CQE.byteSize();
                head++; // also where the receiver fails: it has had its turn
                to.completed(queues.get(JAVA_LONG, at + CQE_DATA), queues.get(JAVA_INT, at + CQE_RESULT), queues.get(JAVA_INT, at + CQE_FLAGS));
            }
        } finally {
            INT.setRelease(queues, cqHead, head);
        }
        return head - first;
    }

    void close() {
        Libc.close(fd);
        RingCalls.unmap(queues);
        RingCalls.unmap(requests);
    }
}
