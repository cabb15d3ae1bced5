package dev.weft.testkit;

import java.util.EnumSet;
import java.util.Set;

import dev.weft.net.Concurrency;

/**
 * Something that holds on every transport under every concurrency, and the proof.
 *
 * @param <S> what its proof needs
 * @param name a sentence, behind the ids of the specification that it covers
 * @param proof the test
 * @param needs what the transport must be able to do
 * @param parallel how many requests must be able to run at once
 * @param portable whether its handlers may run in another JVM than the test
 */
record Rule<S extends Scene>(String name, Proof<S> proof, Set<StreamSubject.Trait> needs, int parallel, boolean portable) {
    /**
     * A test on a scene of its own.
     *
     * @param <S> which it needs
     */
    @FunctionalInterface
    interface Proof<S extends Scene> {
        void on(S scene) throws Throwable;
    }

    static <S extends Scene> Rule<S> rule(String name, Proof<S> proof) {
        return new Rule<>(name, proof, Set.of(), 1, true);
    }

    /** Only where requests run beside one another. */
    Rule<S> concurrent() {
        return parallel(2);
    }

    /** Only where so many requests can run at once. */
    Rule<S> parallel(int requests) {
        return new Rule<>(name, proof, needs, requests, portable);
    }

    /** Only on transports that can do this. */
    Rule<S> needs(StreamSubject.Trait trait) {
        var all = EnumSet.of(trait);
        all.addAll(needs);
        return new Rule<>(name, proof, all, parallel, portable);
    }

    /** Only where handlers run in the test's own JVM: they share objects with the test, or live by its manual time. */
    Rule<S> inThisJvm() {
        return new Rule<>(name, proof, needs, parallel, false);
    }

    /** Whether it can be proved under this concurrency, on a transport that lacks these. */
    boolean applies(Concurrency concurrency, Set<StreamSubject.Trait> lacks) {
        return parallel <= Scene.atOnce(concurrency) && (portable || !(concurrency instanceof Concurrency.Processes))
                && needs.stream().noneMatch(lacks::contains);
    }
}
