/**
 * The group chat: a server that sends everybody what anybody says, and its client.
 *
 * <p>Start at {@link dev.weft.chat.ChatServer} and {@link dev.weft.chat.ChatClient}.
 */
@org.jspecify.annotations.NullMarked module dev.weft.chat {
    requires static com.google.errorprone.annotations;
    requires static org.jspecify;
    requires transitive dev.weft.net;
    requires java.logging;

    exports dev.weft.chat;
}
