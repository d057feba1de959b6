"""The rules by which the live page places anew when it is zoomed are those of chart/: both give the same answers."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from importlib import resources
from typing import Any

import numpy as np
import pytest

from curveread.report.chart.chart import chart
from curveread.report.chart.labels import Note, beside, gap_notes, place
from curveread.report.chart.layout import scene
from curveread.report.chart.panels import outside
from curveread.report.chart.scale import step_axis, value_axis
from curveread.report.chart.scene import SHAPES, Badge, Glyphs, Group, Words
from curveread.report.chart.size import Size
from curveread.report.chart.spec import Mark
from curveread.report.chart.ticks import nice, texts, time_marks
from curveread.report.page.live.data import charts
from tests.report.chart.test_scene import eventful, flat
from tests.report.handmade import diagnosis, drawing, run_of, spiky

pytestmark = pytest.mark.browser

RULES = charts(spiky(), chart(spiky()))["rules"]
CASES = 300


@pytest.fixture(scope="module")
def ask(browser: Any) -> Iterator[Any]:
    """Evaluate an expression beside the rules; ``a`` is the argument."""
    parts = (
        resources.files("curveread.report.page.live").joinpath(f"{n}.js") for n in ("dom", "arrays", "axes", "rules")
    )
    text = "".join(part.read_text(encoding="utf-8") for part in parts)
    tab = browser.new_page()
    yield lambda expression, a: tab.evaluate(f"a => {{ {text}; return {expression}; }}", a)
    tab.close()


def marks(draw: random.Random) -> list[Mark]:
    out = []
    for n in range(1, draw.randrange(1, 30)):
        first = draw.randrange(1000)
        last = min(1000, first + draw.choice([0, 3, 50, 1000]))
        name = draw.choice(["loss spike", "divergence", "eval below train"])
        texts = (f"{name} {first}", name, "")
        out.append(Mark(n, draw.choice(["info", "warning", "error"]), first, last, texts, "m", None))
    return out


def test_labels_get_the_same_places(ask: Any) -> None:
    draw = random.Random(7)
    cases, expected = [], []
    for _ in range(CASES):
        several, chars = marks(draw), draw.choice([25.0, 48.0, 100.0, 155.0])
        low = draw.choice([0, 0, draw.randrange(900)])  # a window of the axis, as a zoomed page has
        x = step_axis(low, low + draw.choice([1000 - low, 100]))
        labels = place(several, x, chars)
        expected.append([[lab.row, lab.text, lab.text_side] for lab in labels])
        told = [
            {"n": m.number, "severity": m.severity, "first": m.first, "last": m.last, "texts": list(m.texts)}
            for m in several
        ]
        cases.append({"marks": told, "chars": chars, "low": x.low, "high": x.high})
    at = "s => Math.min(Math.max((s - c.low) / (c.high - c.low), 0), 1)"
    got = ask(
        f"a.cases.map(c => placeLabels(c.marks, {at}, c.chars, a.rules).map(l => [l.row, l.text, l.side]))",
        {"cases": cases, "rules": RULES},
    )
    assert got == expected
    assert sum(row is not None and bool(text) for case in expected for row, text, _ in case) > CASES


def test_notes_get_the_same_places(ask: Any) -> None:
    draw = random.Random(8)
    cases, expected = [], []
    for _ in range(CASES):
        width, height = draw.choice([300, 900]), draw.choice([60, 250])
        texts = ["524", "best 2.31 nats at 500", "restart"]
        spots = [
            (draw.uniform(0, width), draw.uniform(0, height), draw.choice(texts)) for _ in range(draw.randrange(9))
        ]
        busy = [[draw.uniform(0, width), draw.uniform(0, height)] for _ in range(draw.choice([0, 60]))]
        gaps = [sorted((draw.random(), draw.random())) for _ in range(draw.randrange(3))]
        blanks = gap_notes([(a, b) for a, b in gaps], width, height, 6.3)
        notes = beside(spots, width, height, 6.3, 14, np.array(busy).reshape(-1, 2), blanks)
        expected.append([[n.x, n.y, n.text, n.anchor] if isinstance(n, Note) else None for n in (*blanks, *notes)])
        cases.append({"spots": spots, "w": width, "h": height, "busy": [v for p in busy for v in p], "gaps": gaps})
    got = ask(
        "a.cases.map(c => { const b = gapNotes(c.gaps, c.w, c.h, 6.3, a.rules);"
        " const all = [...b, ...beside(c.spots, c.w, c.h, 6.3, 14, c.busy, b)];"
        " return all.map(n => n && [n.x, n.y, n.text, n.anchor]); })",
        {"cases": cases, "rules": RULES},
    )
    assert [[n and n[2:] for n in case] for case in got] == [[n and n[2:] for n in case] for case in expected]
    for mine, theirs in zip(expected, got, strict=True):
        for a, b in zip(mine, theirs, strict=True):
            assert a is None or a[:2] == pytest.approx(b[:2])


def values(rng: np.random.Generator) -> np.ndarray[Any, np.dtype[np.float64]]:
    n = int(rng.choice([1, 5, 40, 300]))
    height = float(rng.choice([0.0, 0.1, 5.0]))
    out = rng.choice([-3.0, 0.0, 2.0]) + rng.normal(0, 1, n) * height
    wild = rng.integers(0, n, int(rng.integers(0, 4 + n // 25)))
    out[wild] += rng.uniform(-25, 25, wild.size) * rng.choice([height, 1.0, 1e6])
    return np.asarray(out, dtype=np.float64)


@pytest.mark.parametrize("log", [False, True])
def test_axes_reach_as_far(ask: Any, log: bool) -> None:
    rng = np.random.default_rng(9)
    cases = [[values(rng) for _ in range(2)] for _ in range(CASES)]
    if log:
        cases = [[np.exp(v * min(1.0, 300 / max(np.abs(v).max(), 1.0))) for v in case] for case in cases]
    expected = [(y.low, y.high) for y in (value_axis(case, log=log) for case in cases)]
    got = ask(
        "a.cases.map(c => reach(c.map(v => Float64Array.from(v)), a.log, a.rules))",
        {"cases": [[v.tolist() for v in case] for case in cases], "log": log, "rules": RULES},
    )
    np.testing.assert_allclose(np.array(got, dtype=float), expected, rtol=1e-9, atol=1e-12)


def test_values_beyond_the_axis_get_the_same_arrows(ask: Any) -> None:
    rng = np.random.default_rng(10)
    cases, expected = [], []
    for _ in range(100):
        value = values(rng)
        step = np.arange(value.size)
        x, y = step_axis(0, max(value.size - 1, 0)), value_axis([value])
        run = run_of({"a": (step, value)})
        found = outside([drawing(run["a"])], x, y)
        expected.append(sorted([m.x, m.y, m.kind] for m in found))
        cases.append({"x": step.tolist(), "v": value.tolist(), "low": y.low, "high": y.high, "x0": x.low, "x1": x.high})
    got = ask(
        "a.cases.map(c => arrows([{x: c.x, value: c.v}], s => (s - c.x0) / (c.x1 - c.x0), c.low, c.high, a.rules)"
        ".map(m => [m.x, m.value, m.kind]))",
        {"cases": cases, "rules": RULES},
    )
    assert [sorted(case) for case in got] == expected
    assert any(expected)


def test_ticks_say_the_same(ask: Any) -> None:
    rng = np.random.default_rng(11)
    spans = []
    for _ in range(CASES):
        wide = float(10.0 ** rng.uniform(-6, 10))
        low = float(rng.choice([0.0, 1.0, 1000.0, -3.0]) * wide * rng.uniform(0, 3))
        spans.append((low, low + wide))
    spans += [(412_901.0, 413_100.0), (6.25e-5, 7200.0), (0.0, 1e15), (0.99, 1.01)]
    places = [nice(a, b, 7) for a, b in spans]
    times = [(max(a, 0.0), max(a, 0.0) + (b - a)) for a, b in spans]
    for counted in (False, True):
        mine = [texts(p, counted=counted) for p in places]
        assert ask(f"a.map(p => tickTexts(p, {str(counted).lower()}))", places) == mine
        assert all(len(set(said)) == len(said) for said in mine)
        assert max(len(text) for said in mine for text in said) < 24
    assert ask("tickTexts(multiples(...a), true)", [0, 12_000, 4000]) == ["0", "4,000", "8,000", "12k"]
    mine = [[text for _, text in time_marks(a, b, 7)] for a, b in times]
    assert ask("a.map(([low, high]) => timeTicks(low, high, 7).map(t => t.text))", times) == mine
    assert all(len(set(said)) == len(said) for said in mine)


SPY = """(() => {
  window.written = [];
  window.spots = [];
  const round = CanvasRenderingContext2D.prototype.arc;
  CanvasRenderingContext2D.prototype.arc = function (x, y, radius, ...rest) {
    window.spots.push(radius);
    return round.call(this, x, y, radius, ...rest);
  };
  const before = CanvasRenderingContext2D.prototype.fillText;
  CanvasRenderingContext2D.prototype.fillText = function (text, ...rest) {
    if (this.textBaseline === "middle" && this.lineWidth === 3) window.written.push(text);
    return before.call(this, text, ...rest);
  };
})()"""


@pytest.mark.parametrize("make", [eventful, spiky, lambda: diagnosis(run_of({"loss": (range(50), np.ones(50))}))])
def test_the_first_view_of_the_live_page_is_the_scene(browser: Any, tmp_path: Any, make: object) -> None:
    from curveread.report.write import write

    d = make()  # type: ignore[operator]
    context = browser.new_context(viewport={"width": 1200, "height": 900})
    context.add_init_script(SPY)
    tab = context.new_page()
    tab.goto(write(d, tmp_path / "report.html", "html").as_uri())
    tab.wait_for_timeout(200)
    width = float(tab.get_attribute(".overlay", "width"))
    heights = tab.evaluate("[...document.querySelectorAll('.u-over')].map(o => o.clientHeight)")
    labels = tab.evaluate(
        "[...document.querySelectorAll('.overlay a')].map(a => [a.getAttribute('href'),"
        " Number(a.querySelector('rect').getAttribute('x')), a.querySelector('.cr-label')?.textContent ?? ''])"
    )
    notes, spots = tab.evaluate("[window.written, window.spots]")
    context.close()
    spec = chart(d)
    made = scene(spec, Size("live", width, 58, 20, heights[0] / spec.panels[0].height))
    groups = [p for p in made.over if isinstance(p, Group) and p.finding is not None]
    expected = []
    for group in groups:
        (badge,) = [p for p in group.parts if isinstance(p, Badge)]
        text = "".join(p.text for p in group.parts if isinstance(p, Words))
        expected.append([f"#finding-{group.finding}", badge.x - badge.width / 2, text])
    assert [[href, text] for href, _, text in labels] == [[href, text] for href, _, text in expected]
    assert [x for _, x, _ in labels] == pytest.approx([x for _, x, _ in expected], abs=0.1)
    # the live page says in a lane of its own where restarts are
    told = {p.text for p in flat(made.over) if isinstance(p, Words) and p.kind == "note"} - {"restart"}
    assert set(notes) == told
    shapes = [(p.shape, len(p.spots)) for p in flat(made.over) if isinstance(p, Glyphs) and p.shape in ("peak", "best")]
    dots = [(line.dots, int(np.isfinite(line.y).sum())) for p in spec.panels for line in p.lines if line.dots]
    drawn = Counter([r for r, n in [*dots, *((SHAPES[name], n) for name, n in shapes)] for _ in range(n)])
    assert set(spots) == set(drawn)
    assert len({Counter(spots)[r] / drawn[r] for r in drawn}) <= 1  # a page draws more than once while it is laid out
