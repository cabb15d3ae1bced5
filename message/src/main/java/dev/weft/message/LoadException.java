package dev.weft.message;

/**
 * A key's loader has failed; the cause is what it threw. Every call that asks for the value gets this same exception (SPEC PR-R4), until the
 * key is removed or the last server and connection opened with its {@link Messages} has ended. Exception: if loading was
 * interrupted, the loader runs again.
 */
public final class LoadException extends RuntimeException {
    private static final long serialVersionUID = 1;

    LoadException(Key<?> key, Throwable cause) {
        super("cannot load " + key.name() + ": " + cause, cause);
    }
}
