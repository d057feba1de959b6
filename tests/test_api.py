"""read, diagnose, plot, report and smooth, on sample logs."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import curveread as cr
from curveread.errors import SeveralRunsError, UsageError
from curveread.run.roles import Role


@pytest.fixture(scope="module")
def run(samples: Path) -> cr.Run:
    return cr.read(samples / "overfitting")


@pytest.fixture(scope="module")
def dx(run: cr.Run) -> cr.Diagnosis:
    return cr.diagnose(run)


@pytest.fixture
def two_runs(samples: Path, tmp_path: Path) -> Path:
    for case in ("overfitting", "spike-recovers"):
        shutil.copytree(samples / case, tmp_path / case)
    return tmp_path


def test_read_takes_text_and_paths(samples: Path, run: cr.Run) -> None:
    again = cr.read(str(samples / "overfitting"))
    assert list(again.curves) == list(run.curves)
    for tag, curve in run.curves.items():
        np.testing.assert_array_equal(curve.value, again[tag].value)


def test_values_cannot_be_changed(run: cr.Run) -> None:
    with pytest.raises(ValueError, match="read-only"):
        run.of(Role.TRAIN_LOSS)[0].value[0] = 0.0


def test_several_runs_are_an_error_that_names_them(two_runs: Path) -> None:
    with pytest.raises(SeveralRunsError, match="2 runs are there") as caught:
        cr.read(two_runs)
    assert set(caught.value.names) == {r.name for r in cr.read_all(two_runs)}
    for name in caught.value.names:
        assert name in str(caught.value)
        assert cr.read(two_runs, run=name).name == name


def test_read_all_is_in_a_stable_order(two_runs: Path) -> None:
    names = [r.name for r in cr.read_all(two_runs)]
    assert names == [r.name for r in cr.read_all(two_runs)] == sorted(names)


def test_nothing_to_read_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(cr.ReadError) as caught:
        cr.read(tmp_path)
    assert str(tmp_path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_other_axes_are_refused(samples: Path) -> None:
    with pytest.raises(UsageError, match="x='tokens': "):
        cr.read(samples / "overfitting", x="tokens")


def test_diagnosis_shows_itself(dx: cr.Diagnosis) -> None:
    assert "<" in (dx._repr_html_() or "")
    assert "overfit" in dx.verdict.headline.lower() or "overfitting" in {f.rule for f in dx.findings}


def test_select_and_ignore(run: cr.Run, dx: cr.Diagnosis) -> None:
    alone = cr.diagnose(run, select=["overfitting"])
    assert {f.rule for f in alone.findings} == {"overfitting"}
    without = cr.diagnose(run, ignore=["overfitting"])
    assert "overfitting" not in {f.rule for f in without.findings} | {q.rule for q in without.quiet}
    with pytest.raises(UsageError, match="no-such-check"):
        cr.diagnose(run, select=["no-such-check"])


def test_plot_draws_the_same_findings(run: cr.Run, dx: cr.Diagnosis) -> None:
    figure = dx.plot()
    assert figure.axes
    assert cr.plot(run).axes
    assert len(cr.plot(run, dx, tags=[run.of(Role.TRAIN_LOSS)[0].tag]).axes) < len(figure.axes)


def test_plot_into_axes(run: cr.Run, dx: cr.Diagnosis) -> None:
    from matplotlib.figure import Figure

    figure = Figure()
    ax = figure.add_subplot()
    assert cr.plot(run, dx, ax=ax) is figure
    assert ax.lines


@pytest.mark.parametrize("suffix", ["html", "md", "json", "png", "pdf"])
def test_report_takes_a_run_or_a_diagnosis(run: cr.Run, dx: cr.Diagnosis, tmp_path: Path, suffix: str) -> None:
    path = cr.report(dx, tmp_path / f"r.{suffix}")
    assert path.stat().st_size > 500
    assert not [p for p in tmp_path.iterdir() if p.stem != "r"]


def test_report_of_an_unknown_format(dx: cr.Diagnosis, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="docx"):
        cr.report(dx, tmp_path / "r.docx")
    assert list(tmp_path.iterdir()) == []


class TestSmooth:
    def test_equals_the_definition(self, run: cr.Run) -> None:
        """TensorBoard's debiased average, as a loop."""
        curve = run.of(Role.TRAIN_LOSS)[0]
        last, expected = 0.0, []
        for n, y in enumerate(curve.value, start=1):
            last = 0.9 * last + 0.1 * y
            expected.append(last / (1 - 0.9**n))
        np.testing.assert_allclose(cr.smooth(curve, "ema", weight=0.9).value, expected, rtol=1e-12)

    def test_keeps_what_is_not_the_value(self, run: cr.Run) -> None:
        curve = run.of(Role.TRAIN_LOSS)[0]
        smoothed = cr.smooth(curve, "gaussian", sigma=3.0)
        np.testing.assert_array_equal(smoothed.step, curve.step)
        assert (smoothed.tag, smoothed.role) == (curve.tag, curve.role)

    @pytest.mark.parametrize(
        ("method", "options", "said"),
        [("spline", {}, "there are: ema"), ("ema", {"weight": 1.0}, "below 1"), ("ema", {"width": 3}, "width")],
    )
    def test_what_does_not_fit_is_told(self, run: cr.Run, method: str, options: dict[str, Any], said: str) -> None:
        with pytest.raises(UsageError, match=said):
            cr.smooth(run.of(Role.TRAIN_LOSS)[0], method, **options)
