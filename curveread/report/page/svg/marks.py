"""Strip, phases, labels with their leaders, and the step axis."""

from __future__ import annotations

from curveread.report.chart.labels import Label
from curveread.report.chart.palette import HEALTH, STRIP, WORDS
from curveread.report.logtext import shorten
from curveread.report.page.svg.element import joined, label, tag, title
from curveread.report.page.svg.frame import Frame

__all__ = ["labels", "leaders", "step_axis", "strip"]

_SPOKEN = 80
"""Up to so many pieces of the strip say what they are when the pointer rests on them."""


def strip(f: Frame, out: list[str]) -> float:
    """Write the health strip (the graver, the taller) and the phases; return where they end."""
    base = 16.0
    few = len(f.spec.strip) <= _SPOKEN
    parts, shapes = [], dict.fromkeys(STRIP, "")
    for seg in f.spec.strip:
        x0, x1 = f.x(seg.first), f.x(seg.last)
        tall = 14.0 * STRIP[seg.health]
        shape = f"M{x0:.1f} {base:g}h{max(x1 - x0, 0.5):.1f}v-{tall:.1f}H{x0:.1f}z"
        if few:
            which = ", finding " + ", ".join(map(str, seg.numbers[:8])) if seg.numbers else ""
            about = f"{f.spec.span(seg.first, seg.last)}: {WORDS[seg.health].lower()}{which}"
            parts.append(_stretch(shape, seg.health, title(about)))
        else:
            shapes[seg.health] += shape
    out.append(joined([*parts, *(_stretch(shape, health) for health, shape in shapes.items() if shape)]))
    if not f.spec.phases:
        return base
    for phase in f.spec.phases:
        x0, x1 = f.x(phase.first), f.x(phase.last)
        parts = [title(f"{phase.name}: {f.spec.span(phase.first, phase.last)}")]
        parts.append(tag("path", d=f"M{x0:.1f} {base + 5:.1f}v9", stroke="#888", cls="cr-axis"))
        if (len(phase.name) + 1) * f.size.char <= x1 - x0 - 4:
            parts.append(label(x0 + 5, base + 14, phase.name, "cr-phase"))
        out.append(joined(parts))
    return base + 16


def _stretch(shape: str, health: str, said: str = "") -> str:
    return tag("path", said, d=shape, fill=HEALTH[health].light, cls=f"cr-f cr-{health}")


def _row_y(f: Frame, lab: Label, top: float) -> float:
    """Return the middle of a label's row; row 0 is the lowest."""
    return top + (f.rows - 1 - (lab.row or 0) + 0.5) * f.size.row


def leaders(f: Frame, top: float, bottom: float) -> str:
    """Return the hairlines from the labels down through the panels."""
    parts = []
    for lab in f.labels:
        x = f.across(lab.at)
        start = _row_y(f, lab, top) + 7 if lab.row is not None else top + f.rows * f.size.row
        colour = HEALTH[lab.mark.severity].light
        how = {"stroke": colour, "stroke_opacity": ".6", "cls": f"cr-s cr-{lab.mark.severity}"}
        parts.append(tag("path", d=f"M{x:.1f} {start:.1f}V{bottom:.1f}", **how))
    return joined(parts, aria_hidden="true")


def labels(f: Frame, top: float, *, anchors: bool) -> list[str]:
    """Return the labels: an error is a filled square, a warning a filled disc, info a ring, each with its number."""
    return [_label(f, lab, top, anchors=anchors) for lab in f.labels if lab.row is not None]


