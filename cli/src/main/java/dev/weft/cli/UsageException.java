package dev.weft.cli;

/** The command line makes no sense: exit code 2. */
final class UsageException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String help;

    /** {@code help} is the command whose {@code --help} would have told. */
    UsageException(String message, String help) {
        super(message);
        this.help = help;
    }

    String help() {
        return help;
    }

    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }
}
