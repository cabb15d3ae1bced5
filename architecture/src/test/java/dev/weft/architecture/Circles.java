package dev.weft.architecture;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The circles of a graph: sets of at least two classes of which each reaches every other (strongly connected components).
 *
 * <p>Tarjan, "Depth-first search and linear graph algorithms", 1972.
 */
final class Circles {
    private final Map<String, Set<String>> arrows;
    private final Map<String, Integer> order = new HashMap<>();
    private final Map<String, Integer> lowest = new HashMap<>();
    private final Deque<String> path = new ArrayDeque<>();
    private final Set<String> onPath = new HashSet<>();
    private final List<SortedSet<String>> found = new ArrayList<>();

    private Circles(Map<String, Set<String>> arrows) {
        this.arrows = arrows;
    }

    /** The largest first. Arrows to what is no key are passed over. */
    static List<SortedSet<String>> of(Map<String, Set<String>> arrows) {
        var circles = new Circles(new TreeMap<>(arrows));
        circles.arrows.keySet().forEach(circles::visit);
        circles.found.sort(Collections.reverseOrder((a, b) -> Integer.compare(a.size(), b.size())));
        return circles.found;
    }

    private void visit(String from) {
        if (order.containsKey(from)) {
            return;
        }
        order.put(from, order.size());
        lowest.put(from, order.get(from));
        path.push(from);
        onPath.add(from);
        for (var to : arrows.get(from)) {
            if (arrows.containsKey(to)) {
                visit(to);
                if (onPath.contains(to)) {
                    lowest.merge(from, lowest.get(to), Math::min);
                }
            }
        }
        if (lowest.get(from).equals(order.get(from))) {
            take(from);
        }
    }

    private void take(String first) {
        var circle = new TreeSet<String>();
        String each;
        do {
            each = path.pop();
            onPath.remove(each);
            circle.add(each);
        } while (!each.equals(first));
        if (circle.size() > 1) {
            found.add(circle);
        }
    }
}
