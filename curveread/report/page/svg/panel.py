"""One panel of a picture: heading, axis, curves, gaps, marked spots."""

from __future__ import annotations

from curveread.findings.wording import count
from curveread.report.chart.labels import beside
from curveread.report.chart.palette import HEALTH, INKS, STROKES
from curveread.report.chart.spec import Gap, Key, Line, Panel
from curveread.report.chart.texture import busy
from curveread.report.logtext import shorten
from curveread.report.page.svg.curves import GRID
from curveread.report.page.svg.element import joined, label, tag, title
from curveread.report.page.svg.frame import Frame, Size

__all__ = ["heading", "panel"]


def heading(p: Panel, size: Size, y: float, out: list[str]) -> float:
    """Write the panel's title and key; return where its plot begins."""
    words = shorten(p.title + (f" ({p.unit})" if p.unit else ""), int(size.plot / (size.char + 1.4)))
    base = y + 15
    out.append(label(size.left, base, words, "cr-h"))
    x = size.left + (len(words) + 2) * (size.char + 1.4)
    room = int(size.plot / size.char) - 5
    for key in p.keys:
        name = shorten(key.label, min(40, room))
        wide = (26 if len(p.keys) > 1 else 0) + len(name) * size.char + 14
        if x + wide > size.left + size.plot + 14:
            x, base = size.left, base + 16
        out.append(
            _key(key, name, x, base) if len(p.keys) > 1 else joined([title(key.tag), label(x, base, name, "cr-key")])
        )
        x += wide
    if p.left_out:
        out.append(label(size.left + size.plot, base, f"+{p.left_out} not drawn", "cr-tick", "end"))
    return base + 7


def _key(key: Key, name: str, x: float, y: float) -> str:
    ink = INKS[key.ink]
    sample = {"stroke": ink.light, "stroke_width": "1.8", "stroke_dasharray": ink.dash or None, "cls": "cr-s"}
    parts = [title(key.tag), tag("path", d=f"M{x:.1f} {y - 4:.1f}h18", **sample)]
    if key.kind == "eval":
        parts.append(tag("circle", cx=x + 9, cy=y - 4, r=2.5, fill=ink.light, cls="cr-f"))
    return joined([*parts, label(x + 23, y, name, "cr-key")], cls=f"cr-{key.ink}")


def panel(f: Frame, i: int, top: float, height: float) -> list[str]:
    """Return the content of panel ``i``, whose plot stands at ``top``."""
    p, size = f.spec.panels[i], f.size
    left, plot = size.left, size.plot
    grid = []
    for tick in p.y.ticks:
        y = top + (1 - p.y.at(tick.at)) * height
        grid.append(tag("path", d=f"M{left} {y:.1f}h{plot}", stroke="#ddd", cls="cr-grid"))
        grid.append(label(left - 6, y + 4, tick.text, "cr-tick", "end"))
    out = [joined(grid, aria_hidden="true")]
    for lab in f.labels:
        if lab.until > lab.at and i == f.spec.home(lab.mark):
            box = {"x": f.across(lab.at), "y": top, "width": max((lab.until - lab.at) * plot, 1.0), "height": height}
            tint = HEALTH[lab.mark.severity].light
            out.append(tag("rect", **box, fill=tint, fill_opacity=".08", cls=f"cr-f cr-{lab.mark.severity}"))
    out += [_gap(f, gap, top, height) for gap in p.gaps]
    put = f"translate({left},{top:.1f}) scale({plot / GRID[0]:.5g},{height / GRID[1]:.5g})"
    for j, band in enumerate(p.bands):
        how = {"fill": INKS[band.ink].light, "fill_opacity": ".13", "cls": f"cr-f cr-{band.ink}"}
        out.append(tag("use", href=f"#{f.uid}-b{i}-{j}", transform=put, **how))
    for j, line in enumerate(p.lines):
        out += _line(line, f"{f.uid}", i, j, put)
    out += _spots(f, i, top, height)
    out.append(tag("path", d=f"M{left} {top + height:.1f}h{plot}", stroke="#888", cls="cr-axis"))
    return out


