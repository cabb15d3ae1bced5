"""Medians and ratios of samples."""
import statistics

import cases as which


def median(samples, field):
    return statistics.median(getattr(s, field) for s in samples if s)


def ratio(samples, base, field="cpu"):
    """The median over the rounds of what it was to the base in the same round; None without a common round."""
    ratios = [getattr(s, field) / getattr(b, field) for s, b in zip(samples, base) if s and b and getattr(b, field)]
    return statistics.median(ratios) if ratios else None


def spread(samples, base):
    """The smallest and the largest such ratio."""
    ratios = [s.cpu / b.cpu for s, b in zip(samples, base) if s and b and b.cpu]
    return (min(ratios), max(ratios)) if ratios else None


def base(case, results):
    """Whom a case's ratios are to: another build of Weft when there is one (--other); else, where servers parse, Netty's best; else the C
    loop, which is the first peer, or whoever is first without it."""
    found = results.of(case)
    other = [p for p in found if p.family == "other"]
    if other:
        return other[0]
    if which.is_parsed(case):
        netty = [p for p in found if p.family == "netty"]
        if netty:
            return min(netty, key=lambda p: median(found[p], "cpu"))
    return next(iter(found), None)
