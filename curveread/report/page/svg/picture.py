"""The SVG painter: a scene as an ``<svg>``.

The curves stand once in a page (:func:`shared`); each size of the picture places the same paths, so that a page can
hold one for wide, one for middling and one for narrow windows.
"""

from __future__ import annotations

from curveread.logtext import shorten
from curveread.report.chart.palette import HEALTH, INKS, PLAIN, SHADES, STROKES, dash
from curveread.report.chart.scene import SHAPES, Badge, Boxes, Glyphs, Group, Hatch, Part, Plot, Scene, Stroke, Words
from curveread.report.chart.spec import ChartSpec, Line
from curveread.report.page.svg.curves import GRID, definitions
from curveread.report.page.svg.element import joined, label, tag, title

_LIGHT = {name: ink.light for name, ink in (INKS | HEALTH | PLAIN).items()}


def shared(spec: ChartSpec, uid: str) -> str:
    """Return a hidden ``<svg>`` with the curves of all panels; ``uid`` makes their ids unique in the page."""
    inner = tag("defs", definitions(spec, uid))
    return tag("svg", inner, cls="cr-defs", width=0, height=0, aria_hidden="true", focusable="false")


def picture(scene: Scene, uid: str, *, alone: bool = False) -> str:
    """Return a scene as an ``<svg>``; ``uid`` as given to :func:`shared`.

    One that stands alone holds its curves itself and has no links: nothing else of the page is needed.
    """
    spec = scene.spec
    body = [_part(p, uid, links=False) for p in scene.under]
    body += [_curves(spec, plot, uid) for plot in scene.plots]
    body += [_part(p, uid, links=not alone) for p in scene.over]
    inner = tag("defs", definitions(spec, uid)) if alone else ""
    return tag(
        "svg",
        inner + "".join(body),
        cls=f"cr-chart cr-{scene.name}",
        viewBox=f"0 0 {scene.width:g} {scene.height:.0f}",
        role="group",
        aria_label=f"Charts of {shorten(spec.name, 80)} over {shorten(spec.x_label, 40)}",
        font_family="system-ui,sans-serif",
        font_size="11.5",
    )


def _part(part: Part, uid: str, *, links: bool) -> str:
    match part:
        case Group():
            about = [title(part.about)] if part.about else []
            inner = [*about, *(_part(p, uid, links=links) for p in part.parts)]
            return (
                tag("a", "".join(inner), href=f"#finding-{part.finding}")
                if links and part.finding is not None
                else joined(inner)
            )
        case Boxes():
            d = "".join(f"M{x:.1f} {y:.1f}h{w:.1f}v{h:.1f}h-{w:.1f}z" for x, y, w, h in part.boxes)
            return tag("path", d=d, **_fill(part.ink, part.opacity))
        case Hatch():
            x, y, w, h = part.box
            return tag("rect", x=x, y=y, width=w, height=h, fill=f"url(#{uid}-hatch)", fill_opacity=".45")
        case Stroke():
            d = f"M{part.x0:.1f} {part.y0:.1f}L{part.x1:.1f} {part.y1:.1f}"
            return tag("path", d=d, **_line(part.ink, part.width, part.opacity, part.dash))
        case Words():
            hidden = "true" if part.kind == "tick" else None
            return label(part.x, part.y, part.text, f"cr-{part.kind}", part.anchor, aria_hidden=hidden)
        case Badge():
            return _badge(part)
        case Glyphs():
            return _glyphs(part)


def _badge(badge: Badge) -> str:
    """Return the number of a finding: an error is a filled square, a warning a filled disc, info a ring."""
    colour, kind = _LIGHT[badge.severity], f"cr-{badge.severity}"
    fill = {"fill": colour} if badge.severity != "info" else {"fill": "none", "stroke": colour, "stroke_width": 1.5}
    box = {"x": badge.x - badge.width / 2, "y": badge.y - 8, "width": badge.width, "height": 16}
    shape = tag("rect", **box, rx=2 if badge.severity == "error" else 8, **fill, cls=f"cr-badge {kind}")
    return shape + label(badge.x, badge.y + 4, badge.number, f"cr-no {kind}", "middle")


def _glyphs(glyphs: Glyphs) -> str:
    shape = SHAPES[glyphs.shape]
    if isinstance(shape, tuple):
        (x0, y0), *rest = shape
        steps = [(b[0] - a[0], b[1] - a[1]) for a, b in zip(shape, rest, strict=False)]
        way = "l" + " ".join(f"{dx:g} {dy:g}" for dx, dy in steps) + "z"
        d = "".join(f"M{x + x0:.1f} {y + y0:.1f}{way}" for x, y in glyphs.spots)
        return tag("path", d=d, **_fill(glyphs.ink, glyphs.opacity))
    how = _fill(glyphs.ink, glyphs.opacity)
    if glyphs.shape == "best":
        how = {"fill": "none", **_line(glyphs.ink, 1.5, 1.0, "")}
    elif glyphs.shape == "peak":
        how = {"fill": _LIGHT[glyphs.ink], "stroke": "#fff", "stroke_width": 1.2, "cls": f"cr-peak cr-{glyphs.ink}"}
    return "".join(tag("circle", cx=float(x), cy=float(y), r=shape, **how) for x, y in glyphs.spots)


def _fill(ink: str, opacity: float) -> dict[str, object]:
    return {"fill": _LIGHT[ink], "fill_opacity": f"{opacity:g}" if opacity < 1 else None, "cls": f"cr-f cr-{ink}"}


def _line(ink: str, width: float, opacity: float, dash: str) -> dict[str, object]:
    return {
        "stroke": _LIGHT[ink],
        "stroke_width": width if width != 1 else None,
        "stroke_opacity": f"{opacity:g}" if opacity < 1 else None,
        "stroke_dasharray": dash or None,
        "cls": f"cr-s cr-{ink}",
    }


def _curves(spec: ChartSpec, plot: Plot, uid: str) -> str:
    """Return the bands and lines of a panel, placed into its plot."""
    x, y, width, height = plot.box
    panel, i = spec.panels[plot.index], plot.index
    put = f"translate({x:g},{y:.1f}) scale({width / GRID[0]:.5g},{height / GRID[1]:.5g})"
    out = [
        tag("use", href=f"#{uid}-b{i}-{j}", transform=put, **_fill(band.ink, SHADES[band.kind]))
        for j, band in enumerate(panel.bands)
    ]
    for j, line in enumerate(panel.lines):
        out += _curve(line, f"#{uid}-l{i}-{j}", f"#{uid}-d{i}-{j}", put)
    return "".join(out)


def _curve(line: Line, path: str, dots: str, put: str) -> list[str]:
    width, opacity = STROKES[line.kind]
    how = {"fill": "none", "stroke_linejoin": "round", "stroke_linecap": "round"}
    out = [tag("use", href=path, transform=put, **how, **_line(line.ink, width, opacity, dash(line.ink, line.kind)))]
    return (
        [*out, tag("use", href=dots, transform=put, **how, **_line(line.ink, 2 * line.dots, opacity, ""))]
        if line.dots
        else out
    )