def _label(f: Frame, lab: Label, top: float, *, anchors: bool) -> str:
    m, x, y = lab.mark, f.across(lab.badge), _row_y(f, lab, top)
    colour, kind = HEALTH[m.severity].light, f"cr-{m.severity}"
    wide = 16 if m.number < 10 else 20 if m.number < 100 else 25
    parts = [title(shorten(f"{m.number} · {WORDS[m.severity].lower()}: {m.message}", 160))]
    if lab.until > lab.at:
        bar = f"M{f.across(lab.at):.1f} {y + 9:.1f}H{f.across(lab.until):.1f}"
        parts.append(tag("path", d=bar, stroke=colour, stroke_width=2, cls=f"cr-s {kind}"))
    fill = {"fill": colour} if m.severity != "info" else {"fill": "none", "stroke": colour, "stroke_width": 1.5}
    box = {"x": x - wide / 2, "y": y - 8, "width": wide, "height": 16, "rx": 2 if m.severity == "error" else 8}
    parts.append(tag("rect", **box, **fill, cls=f"cr-badge {kind}"))
    parts.append(label(x, y + 4, m.number, f"cr-no {kind}", "middle"))
    if lab.text:
        side, anchor = (wide / 2 + 4, "start") if lab.text_side == "right" else (-wide / 2 - 4, "end")
        parts.append(label(x + side, y + 4, lab.text, "cr-label", anchor))
    return tag("a", "".join(parts), href=f"#finding-{m.number}") if anchors else joined(parts)


_LANES = {"epoch": "epochs", "lr-change": "rate", "schedule": "rate", "eval": "evals"}
_GLYPHS = {
    "epoch": ("M{x:.1f} {y:.1f}v-9", {"stroke": "#777", "cls": "cr-rule"}),
    "lr-change": ("M{x:.1f} {y:.1f}l4 -4 -4 -4 -4 4z", {"fill": "#777", "cls": "cr-kept"}),
    "schedule": ("M{x:.1f} {y:.1f}l4 -4 -4 -4 -4 4z", {"fill": "#777", "cls": "cr-kept"}),
    "eval": ("M{x:.1f} {y:.1f}v-4", {"stroke": "#777", "stroke_width": "2", "cls": "cr-rule"}),
}


def _lanes(f: Frame, y: float, parts: list[str]) -> float:
    """Write what happened when, a lane a kind; return where they end. Events closer than two pixels are one."""
    rows: dict[str, float] = {}
    for kind, name in _LANES.items():
        events = [r for r in f.spec.rules if r.kind == kind]
        if not events:
            continue
        if name not in rows:
            y += 15
            rows[name] = y
            parts.append(label(f.size.left - 6, y, name, "cr-tick", "end"))
        path, how = _GLYPHS[kind]
        last, few = -9.0, len(events) <= _SPOKEN
        drawn = []
        for event in events:
            x = f.x(event.x)
            if x - last >= 2:
                shape = path.format(x=x, y=rows[name])
                drawn.append(tag("path", title(event.text), d=shape, **how) if few else shape)
                last = x
        parts.append("".join(drawn) if few else tag("path", d="".join(drawn), **how))
    return y


def step_axis(f: Frame, bottom: float, out: list[str]) -> float:
    """Write the step axis with the checkpoints and the events on it; return where the picture ends."""
    size, parts, ends = f.size, [], -1e9
    for tick in f.spec.x.ticks:
        x, half = f.x(tick.at), len(tick.text) * size.char / 2
        parts.append(tag("path", d=f"M{x:.1f} {bottom:.1f}v4", stroke="#888", cls="cr-axis"))
        middle = min(max(x, half), size.width - half)
        if middle - half > ends + 6:
            parts.append(label(middle, bottom + 16, tick.text, "cr-tick", "middle"))
            ends = middle + half
    kept = [r for r in f.spec.rules if r.kind == "checkpoint"][:200]
    for rule in kept:
        spot = f"M{f.x(rule.x):.1f} {bottom + 1:.1f}l4 6h-8z"
        parts.append(tag("path", title(rule.text), d=spot, fill="#777", cls="cr-kept"))
    words = shorten(f.spec.x_label, 40) + ("  ·  ▴ checkpoint" if kept else "")
    low = _lanes(f, bottom + 16, parts)
    parts.append(label(size.left + size.plot, low + 15, words, "cr-tick", "end"))
    out.append(joined(parts, aria_hidden="true"))
    return low + 21
