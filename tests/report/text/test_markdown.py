from __future__ import annotations

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from curveread.findings.diagnosis import Failed, NotChecked, Statement, TimelineEntry
from curveread.findings.finding import Evidence
from curveread.logtext import clean
from curveread.report.text.markdown import code, escape, markdown
from curveread.run.notes import DataNote, NoteKind
from tests.report.handmade import diagnosis, finding, run_of, spiky

RENDER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
NASTY = [
    "<script>alert(1)</script>",
    "**b** _i_ ~~s~~ `c`",
    "[x](http://y) ![z](w)",
    "| a | b |",
    "# h",
    "- l",
    "1. l",
    "> q",
    "&lt; &#64;",
    "\\",
    "---",
    "===",
]


def seen(markup: str) -> str:
    """Return the text that a reader sees."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", "", markup)).replace("\u2060", "").split())


@pytest.mark.parametrize("text", NASTY)
def test_escaped_text_reads_as_it_was(text: str) -> None:
    out = RENDER.render(escape(text))
    assert seen(out) == text
    assert re.findall(r"<(\w+)", out) == ["p"]


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=40))
def test_any_text_reads_as_it_was(text: str) -> None:
    shown = " ".join(clean(text).replace("\u2060", "").split())
    out = RENDER.render("x " + escape(text))
    assert seen(out) == f"x {shown}".strip()
    assert re.findall(r"<(\w+)", out) == ["p"]


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=40))
def test_any_text_as_code(text: str) -> None:
    shown = " ".join(clean(text).split())
    out = RENDER.render("x " + code(text, 1000))
    assert re.findall(r"<(\w+)", out) == ["p", "code"]
    assert seen(out) == f"x {shown}".strip()


def test_mentions_references_and_links_are_dead() -> None:
    assert "@everyone" not in escape("@everyone")
    assert "#12" not in escape("see #12")
    assert "://" not in escape("http://x.y").replace("://\u2060", "")


def test_the_report_holds_what_was_found() -> None:
    tag = "a|b `<script>`"
    found = [
        finding(
            "loss-spike",
            "error",
            5,
            9,
            tag=tag,
            message=f"{tag} jumped",
            evidence=(Evidence("height-x", "height | x", 1.9, "nats"),),
            advice=("do *this*",),
            also_explained_by=("luck",),
        ),
        finding("dense-eval", "info", None),
    ]
    run = run_of({tag: (range(20), range(20))}, notes=(DataNote(NoteKind.TRUNCATED, "a.log", "113 bytes <lost>"),))
    d = diagnosis(
        run,
        found,
        "It <b>jumped</b>",
        not_checked=(NotChecked("plateau", "too short"),),
        failed=(Failed("overfitting", "ZeroDivisionError"),),
    )
    out = RENDER.render(markdown(d, picture="my run.png"))
    text = seen(out)
    parts = (
        "It <b>jumped</b>",
        "1 error, 1 remark, 1 check failed",
        "1. Loss spike",
        f"{tag} jumped",
        "1.9 nats",
        "do *this*",
        "luck",
    )
    more = (
        "do *this*",
        "steps 5–9",
        "2. Dense eval",
        "113 bytes <lost>",
        "too short: plateau",
        "overfitting: ZeroDivisionError",
    )
    for part in (*parts, *more, "curveread report runs/run-7"):
        assert part in text, part
    assert 'src="my%20run.png"' in out
    assert "<script" not in out
    assert "<b>" not in out
    assert out.count("<table>") == 3


def test_readings_and_events_are_told_and_stay_text() -> None:
    nasty = "<script> | @all"
    events = [TimelineEntry(i, "eval", "an eval") for i in range(20)]
    d = diagnosis(
        spiky().run,
        statements=(Statement("gap", f"the gap grows {nasty}"),),
        timeline=(*events, TimelineEntry(9, "restart", nasty), TimelineEntry(99, "end", "the log ends")),
        accepted=(finding("plateau", "warning", 5, message=f"flat {nasty}"),),
    )
    text = markdown(d)
    seen_ = seen(RENDER.render(text))
    for part in (
        f"the gap grows {nasty}",
        f"0 eval an eval 9 restart {nasty} 19 eval an eval 99 end the log ends",
        f"plateau: flat {nasty}",
    ):
        assert part in seen_
    assert text.count("an eval") == 2
    assert "@all" not in text
    assert "<script" not in RENDER.render(text)


def test_a_healthy_run_is_calm() -> None:
    text = markdown(diagnosis(spiky().run))
    assert "ran and found nothing to report" in text
    assert "### " not in text