def _gap(f: Frame, gap: Gap, top: float, height: float) -> str:
    x0, x1 = f.x(gap.first), f.x(gap.last)
    if x1 - x0 < 3:
        x0 = min(max((x0 + x1) / 2 - 1.5, f.size.left), f.size.left + f.size.plot - 3.0)
        x1 = x0 + 3
    where = f.spec.span(gap.first, gap.last)
    about = f"{where}: {count(gap.points)} values of {shorten(', '.join(gap.tags), 120)} are no number"
    box = {"x": x0, "y": top, "width": x1 - x0, "height": height}
    return tag("rect", title(about), **box, fill=f"url(#{f.uid}-hatch)", fill_opacity=".45")


def _line(line: Line, uid: str, i: int, j: int, put: str) -> list[str]:
    ink = INKS[line.ink]
    width, opacity = STROKES[line.kind]
    how = {
        "fill": "none",
        "stroke": ink.light,
        "stroke_width": width,
        "stroke_linejoin": "round",
        "stroke_linecap": "round",
    }
    faint = {"stroke_opacity": f"{opacity:g}" if opacity < 1 else None}
    dash = {"stroke_dasharray": ink.dash if ink.dash and line.kind != "raw" else None}
    kind = f"cr-s cr-{line.ink}"
    out = [tag("use", href=f"#{uid}-l{i}-{j}", transform=put, **how, **faint, **dash, cls=kind)]
    if line.dots:
        out.append(tag("use", href=f"#{uid}-d{i}-{j}", transform=put, **(how | {"stroke_width": 5}), cls=kind))
    return out


def _spots(f: Frame, i: int, top: float, height: float) -> list[str]:
    """Write the marked spots: peaks of findings, the best value, values outside the axis, restarts."""
    p, size = f.spec.panels[i], f.size
    out: list[str] = []
    notes: list[tuple[float, float, str]] = []
    for mark in f.spec.marks:
        if mark.peak is not None and i == f.spec.home(mark):
            if not p.y.low <= mark.peak[1] <= p.y.high:
                continue  # an arrow at the edge names it
            spot = {"cx": f.x(mark.peak[0]), "cy": top + (1 - p.y.at(mark.peak[1])) * height, "r": 3.2}
            how = {"fill": HEALTH[mark.severity].light, "stroke": "#fff", "stroke_width": 1.2}
            out.append(tag("circle", **spot, **how, cls=f"cr-peak cr-{mark.severity}"))
    for marker in p.markers:
        x, y, words = _inside(f, marker.x), (1 - p.y.at(marker.y)) * height, marker.text
        if marker.kind == "best":
            ring = {"r": 4.5, "fill": "none", "stroke": "#222", "stroke_width": 1.5}
            out.append(tag("circle", title(marker.text), cx=size.left + x, cy=top + y, **ring, cls="cr-best"))
        else:
            y = 7.0 if marker.kind == "above" else height - 7.0
            up = marker.kind == "above"
            tip = f"M{size.left + x:.1f} {top + (1 if up else height - 1):.1f}" + (
                "l4.5 8h-9z" if up else "l4.5 -8h-9z"
            )
            out.append(tag("path", title(marker.text), d=tip, fill="#1c2126", cls="cr-tip"))
            words = words[2:]
        notes.append((x, y, words))
    for rule in f.spec.rules:
        if rule.kind == "restart":
            x = _inside(f, rule.x)
            dashed = {"stroke": "#777", "stroke_dasharray": "4 3", "cls": "cr-rule"}
            out.append(
                joined([title(rule.text), tag("path", d=f"M{size.left + x:.1f} {top:.1f}v{height:.1f}", **dashed)])
            )
            if i == 0 and all(m.first != rule.x for m in f.spec.marks):
                notes.append((x, height - 9, "restart"))
    widest = max(p.gaps, key=lambda g: g.last - g.first, default=None)
    if widest is not None and f.x(widest.last) - f.x(widest.first) > 11 * size.char:
        middle = (f.x(widest.first) + f.x(widest.last)) / 2
        out.append(label(middle, top + height / 2 + 4, "no number", "cr-note", "middle"))
    found = beside(notes, size.plot, height, size.char, size.line, busy(f.spec, p, size.plot, height))
    out += [label(size.left + n.x, top + n.y + 4, n.text, "cr-note", n.anchor) for n in found if n is not None]
    return out


def _inside(f: Frame, step: float) -> float:
    """Return the place of a step inside the plot."""
    return f.spec.x.at(step) * f.size.plot
