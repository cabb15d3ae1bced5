/** The group chat: {@link dev.weft.chat.ChatServer}, {@link dev.weft.chat.ChatClient} and what lies on the wire between them. */
@org.jspecify.annotations.NullMarked
package dev.weft.chat;
