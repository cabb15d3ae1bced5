package dev.weft.workers;

import java.io.IOException;
import java.util.Optional;

import dev.weft.linux.sys.Native;
import dev.weft.net.spi.WorkerPool;
import dev.weft.net.spi.WorkerPools;
import dev.weft.net.spi.WorkerSettings;

/**
 * Worker processes for {@code Concurrency.processes}: JVMs that are started ahead of need. Each is handed one request at a time, a connection as its
 * descriptor (SPEC SS-34, SS-35).
 *
 * <p>They need what the native transport needs; {@link #unavailable} says what is missing.
 */
public final class ProcessPools implements WorkerPools {
    /** For {@link java.util.ServiceLoader}; makes no native call. */
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
