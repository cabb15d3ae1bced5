package dev.weft.linux.uring;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.StructLayout;

/** The structs that io_uring shares with the kernel, the same on every 64-bit machine: linux/io_uring.h. */
final class RingLayouts {
    /** io_uring_sqe, with the names that its unions have for the operations used here. */
    static final StructLayout SQE = MemoryLayout.structLayout(JAVA_BYTE.withName("opcode"), JAVA_BYTE.withName("flags"),
            JAVA_SHORT.withName("ioprio"), JAVA_INT.withName("fd"), JAVA_LONG.withName("off"), JAVA_LONG.withName("addr"),
            JAVA_INT.withName("len"), JAVA_INT.withName("op_flags"), JAVA_LONG.withName("user_data"), JAVA_SHORT.withName("buf_group"),
            JAVA_SHORT.withName("personality"), JAVA_INT.withName("optlen"), MemoryLayout.paddingLayout(16));
    /** io_uring_cqe. */
    static final StructLayout CQE = MemoryLayout.structLayout(JAVA_LONG.withName("user_data"), JAVA_INT.withName("res"),
            JAVA_INT.withName("flags"));
    /** io_sqring_offsets. */
    static final StructLayout SQ_OFFSETS = MemoryLayout.structLayout(JAVA_INT.withName("head"), JAVA_INT.withName("tail"),
            JAVA_INT.withName("ring_mask"), JAVA_INT.withName("ring_entries"), JAVA_INT.withName("flags"), JAVA_INT.withName("dropped"),
            JAVA_INT.withName("array"), MemoryLayout.paddingLayout(12));
    /** io_cqring_offsets. */
    static final StructLayout CQ_OFFSETS = MemoryLayout.structLayout(JAVA_INT.withName("head"), JAVA_INT.withName("tail"),
            JAVA_INT.withName("ring_mask"), JAVA_INT.withName("ring_entries"), JAVA_INT.withName("overflow"), JAVA_INT.withName("cqes"),
            JAVA_INT.withName("flags"), MemoryLayout.paddingLayout(12));
    /** io_uring_params. */
    static final StructLayout PARAMS = MemoryLayout.structLayout(JAVA_INT.withName("sq_entries"), JAVA_INT.withName("cq_entries"),
            JAVA_INT.withName("flags"), JAVA_INT.withName("sq_thread_cpu"), JAVA_INT.withName("sq_thread_idle"), JAVA_INT.withName("features"),
            JAVA_INT.withName("wq_fd"), MemoryLayout.paddingLayout(12), SQ_OFFSETS.withName("sq_off"), CQ_OFFSETS.withName("cq_off"));
    /** io_uring_buf; of the first one in a ring of buffers {@code resv} is the ring's tail. */
    static final StructLayout BUF = MemoryLayout.structLayout(JAVA_LONG.withName("addr"), JAVA_INT.withName("len"), JAVA_SHORT.withName("bid"),
            JAVA_SHORT.withName("resv"));
    /** io_uring_buf_reg. */
    static final StructLayout BUF_REG = MemoryLayout.structLayout(JAVA_LONG.withName("ring_addr"), JAVA_INT.withName("ring_entries"),
            JAVA_SHORT.withName("bgid"), JAVA_SHORT.withName("flags"), MemoryLayout.paddingLayout(24));

    private RingLayouts() {}

    /** Where a field stands, by the names that lead to it. */
    static long offset(StructLayout struct, String... names) {
        var path = new PathElement[names.length];
        for (int i = 0; i < names.length; i++) {
            path[i] = PathElement.groupElement(names[i]);
        }
        return struct.byteOffset(path);
    }
}
