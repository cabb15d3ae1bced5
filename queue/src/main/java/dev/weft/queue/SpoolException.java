package dev.weft.queue;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;

/** A spool can't be opened, written or read: it says which one, why, and what to do. */
final class SpoolException extends IOException {
    private static final long serialVersionUID = 1;

    private SpoolException(String message, IOException cause) {
        super(message, cause);
    }

    static SpoolException notOpened(Path directory, FileSystemException why) {
        return new SpoolException("the spool " + directory + " can't be opened: " + reason(why)
                + " (give it a directory which this user may write to, and where there is room)", why);
    }

    static SpoolException notWritten(Path directory, IOException why) {
        return new SpoolException("the spool " + directory + " can't be written: " + why.getMessage()
                + " (make room, or make it writable; the next link with this spool sends what is in it)", why);
    }

    static SpoolException notRead(Path directory, IOException why) {
        return new SpoolException("the spool " + directory + " can't be read: " + why.getMessage()
                + " (the next link with this spool begins at that message; if it is damaged, move the directory away)", why);
    }

    /** The JDK leaves it to the class in these cases, and the message is the path alone. */
    private static String reason(FileSystemException why) {
        return switch (why) {
            case AccessDeniedException e -> "access to " + e.getFile() + " is denied";
            case FileAlreadyExistsException e -> e.getFile() + " is no directory";
            default -> String.valueOf(why.getMessage());
        };
    }
}
