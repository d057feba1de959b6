"""Pages about a log that wants to act, opened in Chromium: nothing runs, nothing is asked for, the texts are shown."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

import curveread as cr
from curveread import api
from curveread.findings.comparison import Comparison
from curveread.findings.diagnosis import Diagnosis
from curveread.logtext import clean
from curveread.report.write import write_index
from tests.support.hostile import HOST, TEXTS, file_name, write_run, write_runs

ACTING = """() => [...document.querySelectorAll('*')].filter(e =>
    ['IFRAME', 'BASE', 'LINK', 'OBJECT', 'FORM'].includes(e.tagName) || [...e.attributes].some(a =>
        a.name.startsWith('on')
        || ['src', 'href', 'action'].includes(a.name) && /^(javascript|https?|[/][/])/.test(a.value))
).map(e => e.outerHTML.slice(0, 200))"""
"""Elements that would do or fetch something."""

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Diagnosis:
    folder = write_run(tmp_path_factory.mktemp("hostile") / file_name(TEXTS[1]))
    run = cr.read(folder, role={".*": "train-loss"}, unit={".*": TEXTS[0]})
    return cr.diagnose(dataclasses.replace(run, x_axis=TEXTS[3]))


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_runs(tmp_path_factory.mktemp("many"), points=20)


def _report(judged: Diagnosis, many: Path, out: Path) -> None:
    api.report(judged, out, title=TEXTS[0])


def _static(judged: Diagnosis, many: Path, out: Path) -> None:
    api.report(judged, out, static=True)


def _postmortem(judged: Diagnosis, many: Path, out: Path) -> None:
    api.postmortem(judged, out, title=TEXTS[2])


def _index(judged: Diagnosis, many: Path, out: Path) -> None:
    found = [dataclasses.replace(judged, run=dataclasses.replace(judged.run, name=text)) for text in TEXTS]
    write_index([(d, out.with_name(file_name(t))) for d, t in zip(found, TEXTS, strict=True)], out)


@cache
def _compared(many: Path) -> Comparison:
    return cr.compare(cr.read_all(many, role={".*": "train-loss"}))


def _comparison(judged: Diagnosis, many: Path, out: Path) -> None:
    api.write_comparison(_compared(many), out)


def _sweep(judged: Diagnosis, many: Path, out: Path) -> None:
    cr.sweep(many, role={".*": "train-loss"}, jobs=1).report(out)


def _notebook(judged: Diagnosis, many: Path, out: Path) -> None:
    shown = (judged, judged.run, _compared(many))
    parts = [str(s._repr_html_()) for s in shown]  # type: ignore[attr-defined]
    assert not any("<script" in part for part in parts)
    out.write_text("<!DOCTYPE html><meta charset=utf-8>" + "".join(parts), encoding="utf-8", errors="replace")


@pytest.mark.parametrize("made", [_report, _static, _postmortem, _index, _comparison, _sweep, _notebook])
def test_nothing_runs_and_nothing_is_asked_for(
    made: Callable[[Diagnosis, Path, Path], None], judged: Diagnosis, many: Path, visit: Any, tmp_path: Path
) -> None:
    page = tmp_path / "page.html"
    made(judged, many, page)
    seen = visit(page)
    tab = seen.tab
    tab.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    for box in tab.locator("#charts .u-over").all()[:3]:
        box.hover()  # what the pointer shows
    seen.settle()
    assert tab.evaluate("window.pwned") is None
    assert seen.requests == [page.as_uri()]
    assert tab.evaluate(ACTING) == []
    text = seen.text()
    shown = [t for t in TEXTS if " ".join(clean(t).split())[:12].strip() in text]
    assert len(shown) > 20 or made in (_static, _postmortem, _notebook), len(shown)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff]", tab.content())
    if made is not _notebook:
        policy = tab.get_attribute("meta[http-equiv=Content-Security-Policy]", "content")
        assert policy.startswith("default-src 'none'; ")
        assert "connect-src" not in policy
        assert "http" not in policy


def test_the_policy_stops_what_would_get_through(judged: Diagnosis, browser: Any, tmp_path: Path) -> None:
    """Even where a text became markup: no script, no picture, no frame, no form, no other base."""
    page = api.report(judged, tmp_path / "page.html")
    bad = (
        f"<base href=//{HOST}/><script>window.pwned=1</script><img src=https://{HOST}/a.png onerror=window.pwned=2>"
        f"<iframe src=https://{HOST}/></iframe><form id=f action=https://{HOST}/></form><a id=a href=b>b</a>"
    )
    html = page.read_text(encoding="utf-8")
    page.write_text(html.replace("<header>", bad + "<header>", 1), encoding="utf-8")
    tab = browser.new_page()
    refused: list[str] = []
    sent: list[str] = []
    tab.on("console", lambda message: refused.append(message.text))
    tab.context.on("response", lambda response: sent.append(response.url))
    tab.goto(page.as_uri())
    tab.evaluate("f.submit()")
    tab.wait_for_timeout(200)
    assert tab.evaluate("window.pwned") is None
    assert tab.evaluate("a.href").startswith("file:")
    assert {word for word in ("script", "image", "img-src", "frame", "base") if any(word in r for r in refused)}
    assert len(refused) >= 5, refused
    assert sent == [page.as_uri()]
    tab.close()


def test_pictures_are_xml_and_run_nothing(judged: Diagnosis, visit: Any, tmp_path: Path) -> None:
    page = api.report(judged, tmp_path / "page.svg")
    tree = ElementTree.parse(page)
    assert not [e for e in tree.iter() if e.tag.rpartition("}")[2] in ("script", "foreignObject", "image", "a")]
    for inner in re.findall(r"<svg.*?</svg>", api.report(judged, tmp_path / "s.html", static=True).read_text(), re.S):
        ElementTree.fromstring(inner)
    seen = visit(page)
    assert seen.tab.evaluate("window.pwned") is None
