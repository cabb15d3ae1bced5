package dev.weft.kafka;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

import dev.weft.net.DrainReport;

/** What a source, a sink or a pipeline does on its thread. */
interface KafkaWork {
    /**
     * Works until there is nothing left to do, a drain is done, or it must stop ({@link KafkaLife#stopping}).
     *
     * @throws IOException what has ended it
     * @throws InterruptedException when it was interrupted because it must stop
     */
    void run() throws IOException, InterruptedException;

    /** From any thread: takes no more from now on, and {@link #run} returns when what is under way is done. */
    void drain();

    /** How much is done so far, in what a drain counts. */
    long finished();

    /**
     * How a drain went.
     *
     * @param before {@link #finished} when it began
     * @param interrupted whether the thread had to be interrupted
     */
    DrainReport report(Duration took, long before, boolean interrupted);

    /** One of messages: those that were done meanwhile, and those that were not done when it ended. */
    static DrainReport ofMessages(Duration took, long finished, long aborted) {
        return new DrainReport(took, Math.clamp(finished, 0, Integer.MAX_VALUE), 0, Math.clamp(aborted, 0, Integer.MAX_VALUE), List.of());
    }
}
