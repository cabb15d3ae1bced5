package dev.weft.net.serve;

import java.io.IOException;

import dev.weft.net.DrainReport;

/** Is told what happens to a server as a whole; never throws. */
public interface Reports {
    /** Accepting, or receiving, has failed; the loop goes on if it can. */
    void acceptFailed(IOException failure);

    /** A drain has ended. */
    void drained(DrainReport report);
}
