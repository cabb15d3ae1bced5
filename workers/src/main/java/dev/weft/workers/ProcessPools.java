package dev.weft.workers;

import java.io.IOException;
import java.util.Optional;

import dev.weft.linux.sys.Native;
import dev.weft.net.spi.WorkerPool;
import dev.weft.net.spi.WorkerPools;
import dev.weft.net.spi.WorkerSettings;

/**
 * Worker processes: JVMs started ahead of need, each handed one request at a time, connections as their descriptors (SPEC SS-34, SS-35).
 *
 * <p>Needs what the native transport needs; {@link #unavailable} says why there can be none.
 */
public final class ProcessPools implements WorkerPools {
    /** For {@link java.util.ServiceLoader}; touches nothing native. */
    public ProcessPools() {}

    @Override
    public Optional<String> unavailable() {
        return Native.unavailable();
    }

    @Override
    public WorkerPool open(WorkerSettings settings) throws IOException {
        return ProcessPool.open(settings);
    }
}
