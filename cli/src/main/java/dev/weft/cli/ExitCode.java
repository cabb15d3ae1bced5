package dev.weft.cli;

/** What a command's exit codes mean. */
final class ExitCode {
    /** All went well. */
    static final int OK = 0;
    /** What was asked for could not be done. */
    static final int FAILURE = 1;
    /** The arguments make no sense. */
    static final int USAGE = 2;

    private ExitCode() {}
}
