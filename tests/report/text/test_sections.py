"""A section is one function, and then stands in every output."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import matplotlib as mpl
import numpy as np
import pytest

from curveread.cli.screen import Screen
from curveread.cli.terminal import print_diagnosis
from curveread.diagnose import diagnose
from curveread.findings.cause import Cause
from curveread.findings.diagnosis import Diagnosis, KeptCheckpoint, NotChecked, Statement, TimelineEntry
from curveread.findings.finding import Severity
from curveread.findings.forecast import Forecast, ForecastPoint
from curveread.impact import impact
from curveread.report.chart.chart import chart
from curveread.report.figure.pdf import pages
from curveread.report.page.html import page
from curveread.report.page.postmortem import postmortem_page
from curveread.report.text import sections as written
from curveread.report.text.document import Bullets, Code, Section, TextTable
from curveread.report.text.github import notices
from curveread.report.text.junit import junit
from curveread.report.text.markdown import markdown
from curveread.report.text.postmortem_text import postmortem_markdown
from curveread.run.notes import DataNote, NoteKind
from tests.report.handmade import diagnosis, run_of, spiky
from tests.support.curves import run_of as curves_of


def pdf_text(d: Diagnosis) -> str:
    papers = pages(d, chart(d), d.run.name)
    return " ".join(t.get_text() for p in papers for t in p.figure.findobj(mpl.text.Text))


def terminal(d: Diagnosis, capsys: pytest.CaptureFixture[str]) -> str:
    print_diagnosis(Screen(), d)
    return capsys.readouterr().out


OUTPUTS: dict[str, Callable[[Diagnosis], str]] = {
    "page": page,
    "Markdown": markdown,
    "PDF": pdf_text,
    "postmortem in Markdown": lambda d: postmortem_markdown(d, impact(d.run, d)),
    "postmortem as a page": lambda d: postmortem_page(d, impact(d.run, d)),
    "JUnit": lambda d: junit([d], Severity.ERROR, datetime(2026, 1, 1)),
    "GitHub": lambda d: "\n".join(notices(d)),
}


def seen(text: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", text)).split())


def test_a_section_is_one_function_and_stands_in_every_output(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(written, "_WRITTEN", [*written._WRITTEN])

    @written.section
    def weather(diagnosis: Diagnosis) -> Section:
        rows = ((Code("hall"), "21 °C"),)
        return Section(
            "Weather", (f"It rained on {diagnosis.run.name}.", Bullets(("wet",)), TextTable(("Room", "Air"), rows))
        )

    for name, write in OUTPUTS.items():
        text = seen(write(spiky()))
        for part in ("Weather", "It rained on run-7.", "wet", "hall", "21 °C"):
            assert part in text, (name, part)
    text = terminal(spiky(), capsys)
    for part in ("Weather:", "It rained on run-7.", "wet", "room: hall; air: 21 °C"):
        assert part in text


DATA = Cause(
    "bad-batch", "odd batches", 0.75, ("epoch 3 begins there",), ("no other batch",), "Look at them.", "Skip them."
)
MOON = Cause("data-order", "the moon", 0.1, check="Look up.", fix="Wait.")


def rich() -> Diagnosis:
    d = spiky()
    return diagnosis(
        d.run,
        (replace(d.findings[0], causes=(DATA, MOON)), *d.findings[1:]),
        statements=(Statement("gap", "The gap grew."),),
        forecast=Forecast("val/loss", (ForecastPoint(1500, 1.0, 1.25, 1.5, "nats"),), "the schedule ends there"),
        checkpoints=(KeptCheckpoint(900, "out/ckpt-900", True),),
        timeline=(TimelineEntry(0, "eval", "an eval"), TimelineEntry(1199, "end", "the log ends")),
        not_checked=(NotChecked("kl-blowup", "no kl among the curves"),),
    )


def test_what_happened_is_told_in_every_output(capsys: pytest.CaptureFixture[str]) -> None:
    for name, write in OUTPUTS.items():
        text = seen(write(rich()))
        for part in ("epoch 3 begins there", "no other batch", "Skip them.", "The gap grew."):
            assert part in text, (name, part)
    text = " ".join(terminal(rich(), capsys).split())
    assert "very likely (90 %) do this: Skip them. why: odd batches (75 %): epoch 3 begins there." in text
    assert "But: no other batch." in text
    assert "Other causes: the moon (10 %); unknown (15 %)." in text
    assert "The gap grew." in text


@pytest.mark.parametrize("name", ["page", "Markdown", "PDF"])
def test_documents_have_the_rest(name: str) -> None:
    text = seen(OUTPUTS[name](rich()))
    for part in ("If it had gone on", "1.25 nats", "the schedule ends there", "out/ckpt-900", "the log ends", "no kl"):
        assert part in text, part
    assert re.search(r"Step ?\|? ?Path ?\|? ?As good as the best", text)


def test_nothing_is_said_where_there_is_nothing_to_say() -> None:
    assert [s.heading for s in written.sections(diagnosis(run_of({})))] == ["Checked and quiet", "Read from"]
    only = diagnosis(spiky().run)
    assert "Likely causes" not in [s.heading for s in written.sections(only)]


def test_long_lists_say_how_much_is_left_out() -> None:
    kept = tuple(KeptCheckpoint(i, f"c{i}") for i in range(205))
    (section,) = [s for s in written.sections(diagnosis(spiky().run, checkpoints=kept)) if s.heading == "Checkpoints"]
    assert section.count == 205
    assert section.blocks[1] == "and 5 more checkpoints"


def test_a_data_note_names_its_file_and_not_its_kind() -> None:
    note = DataNote(NoteKind.SKIPPED, "progress.csv", "no numbers in 1 column: host")
    d = spiky()
    said = markdown(replace(d, run=replace(d.run, notes=(note, DataNote(NoteKind.MERGED, "", "2 logs of one run")))))
    assert "- `progress.csv`: no numbers in 1 column: host" in said
    assert "- 2 logs of one run" in said


def test_a_short_curve_is_told_once_with_what_each_check_asks_for() -> None:
    dx = diagnose(curves_of(train_loss=np.linspace(3.0, 2.0, 25)))
    (section,) = [s for s in written.sections(dx) if s.heading == "Not checked"]
    (short,) = [i for i in section.blocks[0].items if "25 usable points" in i.name]
    assert short.name == "the train loss has 25 usable points, too few for"
    assert "plateau (at least 30), " in short.text
    assert section.count == len(dx.not_checked)
