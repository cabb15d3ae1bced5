/** The {@code weft} command. */
@org.jspecify.annotations.NullMarked module dev.weft.cli {
    requires static org.jspecify;
    requires dev.weft.net;
    requires dev.weft.chat;
    requires dev.weft.message;
    requires dev.weft.queue;
    requires info.picocli;
    requires java.logging;
    requires jdk.unsupported;

    opens dev.weft.cli to dev.weft.net;
}
