"""Histograms, pictures and texts around the findings of a run, and in its report."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from tensorboard.compat.proto.summary_pb2 import HistogramProto, Summary

import curveread as cr
from curveread.findings.extras.beside import Picture, Spread
from curveread.readings.extras.beside import _more_than_scalars, _spread
from tests.conftest import SAMPLES, needed
from tests.support.curves import decay
from tests.support.event_files import event, scalar, tensor, write

needed("tbparse")


def _histogram(width: float) -> HistogramProto:
    return HistogramProto(
        min=-width, max=width, num=2, sum=0, sum_squares=2 * width**2, bucket_limit=[0, width], bucket=[1, 1]
    )


def _image(shade: float) -> Summary.Image:
    from matplotlib.image import imsave

    encoded = BytesIO()
    imsave(encoded, np.full((6, 8), shade), cmap="gray", vmin=0.0, vmax=1.0, format="png")
    return Summary.Image(height=6, width=8, colorspace=4, encoded_image_string=encoded.getvalue())


@pytest.fixture
def spiked(tmp_path: Path) -> Path:
    """A loss that diverges at step 600; the weights' spread grows tenfold there, the biases' does not."""
    loss = decay(1000)
    loss[600:] += np.linspace(0.5, 3.0, 400)
    events = [scalar("train/loss", i, float(v)) for i, v in enumerate(loss)]
    for i in range(0, 1000, 100):
        for tag, width in (("weights", 1.0 if i < 600 else 10.0), ("biases", 1.0)):
            events.append(event(i, Summary.Value(tag=tag, histo=_histogram(width))))
        events.append(event(i, tensor("sample", "text", dtype=7, string_val=[f"<b>text {i}".encode()])))
    events.append(event(0, tensor("args", "text", dtype=7, string_val=[b"a setting"])))
    folder = tmp_path / "spiked"
    folder.mkdir()
    write(folder, events)
    return folder


def test_what_changed_most_stands_first(spiked: Path) -> None:
    dx = cr.diagnose(cr.read(spiked))
    (finding,) = [f for f in dx.findings if f.rule == "divergence"]
    around = [b for b in dx.beside if b.rule == "divergence"]
    assert [b.tag for b in around] == ["weights", "biases", "sample"]
    onset = finding.first_step
    assert onset is not None
    before, after = around[0].before, around[0].after
    assert isinstance(before, Spread)
    assert isinstance(after, Spread)
    assert before.step < onset <= after.step
    assert (before.deviation, before.low, before.high) == (1.0, -1.0, 1.0)
    assert after.deviation == (10.0 if after.step >= 600 else 1.0)
    text = around[2].before
    assert isinstance(text, tuple)
    assert text[1] == f"<b>text {int(text[0])}"


def test_a_histogram_without_sums_counts_its_buckets() -> None:
    row = {"num": 4.0, "sum": np.nan, "sum_squares": np.nan, "min": -1.0, "max": 3.0}
    row |= {"limits": np.array([-1.0, 1.0, 3.0]), "counts": np.array([0.0, 2.0, 2.0])}
    assert _spread(row, 5.0) == Spread(5.0, 1.0, 1.0, -1.0, 3.0)


def test_the_places_are_those_of_the_axis(spiked: Path) -> None:
    by_step, by_time = (cr.diagnose(cr.read(spiked, x=x)) for x in ("step", "time"))
    assert [b.tag for b in by_step.beside] == [b.tag for b in by_time.beside]
    assert by_time.beside[0].first_step == by_time.findings[0].first_step


def test_the_report_shows_them(spiked: Path, tmp_path: Path) -> None:
    dx = cr.diagnose(cr.read(spiked))
    page = cr.report(dx, tmp_path / "report.html", static=True).read_text(encoding="utf-8")
    assert "Logged beside the findings" in page
    assert "weights" in page
    assert "&lt;b&gt;text" in page
    assert "<b>text" not in page
    assert "a setting" not in page
    assert "Logged beside the findings" in cr.report(dx, tmp_path / "report.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("case", ["overfitting", "divergence-learning-rate"])
def test_a_run_with_scalars_and_settings_alone_has_nothing_and_is_not_read_again(case: str) -> None:
    dx = cr.diagnose(cr.read(SAMPLES / case))
    assert dx.findings
    assert not _more_than_scalars(dx.run)
    assert dx.beside == ()


def test_a_file_that_is_gone_takes_no_report_with_it(spiked: Path) -> None:
    dx = cr.diagnose(cr.read(spiked))
    for file in spiked.iterdir():
        file.unlink()
    assert dx.beside == ()


def test_pictures_of_a_bearable_size_stand_on_the_page_and_as_words_elsewhere(tmp_path: Path) -> None:
    loss = decay(1000)
    loss[600:] += np.linspace(0.5, 3.0, 400)
    events = [scalar("train/loss", i, float(v)) for i, v in enumerate(loss)]
    huge = Summary.Image(height=1, width=1, colorspace=4, encoded_image_string=b"\x89PNG\r\n\x1a\n" + bytes(200_000))
    odd = Summary.Image(height=1, width=1, colorspace=4, encoded_image_string=b"<svg onload=alert(1)>")
    for i in range(0, 1000, 100):
        for tag, image in (("drawn", _image(i / 1000)), ("huge", huge), ("odd", odd)):
            events.append(event(i, Summary.Value(tag=tag, image=image)))
    write(tmp_path, events)
    dx = cr.diagnose(cr.read(tmp_path))
    around = [b for b in dx.beside if b.rule == "divergence"]
    assert [b.tag for b in around] == ["drawn"]
    before, after = around[0].before, around[0].after
    assert isinstance(before, Picture)
    assert isinstance(after, Picture)
    assert (before.kind, before.width, before.height) == ("png", 8, 6)
    assert before.step < (dx.findings[0].first_step or 0) <= after.step
    page = cr.report(dx, tmp_path / "out.html").read_text(encoding="utf-8")
    assert page.count('<img src="data:image/png;base64,') == 2
    assert "onload" not in page
    text = cr.report(dx, tmp_path / "out.md").read_text(encoding="utf-8")
    assert f"drawn at step {int(before.step):,}" in text
