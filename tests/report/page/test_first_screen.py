"""What a person sees of real reports without scrolling, on a desk and on a phone."""

from __future__ import annotations

from typing import Any

import pytest

from curveread.findings.wording import sureness
from tests.support.samples import told

pytestmark = pytest.mark.browser

SCREENS = [pytest.param(1400, 900, id="desk"), pytest.param(390, 844, id="phone")]
ALARMS = (
    "clipping-saturation", "divergence-learning-rate", "gradient-explosion", "kl-blowup", "leakage", "nan-loss",
    "overfitting", "plateau-schedule-ended", "reward-collapse", "spikes-several", "throughput-drop",
)  # fmt: skip
EACH = [
    pytest.param(case, *screen.values, id=f"{case}-{screen.id}", marks=[pytest.mark.slow] * (i % 2 != j))
    for i, case in enumerate(ALARMS)
    for j, screen in enumerate(SCREENS)
]
"""Each on one of the screens in turn; on both in the slow sweep."""
CALM = ("healthy-plain", "unfinished-run", "memory-ended")


def shown(seen: Any, selector: str, height: int) -> str:
    """Return the text of an element, all of which must be on the screen."""
    element = seen.tab.locator(selector).first
    box = element.bounding_box()
    assert box is not None, selector
    assert box["width"] > 0, selector
    assert box["y"] >= 0, (selector, box)
    assert box["y"] + box["height"] <= height, (selector, box)
    return str(element.text_content())


@pytest.mark.parametrize(("case", "width", "height"), EACH)
def test_verdict_action_cause_and_event_are_on_the_first_screen(visit: Any, case: str, width: int, height: int) -> None:
    d = told(case)
    seen = visit(d, width=width, height=height)
    assert shown(seen, "h1", height) == d.verdict.headline
    assert sureness(d.findings[0].confidence) in shown(seen, ".counts", height)
    action = shown(seen, ".lead .do", height)
    assert action.startswith("Do this")
    assert len(action) > 20
    if d.causes:
        assert d.causes[0].title in shown(seen, ".lead .because", height)
    event = next(i for i, f in enumerate(d.findings, 1) if f.severity.value != "info")
    assert shown(seen, f'.overlay a[href="#finding-{event}"]', height).startswith(str(event))
    shown(seen, ".u-over", height)  # the whole first chart
    tag = d.findings[event - 1].tag
    assert tag is None or tag in seen.tab.locator(".panel").first.inner_text()
    assert seen.tab.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize(("width", "height"), SCREENS)
@pytest.mark.parametrize("case", CALM)
def test_without_a_cause_the_chart_comes_sooner(visit: Any, case: str, width: int, height: int) -> None:
    d = told(case)
    seen = visit(d, width=width, height=height)
    shown(seen, "h1", height)
    assert len(shown(seen, ".lead .do", height)) > 20
    assert seen.tab.locator(".because").count() == 0
    shown(seen, ".u-over", height)


@pytest.mark.parametrize(
    ("case", "scheme"), [("spikes-several", "dark"), ("reward-collapse", "light"), ("healthy-plain", "dark")]
)
def test_axe_finds_nothing(visit: Any, case: str, scheme: str) -> None:
    assert visit(told(case), width=390, height=844, scheme=scheme).faults() == []


def test_the_headline_is_said_once(visit: Any) -> None:
    d = told("divergence-learning-rate")
    seen = visit(d)
    assert seen.text().count(str(d.findings[0].message)) == 1
    assert "Divergence" in seen.tab.inner_text("#finding-1 h3")
