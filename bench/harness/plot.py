"""The results as a plot: CPU per message relative to the base, one group of bars a case. An SVG that is read on white and on black."""
import math
from xml.sax.saxutils import escape

import cases as which
import figures

# One hue a family, from dark to light within it.
COLOURS = {
    "weft-epoll": "#1f6feb", "weft-io_uring": "#58a6ff", "weft-nio": "#9ecbff", "weft-text": "#0f9d8a",
    "jdk": "#8b949e", "netty-epoll": "#c2570c", "netty-pooled": "#9a3412", "netty-io_uring": "#e8883a", "netty-nio": "#f5b87a",
    "netty-codecs": "#d4a72c", "c": "#6e7781",
}
BAR, GAP, LEFT, RIGHT, PLOT_HEIGHT = 21, 26, 44, 16, 190
STYLE = """
    text { font: 12px system-ui, sans-serif; fill: #1f2328 }
    .small { font-size: 9px }
    .quiet { fill: #59636e }
    .title { font-weight: 600 }
    .grid { stroke: #d1d9e0; stroke-width: 1 }
    .one { stroke: #1f2328; stroke-width: 1.2; stroke-dasharray: 5 3 }
    @media (prefers-color-scheme: dark) {
        text { fill: #f0f6fc }
        .quiet { fill: #9198a1 }
        .grid { stroke: #3d444d }
        .one { stroke: #f0f6fc }
    }
"""


def document(cases, results):
    """The SVG; empty when there is nothing to show."""
    panels = []
    for mode, heading in (("echo", "Echo"), ("lines", "Lines, upper-cased"), ("frames", "Frames to a named hook")):
        shown = [c for c in cases if c.mode == mode and len(results.of(c)) > 1]
        if shown:
            panels.append((heading, shown))
    if not panels:
        return ""
    peers = []
    for _, shown in panels:
        for case in shown:
            peers += [p for p in results.of(case) if p not in peers and p != figures.base(case, results)]
    body, top, width = [], 0, 640
    for heading, shown in panels:
        drawn, height, right = _panel(heading, shown, results, top)
        body += drawn
        top += height
        width = max(width, right)
    legend, height = _legend(peers, top, width)
    return ('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img">\n'
            '    <title>Server CPU time per message, relative to the base; lower is better</title>\n    <style>%s</style>\n    %s\n</svg>\n'
            % (width, top + height, width, top + height, STYLE, "\n    ".join(body + legend)))


def _panel(heading, shown, results, top):
    groups = []
    for case in shown:
        found, base = results.of(case), figures.base(case, results)
        ratios = [(p, figures.ratio(s, found[base])) for p, s in found.items() if p != base or which.is_parsed(case)]
        groups.append((case, base, [(p, r) for p, r in ratios if r is not None]))
    most = max([r for _, _, bars in groups for _, r in bars] + [1.0])
    step = 0.25 if most <= 2 else 0.5 if most <= 4 else 1.0
    high = math.ceil(most * 1.02 / step) * step
    zero = top + 40 + PLOT_HEIGHT
    right = LEFT + GAP + sum(len(bars) * BAR + GAP for _, _, bars in groups) + RIGHT

    def y(value):
        return zero - PLOT_HEIGHT * value / high

    bases = sorted({{"c": "the " + base.label, "netty": "Netty's best"}.get(base.family, base.label) for _, base, _ in groups})
    out = [_text(LEFT - 36, top + 18, heading, "title"),
           _text(LEFT + 100, top + 18, "server CPU time per message; 1.00 is %s; lower is better" % " or ".join(bases), "quiet")]
    for i in range(int(round(high / step)) + 1):
        out.append('<line class="grid" x1="%d" x2="%d" y1="%.1f" y2="%.1f"/>' % (LEFT, right - RIGHT, y(i * step), y(i * step)))
        out.append(_text(LEFT - 6, y(i * step) + 4, "%.2f" % (i * step), "small quiet", "end"))
    x = LEFT + GAP
    for case, base, bars in groups:
        begin = x
        for peer, value in bars:
            out.append('<rect x="%.1f" y="%.1f" width="%d" height="%.1f" rx="2" fill="%s"><title>%s, %s: %.2f</title></rect>' % (
                x + 1.5, y(value), BAR - 3, zero - y(value), COLOURS.get(peer.id, "#8b949e"), escape(peer.label), which.identity(case), value))
            out.append(_text(x + BAR / 2, y(value) - 3, "%.2f" % value, "small", "middle"))
            x += BAR
        numbers = which.identity(case).split(":")[1].replace("65536", "64 KiB").replace("x", " × ")
        out.append(_text((begin + x) / 2, zero + 16, numbers, "", "middle"))
        x += GAP
    out.append('<line class="one" x1="%d" x2="%d" y1="%.1f" y2="%.1f"/>' % (LEFT, right - RIGHT, y(1), y(1)))
    return out, 40 + PLOT_HEIGHT + 36, right


def _legend(peers, top, width):
    out, x, y = [], LEFT, top + 14
    for peer in peers:
        needed = 30 + 7 * len(peer.label)
        if x + needed > width:
            x, y = LEFT, y + 20
        out.append('<rect x="%d" y="%d" width="12" height="12" rx="2" fill="%s"/>' % (x, y - 10, COLOURS.get(peer.id, "#8b949e")))
        out.append(_text(x + 17, y, peer.label))
        x += needed
    out.append(_text(LEFT, y + 20, "under each group: connections × messages under way on each × size", "quiet"))
    return out, y + 34 - top


def _text(x, y, words, style="", anchor=""):
    return '<text x="%.1f" y="%.1f"%s%s>%s</text>' % (
        x, y, ' class="%s"' % style if style else "", ' text-anchor="%s"' % anchor if anchor else "", escape(words))
