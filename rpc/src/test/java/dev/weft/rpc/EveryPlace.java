package dev.weft.rpc;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.EnumSet;
import java.util.stream.Stream;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.ArgumentsProvider;
import org.junit.jupiter.params.provider.ArgumentsSource;
import org.junit.jupiter.params.support.ParameterDeclarations;

/**
 * A test of what holds at every {@link Place}. By default it runs at one place of each kind: a socket, a file, TLS, within the JVM; with the profile
 * matrix, at all.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@ParameterizedTest
@ArgumentsSource(EveryPlace.Provider.class)
@interface EveryPlace {
    final class Provider implements ArgumentsProvider {
        @Override
        public Stream<? extends Arguments> provideArguments(ParameterDeclarations parameters, ExtensionContext context) {
            var places = EnumSet.allOf(Place.class);
            if (!Boolean.getBoolean("weft.exhaustive")) {
                places.remove(Place.IPV6);
                places.remove(Place.MUTUAL_TLS);
            }
            return places.stream().map(Arguments::of);
        }
    }
}
