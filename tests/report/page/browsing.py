"""Pages opened in Chromium as a person opens them: from disk, with all that they complained of or asked for."""

from __future__ import annotations

from importlib import resources
from typing import Any

import numpy as np

from curveread.findings.diagnosis import Diagnosis, Failed, NotChecked, Phase, TimelineEntry
from curveread.findings.finding import Evidence
from curveread.run.notes import DataNote, NoteKind
from tests.report.handmade import diagnosis, finding, run_of

SCRIPT = "<script>alert(1)</script>"
TAGS = (
    SCRIPT, "loss " + "a" * 5000, "rtl \u202e\u05d0\u05d1\u05d2 loss", "new\nline\ttag loss", "$\\frac{x}{y}$ loss",
    "\" onload=alert(1) x='", "</title></style></svg><img src=x onerror=alert(1)>", "half \ud800 loss",
)  # fmt: skip
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
]  # fmt: skip


CLASHES = """() => {
  const texts = [...document.querySelectorAll('.cr-chart text')].filter(t => t.getClientRects().length);
  if (!texts.length) return [];
  const boxes = texts.map(t => {
    const r = t.getBoundingClientRect();
    return {text: t.textContent, left: r.left, right: r.right, top: r.top + 3, bottom: r.bottom - 3};
  });
  const svg = texts[0].closest('svg').getBoundingClientRect();
  const bad = [];
  for (const [i, a] of boxes.entries()) {
    if (a.left < svg.left - 12 || a.right > svg.right + 12) bad.push('outside: ' + a.text);
    for (const b of boxes.slice(i + 1))
      if (a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom && b.top < a.bottom)
        bad.push(a.text + ' × ' + b.text);
  }
  return bad;
}"""


class Visit:
    """A page opened in Chromium, with all that it complained of or asked for."""

    def __init__(self, tab: Any) -> None:
        self.tab = tab
        self.console: list[str] = []
        self.requests: list[str] = []
        self._heard = {
            "console": lambda message: self.console.append(message.text),
            "pageerror": lambda error: self.console.append(str(error)),
            "dialog": lambda dialog: self.console.append(f"dialog {dialog.message}"),
            "request": lambda request: self.requests.append(request.url),
        }
        for event, hear in self._heard.items():
            tab.on(event, hear)

    def leave(self) -> None:
        """Leave the tab as a new one is, which costs Chromium several times as much."""
        for event, hear in self._heard.items():
            self.tab.remove_listener(event, hear)
        for key in ("Shift", "Control"):
            self.tab.keyboard.up(key)
        self.tab.mouse.move(0, 0)
        self.tab.emulate_media(media="null")
        self.tab.goto("about:blank")

    def text(self) -> str:
        return " ".join(str(self.tab.inner_text("body")).split())

    def window(self) -> tuple[float, float]:
        """Return the steps that the charts show."""
        low, high = self.tab.get_attribute("#charts", "data-window").split(" ")
        return float(low), float(high)

    def reach(self, panel: int = 0) -> tuple[float, float]:
        """Return the values between which a chart shows its curves."""
        low, high = self.tab.locator("details.panel").nth(panel).get_attribute("data-reach").split(" ")
        return float(low), float(high)

    def settle(self) -> None:
        """Wait until what was asked of the charts is drawn."""
        self.tab.evaluate(
            "new Promise(r => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(r, 0))))"
        )

    def pixels(self, panel: int = 0) -> str:
        """Return what a chart shows."""
        self.settle()
        return str(self.tab.evaluate(f"document.querySelectorAll('.plot canvas')[{panel}].toDataURL()"))

    def faults(self) -> list[str]:
        """Return what axe-core finds wrong with the page, everything unfolded."""
        source = resources.files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
        self.tab.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        self.settle()
        self.tab.evaluate(source + ";0")
        found = self.tab.evaluate("axe.run()")
        assert len(found["passes"]) > 20
        return [f"{v['impact']} {v['id']}: {v['nodes'][0]['html'][:200]}" for v in found["violations"]]


def hostile() -> Diagnosis:
    n = 300
    step = np.arange(n)
    rng = np.random.default_rng(0)
    curves = {t: (step, 3 * np.exp(-step / 80) + 1 + i / 5 + rng.normal(0, 0.05, n)) for i, t in enumerate(TAGS)}
    severities = ("error", "warning", "info") * 3
    found = [
        finding(
            "loss-spike", severity, 30 * i, 30 * i + 2, tag=tag, message=f"{tag} jumped", advice=(tag,),
            evidence=(Evidence("odd", tag, tag),), also_explained_by=(tag,),
            folded=(finding("plateau", "info", 3, message=tag),),
        )
        for i, (tag, severity) in enumerate(zip(TAGS, severities, strict=False))
    ]  # fmt: skip
    notes = (DataNote(NoteKind.CORRUPT, SCRIPT, SCRIPT),)
    run = run_of(curves, SCRIPT, notes=notes, config={SCRIPT: {"deep": [SCRIPT] * 3}, "w": "x" * 9000})
    return diagnosis(
        run,
        found,
        f"{SCRIPT} jumped",
        not_checked=(NotChecked(SCRIPT, SCRIPT),),
        failed=(Failed("plateau", SCRIPT),),
        timeline=(TimelineEntry(100, "restart", SCRIPT), TimelineEntry(108, "restart", "again")),
        phases=(Phase(SCRIPT, 0, 200),),
    )
