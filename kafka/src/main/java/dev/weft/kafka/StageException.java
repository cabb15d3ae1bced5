package dev.weft.kafka;

/** The stage of a pipeline threw, or made what can't be written; its cause says which. */
final class StageException extends Exception {
    private static final long serialVersionUID = 1L;

    StageException(Exception cause) {
        super(cause);
    }
}
