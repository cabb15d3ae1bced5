package dev.weft.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

import org.junit.jupiter.api.Test;

/** Who knows whom: classes that all reach each other can only be understood together. */
class CirclesTest {
    private static final int ENOUGH = 10;

    /** The largest circle of each package that has one of more than 10 classes. */
    private static final Map<String, Integer> LARGER = Map.of();

    /** The largest circle of those that have classes of the same packages. */
    private static final Map<String, Integer> SPANNING = Map.of();

    @Test
    void noPackageHasACircleOfMoreThanTenClasses() {
        var largest = new TreeMap<String, Integer>();
        for (var circle : circlesWithinPackages()) {
            if (circle.size() > ENOUGH) {
                largest.putIfAbsent(packageOf(circle.iterator().next()), circle.size());
            }
        }

        Ratchet.check("largest circle of classes that depend on each other", LARGER, largest, () -> circlesWithinPackages().toString());
    }

    @Test
    void noCircleOfClassesSpansTwoPackages() {
        var spanning = new TreeMap<String, Integer>();
        for (var circle : Circles.of(arrows())) {
            var packages = new TreeSet<>(circle.stream().map(CirclesTest::packageOf).toList());
            if (packages.size() > 1) {
                spanning.putIfAbsent(String.join(" and ", packages), circle.size());
            }
        }

        Ratchet.check("circles that span packages", SPANNING, spanning, () -> Circles.of(arrows()).toString());
    }

    @Test
    void aCircleIsWhatReachesItself() {
        var arrows = Map.of("a", Set.of("b"), "b", Set.of("c", "elsewhere"), "c", Set.of("a", "d"), "d", Set.of("e"), "e", Set.of("d"),
                "f", Set.of("a", "f"));

        assertThat(Circles.of(arrows)).containsExactly(new TreeSet<>(List.of("a", "b", "c")), new TreeSet<>(List.of("d", "e")));
    }

    private static List<? extends Set<String>> circlesWithinPackages() {
        var arrows = arrows();
        arrows.forEach((from, to) -> to.removeIf(each -> !packageOf(each).equals(packageOf(from))));
        return Circles.of(arrows);
    }

    private static SortedMap<String, Set<String>> arrows() {
        var arrows = new HashMap<String, Set<String>>();
        for (var module : Reactor.modulesWithCode()) {
            for (var file : module.classFiles()) {
                var read = ClassReader.of(file);
                arrows.computeIfAbsent(read.name(), name -> new HashSet<>()).addAll(read.named());
            }
        }
        arrows.forEach((from, to) -> to.remove(from));
        return new TreeMap<>(arrows);
    }

    private static String packageOf(String type) {
        var dot = type.lastIndexOf('.');
        return dot < 0 ? "" : type.substring(0, dot);
    }
}
