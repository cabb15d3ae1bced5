/**
 * The {@code weft} command: {@code chat}, {@code serve} and what they share. A program, not a library: nothing is exported.
 *
 * <p>A command declares its options once, as a {@link dev.weft.cli.Syntax}. Picocli, made from that, is the authority on what a command
 * line means; {@link dev.weft.cli.PlainLine} reads the common ones without it, because starting picocli takes longer than starting a
 * server.
 */
package dev.weft.cli;
