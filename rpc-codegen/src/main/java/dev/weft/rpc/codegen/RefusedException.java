package dev.weft.rpc.codegen;

/** Something for which no Java that compiles can be written; the message tells the author of the {@code .proto} file. */
final class RefusedException extends Exception {
    private static final long serialVersionUID = 1;

    RefusedException(String message) {
        super(message);
    }
}
