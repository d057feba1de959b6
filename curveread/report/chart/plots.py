"""One panel of a picture: its heading with the key, and around its curves the axis, gaps, marked spots and notes."""

from __future__ import annotations

from curveread.findings.wording import count
from curveread.logtext import shorten
from curveread.report.chart.labels import Label, beside, gap_notes
from curveread.report.chart.palette import SHADES, dash
from curveread.report.chart.scene import Box, Boxes, Glyphs, Group, Hatch, Part, Plot, Stroke, Words
from curveread.report.chart.size import Size
from curveread.report.chart.spec import ChartSpec, Gap, Key, Panel
from curveread.report.chart.texture import busy


def heading(p: Panel, size: Size, y: float, out: list[Part]) -> float:
    """Write the panel's title and key; return where its plot begins."""
    words = shorten(p.heading, int(size.plot / (size.char + 1.4)))
    base = y + 15
    out.append(Words(size.left, base, words, "heading"))
    x = size.left + size.wide(words, "heading") + 2 * size.char
    several = len(p.keys) > 1 or any(key.kind == "forecast" for key in p.keys)
    for key in p.keys:
        name = shorten(key.label, min(40, int(size.plot / size.char) - 5))
        wide = (26 if several else 0) + size.wide(name, "key") + 14
        if x + wide > size.left + size.plot + 14:
            x, base = size.left, base + 16
        parts = [*_sample(key, x, base), Words(x + 23, base, name, "key")] if several else [Words(x, base, name, "key")]
        out.append(Group(tuple(parts), key.tag))
        x += wide
    if p.left_out:
        out.append(Words(size.left + size.plot, base, f"+{p.left_out} not drawn", "tick", "end"))
    return base + 7


def _sample(key: Key, x: float, y: float) -> list[Part]:
    parts: list[Part] = [Stroke(x, y - 4, x + 18, y - 4, key.ink, width=1.8, dash=dash(key.ink, key.kind))]
    return [*parts, Glyphs("eval-key", ((x + 9, y - 4),), key.ink)] if key.kind == "eval" else parts


def content(spec: ChartSpec, plot: Plot, labels: tuple[Label, ...], size: Size) -> tuple[list[Part], list[Part]]:
    """Return what lies under the curves of a panel and what lies over them."""
    p = spec.panels[plot.index]
    left, top, width, height = plot.box
    under: list[Part] = []
    for tick in p.y.ticks:
        y = top + (1 - p.y.at(tick.at)) * height
        under.append(Stroke(left, y, left + width, y, "grid"))
        under.append(Words(left - 6, y + 4, tick.text, "tick", "end"))
    for lab in labels:
        if lab.until > lab.at and plot.index == spec.home(lab.mark):
            reach = (left + lab.at * width, top, max((lab.until - lab.at) * width, 1.0), height)
            under.append(Boxes((reach,), lab.mark.severity, SHADES["finding"]))
    if not p.y.log and p.y.low < 0 < p.y.high:
        y = top + (1 - p.y.at(0.0)) * height
        under.append(Stroke(left, y, left + width, y, "soft", opacity=0.6))
    if spec.x.high > spec.end:
        x = left + spec.x.at(spec.end) * width
        under.append(Stroke(x, top, x, top + height, "soft", opacity=0.6))
    under += [_gap(spec, gap, plot.box) for gap in p.gaps]
    over = [*_restarts(spec, plot), *_peaks(spec, plot)]
    notes: list[tuple[float, float, str]] = []
    for marker in sorted(p.markers, key=lambda m: m.kind != "best"):
        x, y, words = spec.x.at(marker.x) * width, (1 - p.y.at(marker.y)) * height, marker.text
        tip = (left + x, top + y)
        if marker.kind != "best":
            y = 7.0 if marker.kind == "above" else height - 7.0
            tip = (left + x, top + (1 if marker.kind == "above" else height - 1))
            words = words[2:]
        over.append(Group((Glyphs(marker.kind, (tip,), "ink"),), marker.text))
        notes.append((x, y, words))
    if plot.index == 0:
        told = {m.first for m in spec.marks}
        restarts = [r.x for r in spec.events if r.kind == "restart" and r.x not in told]
        notes += [(spec.x.at(x) * width, height - 9, "restart") for x in restarts]
    over.append(Stroke(left, top + height, left + width, top + height, "soft", opacity=0.6))
    blanks = gap_notes([(spec.x.at(g.first), spec.x.at(g.last)) for g in p.gaps], width, height, size.char)
    found = beside(notes, width, height, size.char, size.line, busy(spec, p, width, height), blanks)
    placed = [*blanks, *(n for n in found if n is not None)]
    over += [Words(left + n.x, top + n.y + 4, n.text, "note", n.anchor) for n in placed]
    return under, over


def _gap(spec: ChartSpec, gap: Gap, box: Box) -> Part:
    left, top, width, height = box
    x0, x1 = left + spec.x.at(gap.first) * width, left + spec.x.at(gap.last) * width
    if x1 - x0 < 3:
        x0 = min(max((x0 + x1) / 2 - 1.5, left), left + width - 3.0)
        x1 = x0 + 3
    where = spec.span(gap.first, gap.last)
    about = f"{where}: {count(gap.points)} values of {shorten(', '.join(gap.tags), 120)} are not numbers"
    return Group((Hatch((x0, top, x1 - x0, height)),), about)


def _restarts(spec: ChartSpec, plot: Plot) -> list[Part]:
    left, top, width, height = plot.box
    out: list[Part] = []
    for event in spec.events:
        if event.kind == "restart":
            x = left + spec.x.at(event.x) * width
            out.append(Group((Stroke(x, top, x, top + height, "soft", dash="4 3"),), event.text))
    return out


def _peaks(spec: ChartSpec, plot: Plot) -> list[Part]:
    """Return the worst points of the panel's findings; of those beyond the axis an arrow tells."""
    y = spec.panels[plot.index].y
    left, top, width, height = plot.box
    out: list[Part] = []
    for m in spec.marks:
        if m.peak is not None and plot.index == spec.home(m) and y.low <= m.peak[1] <= y.high:
            spot = (left + spec.x.at(m.peak[0]) * width, top + (1 - y.at(m.peak[1])) * height)
            out.append(Glyphs("peak", (spot,), m.severity))
    return out
