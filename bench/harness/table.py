"""The results as Markdown."""
import cases as which
import figures


def summary(cases, results):
    """One table for the cases of one kind: a row a peer, the ratio of CPU per message in each case."""
    cases = [c for c in cases if results.of(c)]
    if not cases:
        return []
    peers = []
    for case in cases:
        peers += [p for p in results.of(case) if p not in peers]
    bases = {c: figures.base(c, results) for c in cases}
    lines = ["| CPU per message | " + " | ".join("`%s` over %s" % (which.identity(c), bases[c].label) for c in cases) + " |",
             "| --- |" + " ---: |" * len(cases)]
    for peer in peers:
        cells = []
        for case in cases:
            found = results.of(case)
            value = figures.ratio(found[peer], found[bases[case]]) if peer in found else None
            cells.append("%.2f" % value if value is not None else "-")
        lines.append("| %s | %s |" % (peer.label, " | ".join(cells)))
    return lines


def details(case, results):
    """One table for one case."""
    found = results.of(case)
    if not found:
        return []
    base = figures.base(case, results)
    what = "connection" if case.mode == "connect" else "message"
    lines = ["### %s" % which.title(case), "",
             "| server | CPU a %s, µs | over %s (least to most) | %ss/s | p50, µs | p99, µs |" % (what, base.label, what),
             "| --- | ---: | ---: | ---: | ---: | ---: |"]
    for peer, samples in found.items():
        value, spread = figures.ratio(samples, found[base]), figures.spread(samples, found[base])
        over = "%.2f (%.2f to %.2f)" % (value, *spread) if value is not None else "-"
        lines.append("| %s | %.2f | %s | %s | %d | %d |" % (
            peer.label, figures.median(samples, "cpu"), over, "{:,.0f}".format(figures.median(samples, "rate")),
            figures.median(samples, "p50"), figures.median(samples, "p99")))
    return lines + [""]


def missing(reasons):
    return ["Left out: %s: %s" % reason for reason in sorted(reasons.items())]


def document(cases, results, plan, machine, notes, plot):
    lines = ["# Side by side", "",
             "%s. %d rounds of %g s a case and server, the order reversed each round; medians of the rounds, ratios taken round by round."
             % (machine, plan.rounds, plan.seconds), ""]
    lines += [line for note in notes for line in (note, "")]
    for mode in ("echo", "lines", "frames", "stream", "connect"):
        table = summary([c for c in cases if c.mode == mode], results)
        lines += table + [""] if table else []
    if plot:
        lines += ["![CPU per message relative to the base](%s)" % plot, ""]
    lines += ["## Each case", ""]
    for case in cases:
        lines += details(case, results)
    return "\n".join(lines).rstrip() + "\n"
