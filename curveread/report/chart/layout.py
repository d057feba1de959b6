"""ChartSpec -> Scene: health strip, phases, labels with their leaders, panels and step axis, placed once."""

from __future__ import annotations

from collections.abc import Sequence

from curveread.logtext import shorten
from curveread.report.chart.labels import Label, place
from curveread.report.chart.palette import STRIP, WORDS
from curveread.report.chart.plots import content, heading
from curveread.report.chart.scene import Badge, Boxes, Glyphs, Group, Part, Plot, Scene, Stroke, Words
from curveread.report.chart.size import Size
from curveread.report.chart.spec import ChartSpec, Event

_SPOKEN = 80
"""Up to so many pieces of the strip, or events of a kind, say what they are when the pointer rests on them."""
_STRIP = 16.0
"""Where the health strip stands."""


def scene(spec: ChartSpec, size: Size, panels: Sequence[int] | None = None) -> Scene:
    """Return the picture at one size, of all panels or only of those with these positions."""
    shown = range(len(spec.panels)) if panels is None else panels
    labels = place(spec.marks, spec.x, size.plot / size.char)
    rows = 1 + max((lab.row for lab in labels if lab.row is not None), default=-1)
    strip = _strip(spec, size)
    phases = [_phase(spec, size, i) for i in range(len(spec.phases))]
    top = _STRIP + (16 if phases else 0) + 6
    y = top + rows * size.row + (4 if rows else 0)
    under: list[Part] = []
    over: list[Part] = []
    plots: list[Plot] = []
    for i in shown:
        panel = spec.panels[i]
        y = heading(panel, size, y, over)
        plots.append(Plot(i, (size.left, y, size.plot, size.unit * panel.height)))
        behind, before = content(spec, plots[-1], labels, size)
        under += behind
        over += before
        y += size.unit * panel.height + 10
    bottom = y - 10 if plots else y
    heights = {id(lab): top + (rows - 1 - (lab.row or 0) + 0.5) * size.row for lab in labels}
    leaders = []
    for lab in labels:
        x, start = (
            size.left + lab.at * size.plot,
            heights[id(lab)] + 7 if lab.row is not None else top + rows * size.row,
        )
        leaders.append(Stroke(x, start, x, bottom, lab.mark.severity, opacity=0.6))
    over += [_label(lab, size, heights[id(lab)]) for lab in labels if lab.row is not None]
    axis, total = _step_axis(spec, size, bottom)
    return Scene(spec, size.name, size.width, total, (*strip, *phases, *leaders, *under), tuple(plots), (*over, *axis))


def _strip(spec: ChartSpec, size: Size) -> list[Part]:
    """Return the health strip: the graver, the taller."""
    few = len(spec.strip) <= _SPOKEN
    parts: list[Part] = []
    boxes: dict[str, list[tuple[float, float, float, float]]] = {health: [] for health in STRIP}
    for seg in spec.strip:
        x0, x1 = _across(spec, size, seg.first), _across(spec, size, seg.last)
        tall = 14.0 * STRIP[seg.health]
        box = (x0, _STRIP - tall, max(x1 - x0, 0.5), tall)
        if few:
            which = ", finding " + ", ".join(map(str, seg.numbers[:8])) if seg.numbers else ""
            about = f"{spec.span(seg.first, seg.last)}: {WORDS[seg.health].lower()}{which}"
            parts.append(Group((Boxes((box,), seg.health),), about))
        else:
            boxes[seg.health].append(box)
    return [*parts, *(Boxes(tuple(some), health) for health, some in boxes.items() if some)]


def _phase(spec: ChartSpec, size: Size, i: int) -> Part:
    phase = spec.phases[i]
    x0, x1 = _across(spec, size, phase.first), _across(spec, size, phase.last)
    parts: list[Part] = [Stroke(x0, _STRIP + 5, x0, _STRIP + 14, "soft", opacity=0.6)]
    if (len(phase.name) + 1) * size.char <= x1 - x0 - 4:
        parts.append(Words(x0 + 5, _STRIP + 14, phase.name, "phase"))
    return Group(tuple(parts), f"{phase.name}: {spec.span(phase.first, phase.last)}")


def _label(lab: Label, size: Size, y: float) -> Part:
    """Return the label of a finding: its badge, its text, and a bar as far as it reaches."""
    m, x = lab.mark, size.left + lab.badge * size.plot
    badge = Badge(x, y, m.number, m.severity)
    parts: list[Part] = [badge]
    if lab.until > lab.at:
        first, last = size.left + lab.at * size.plot, size.left + lab.until * size.plot
        parts.insert(0, Stroke(first, y + 9, last, y + 9, m.severity, width=2))
    if lab.text:
        side = badge.width / 2 + 4
        right = lab.text_side == "right"
        parts.append(Words(x + (side if right else -side), y + 4, lab.text, "label", "start" if right else "end"))
    return Group(tuple(parts), shorten(f"{m.number} · {WORDS[m.severity].lower()}: {m.message}", 160), m.number)


def _step_axis(spec: ChartSpec, size: Size, bottom: float) -> tuple[list[Part], float]:
    """Return the step axis with the checkpoints and the events under it, and where the picture ends."""
    parts: list[Part] = []
    ends = -1e9
    for tick in spec.x.ticks:
        x, half = _across(spec, size, tick.at), len(tick.text) * size.char / 2
        parts.append(Stroke(x, bottom, x, bottom + 4, "soft", opacity=0.6))
        middle = min(max(x, half), size.width - half)
        if middle - half > ends + 6:
            parts.append(Words(middle, bottom + 16, tick.text, "tick", "middle"))
            ends = middle + half
    kept = [r for r in spec.events if r.kind == "checkpoint"][:200]
    parts += _events(spec, size, kept, "checkpoint", bottom + 1)
    low = bottom + 16
    for name, kinds in (("epochs", ("epoch",)), ("rate", ("lr-change", "schedule")), ("evals", ("eval",))):
        events = [r for r in spec.events if r.kind in kinds]
        if events:
            low += 15
            parts.append(Words(size.left - 6, low, name, "tick", "end"))
            parts += _events(spec, size, events, kinds[0], low)
    words = shorten(spec.x_name, 40)
    words += "  ·  ▴ checkpoint" if kept else ""
    parts.append(Words(size.left + size.plot, low + 15, words, "tick", "end"))
    return parts, low + 21


def _events(spec: ChartSpec, size: Size, events: Sequence[Event], shape: str, y: float) -> list[Part]:
    """Return a glyph for each event of a kind; those closer than two pixels are one."""
    drawn: list[tuple[Event, float]] = []
    for event in events:
        x = _across(spec, size, event.x)
        if not drawn or x - drawn[-1][1] >= 2:
            drawn.append((event, x))
    if len(events) > _SPOKEN:
        return [Glyphs(shape, tuple((x, y) for _, x in drawn), "soft")]
    return [Group((Glyphs(shape, ((x, y),), "soft"),), event.text) for event, x in drawn]


def _across(spec: ChartSpec, size: Size, step: float) -> float:
    """Return the place of a step in the picture, held within the plots."""
    return size.left + spec.x.at(step) * size.plot
