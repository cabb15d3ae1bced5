package dev.weft.message;

import java.util.function.BiPredicate;

/** An observer made of lambdas, for tests. */
final class Observed implements MessagesObserver {
    private Told opened = p -> {};
    private Told closed = p -> {};
    private BiPredicate<Exception, Peer> forgives = (failure, p) -> false;

    /** What is done with a peer. */
    @FunctionalInterface
    interface Told {
        void of(Peer peer) throws Exception;
    }

    private Observed() {}

    static Observed open(Told opened) {
        return new Observed().andOpen(opened);
    }

    static Observed close(Told closed) {
        return new Observed().andClose(closed);
    }

    static Observed failure(BiPredicate<Exception, Peer> forgives) {
        return new Observed().andFailure(forgives);
    }

    Observed andOpen(Told told) {
        opened = told;
        return this;
    }

    Observed andClose(Told told) {
        closed = told;
        return this;
    }

    Observed andFailure(BiPredicate<Exception, Peer> judge) {
        forgives = judge;
        return this;
    }

    @Override
    public void opened(Peer peer) throws Exception {
        opened.of(peer);
    }

    @Override
    public void closed(Peer peer) throws Exception {
        closed.of(peer);
    }

    @Override
    public boolean failed(Peer peer, Exception failure) {
        return forgives.test(failure, peer);
    }
}
