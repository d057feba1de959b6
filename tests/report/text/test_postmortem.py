"""The postmortem: its outline, its words, and that log text stays text."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from curveread import api
from curveread.errors import UsageError
from curveread.findings.diagnosis import NotChecked
from curveread.impact import impact
from curveread.report.page.postmortem import postmortem_page
from curveread.report.text.postmortem import postmortem
from curveread.report.text.postmortem_text import postmortem_markdown
from curveread.run.roles import Role
from tests.report.handmade import diagnosis, finding, run_of, spiky

OUTLINE = [
    "Summary",
    "Impact",
    "Timeline",
    "What moved first",
    "Likely causes",
    "What went well",
    "Where we could have noticed",
    "Action items",
]
NASTY = "a|b `<script>alert(1)</script>` @all [x](http://y)"


def test_outline_of_an_incident() -> None:
    d = spiky()
    assert [s.heading for s in postmortem(d, impact(d.run, d))] == OUTLINE
    text = postmortem_markdown(d, impact(d.run, d), picture="my run.png")
    assert re.findall(r"^## (.*)$", text, re.M) == OUTLINE
    assert "![Charts of the run with numbered findings](<my%20run.png>)" in text
    assert "- [ ] Look at the batches of step 600." in text
    assert text.index(d.verdict.headline) < text.index("![")


def test_a_healthy_run_has_nothing_to_write_up() -> None:
    d = diagnosis(spiky().run, not_checked=(NotChecked("kl-blowup", "no kl among the curves"),))
    text = postmortem_markdown(d, impact(d.run, d))
    assert re.findall(r"^## (.*)$", text, re.M) == ["Summary"]
    assert "There is nothing to write up: 3 checks ran over steps 0–1,199" in text
    assert "kl-blowup" in text
    assert "<h2>Summary</h2>" in postmortem_page(d, impact(d.run, d))


def test_what_the_log_lacked_is_to_be_logged() -> None:
    lacking = (NotChecked("overfitting", "-", (Role.EVAL_LOSS,)), NotChecked("kl-blowup", "-", (Role.KL,)))
    either = NotChecked("underfitting", "-", (Role.GRAD_NORM, Role.LEARNING_RATE))
    d = replace(spiky(), not_checked=(*lacking, either))
    text = postmortem_markdown(d, impact(d.run, d))
    assert re.findall(r"Log the ([a-z ]+): a check", text) == ["eval loss"]


def test_log_text_stays_text() -> None:
    found = [finding("loss-spike", "error", 5, 9, tag=NASTY, message=f"{NASTY} jumped", advice=(NASTY,))]
    d = diagnosis(run_of({NASTY: (range(20), range(20))}, name=NASTY), found)
    after = impact(d.run, d, cost_per_hour=3)
    page = postmortem_page(d, after)
    out = MarkdownIt("commonmark").enable("table").render(postmortem_markdown(d, after))
    for text in (page, out):
        assert "<script" not in text
        assert 'href="' not in text
        assert "&lt;script&gt;" in text
    assert "@all" not in postmortem_markdown(d, after)
    assert out.count("<table>") == page.count("<table ") >= 3


def test_files(tmp_path: Path) -> None:
    d = spiky()
    assert api.postmortem(d, tmp_path / "a.md", cost_per_hour=2.5).exists()
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    assert "data:image/png;base64," in api.postmortem(d, tmp_path / "b.html").read_text()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.md", "a.png", "b.html"]
    with pytest.raises(UsageError, match=r"c\.pdf: pdf format; a postmortem can be md or html"):
        api.postmortem(d, tmp_path / "c.pdf")
