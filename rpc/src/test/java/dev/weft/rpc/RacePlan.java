package dev.weft.rpc;

import java.util.EnumSet;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/**
 * What is raced in one round: a call of some kind, how its two sides end it, and when. All of it comes from the seed.
 *
 * @param messages that each side has to send, of a kind that sends many
 */
record RacePlan(int round, Kind kind, ClientEnd client, ServerEnd server, boolean drained, int messages, long clientNanos, long serverNanos,
        long drainNanos) {

    private static final int DRAINED = 50;
    private static final int CLOSED = 20;
    private static final int MESSAGES = 12;
    private static final long SPIN = 50_000;

    enum Kind {
        UNARY, SERVER_STREAM, CLIENT_STREAM, EXCHANGE
    }

    /** What the caller, or who has a say in it, does after a while. */
    enum ClientEnd {
        NOTHING, LEAVE, INTERRUPT, DEADLINE, CLOSE_CLIENT
    }

    /** What the method does after a while. */
    enum ServerEnd {
        RETURN, THROW, ABORT, WAIT
    }

    /** What a caller may be told. */
    enum Outcome {
        OK, UNKNOWN, ABORTED, CANCELLED, DEADLINE_EXCEEDED, UNAVAILABLE,
        /** What the feed itself threw. */
        LEFT,
        /** The client was closed before the call began. */
        CLOSED
    }

    static RacePlan draw(int round, Random random) {
        var kind = any(random, Kind.values());
        var drained = random.nextInt(DRAINED) == 0;
        var client = random.nextInt(CLOSED) == 0 ? ClientEnd.CLOSE_CLIENT
                : any(random, ClientEnd.NOTHING, ClientEnd.LEAVE, ClientEnd.INTERRUPT, ClientEnd.DEADLINE);
        if (client == ClientEnd.LEAVE && kind == Kind.UNARY) {
            client = ClientEnd.INTERRUPT; // there is nothing to leave
        }
        var server = client == ClientEnd.NOTHING && !drained ? any(random, ServerEnd.RETURN, ServerEnd.THROW, ServerEnd.ABORT)
                : any(random, ServerEnd.values());
        return new RacePlan(round, kind, client, server, drained, random.nextInt(MESSAGES), nanos(random), nanos(random), nanos(random));
    }

    @SafeVarargs
    private static <T> T any(Random random, T... of) {
        return of[random.nextInt(of.length)];
    }

    /** Nothing, or less than a change of threads takes, or about as much as a call takes. */
    private static long nanos(Random random) {
        return switch (random.nextInt(3)) {
            case 0 -> 0;
            case 1 -> random.nextLong(SPIN);
            default -> random.nextLong(1_000_000);
        };
    }

    /** Lets time go by: exactly, where it is short. An interrupt ends it. */
    static void pause(long nanos) {
        if (nanos > SPIN) {
            LockSupport.parkNanos(nanos);
        } else {
            for (var end = System.nanoTime() + nanos; System.nanoTime() < end;) {
                Thread.onSpinWait();
            }
        }
    }

    Set<Outcome> legal() {
        var legal = EnumSet.noneOf(Outcome.class);
        switch (server) {
            case RETURN -> legal.add(Outcome.OK);
            case THROW -> legal.add(Outcome.UNKNOWN);
            case ABORT -> legal.add(Outcome.ABORTED);
            case WAIT -> {}
        }
        switch (client) {
            case NOTHING -> {}
            case LEAVE -> legal.add(kind == Kind.CLIENT_STREAM ? Outcome.LEFT : Outcome.CANCELLED);
            case INTERRUPT -> legal.add(Outcome.CANCELLED);
            case DEADLINE -> legal.add(Outcome.DEADLINE_EXCEEDED);
            case CLOSE_CLIENT -> legal.addAll(EnumSet.of(Outcome.UNAVAILABLE, Outcome.CANCELLED, Outcome.CLOSED));
        }
        if (drained) {
            legal.add(Outcome.UNAVAILABLE);
        }
        return legal;
    }
}
