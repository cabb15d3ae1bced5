package dev.weft.chat;

/**
 * What a {@link ChatClient} has done so far.
 *
 * @param connections connections that stood
 * @param sent texts that were sent, without greetings
 * @param heard texts that came
 */
public record ChatClientStats(long connections, long sent, long heard) {}
