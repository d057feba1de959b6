"""restart: harmless and harmful ones, whether the learning rate went on, and what there is to advise."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import curveread as cr
from curveread.diagnose import diagnose
from curveread.findings.finding import Finding, Severity
from curveread.run.model import Attempt, Curve, Run
from tests.support.curves import decay
from tests.support.event_files import scalar, write
from tests.support.verdicts import found


def resumed_run(folder: Path, rate: np.ndarray, resumed: np.ndarray, *, stop: int = 800, back: int = 700) -> Finding:
    """Write two attempts of a run (the second from ``back`` on, under ``resumed``) into a CSV, and diagnose it."""
    loss = decay(1300)
    rows = [f"{i},{loss[i]:.6g},{rate[i]:.6g}" for i in range(stop)]
    rows += [f"{i},{loss[i]:.6g},{resumed[i]:.6g}" for i in range(back, 1300)]
    (folder / "log.csv").write_text("step,loss,lr\n" + "\n".join(rows) + "\n")
    (finding,) = (f for f in cr.diagnose(cr.read(folder)).findings if f.rule == "restart")
    return finding


COSINE = 1e-3 * 0.5 * (1 + np.cos(np.pi * np.arange(1300) / 1300)) + 1e-5


def test_a_schedule_that_went_on_is_not_mentioned(tmp_path: Path) -> None:
    finding = resumed_run(tmp_path, COSINE, COSINE)
    assert "learning rate" not in str(finding.message)
    assert finding.get("learning-rate-after") is None
    assert finding.advice == ("Save checkpoints more often: 100 steps had to be computed again.",)


def test_a_run_that_began_anew_is_not_told_to_save_more_often(tmp_path: Path) -> None:
    finding = resumed_run(tmp_path, COSINE, COSINE, stop=300, back=0)
    assert (finding.first_step, finding.get("steps-computed-again")) == (0, 300)
    assert not any("checkpoints" in advice for advice in finding.advice)


def test_a_schedule_that_began_again_is(tmp_path: Path) -> None:
    warm = np.minimum(1.0, (np.arange(1300) - 690.0) / 100.0) * 1e-3
    finding = resumed_run(tmp_path, COSINE, warm)
    assert str(finding.message).endswith("; the loss went on where it was; the learning rate went from 4.5e−4 to 1e−4")
    assert finding.get("learning-rate-after") == pytest.approx(1e-4)


def test_a_counter_that_began_again_is_compared_with_the_last_rate(tmp_path: Path) -> None:
    loss = decay(1300)
    rows = [f"{i},{loss[i]:.6g},{COSINE[i]:.6g}" for i in range(700)]
    rows += [f"{i - 700},{loss[i]:.6g},{COSINE[i]:.6g}" for i in range(700, 1300)]
    (tmp_path / "log.csv").write_text("step,loss,lr\n" + "\n".join(rows) + "\n")
    (finding,) = (f for f in cr.diagnose(cr.read(tmp_path)).findings if f.rule == "restart")
    assert "learning rate" not in str(finding.message)


def test_nothing_is_advised_where_nothing_was_computed_twice(tmp_path: Path) -> None:
    loss = decay(1300)
    write(tmp_path, [scalar("loss", i, float(loss[i])) for i in range(700)], "events.out.tfevents.1700000000.h.1.0")
    later = [scalar("loss", i, float(loss[i]), wall=1.7e9 + 90_000 + i) for i in range(700, 1300)]
    write(tmp_path, later, "events.out.tfevents.1700090000.h.2.0")
    (finding,) = (f for f in cr.diagnose(cr.read(tmp_path)).findings if f.rule == "restart")
    assert finding.advice == ()


def attempts(second: np.ndarray, first_step: int = 600) -> Run:
    old = Curve("loss", np.arange(800), decay(1500)[:800], 1e9 + np.arange(800.0))
    new = Curve("loss", np.arange(first_step, first_step + second.size), second, 2e9 + np.arange(second.size * 1.0))
    gone = {"loss": old.take(old.step >= first_step)}
    stitched = Curve("loss", np.r_[old.step[:first_step], new.step], np.r_[old.value[:first_step], new.value])
    return Run(
        "r", "r", {"loss": stitched},
        attempts=(
            Attempt(0, 799, {"loss": old}, gone, 1e9, "a"),
            Attempt(first_step, int(new.step[-1]), {"loss": new}, {}, 2e9, "b"),
        ),
    )  # fmt: skip


def test_harmless() -> None:
    (f,) = found(attempts(decay(1500)[600:]), "restart")
    assert f.severity is Severity.INFO
    assert (f.first_step, f.last_step) == (600, 799)
    assert f.get("superseded-points") == 200
    assert "went on where it was" in str(f.message)


def test_harmful() -> None:
    (f,) = found(attempts(decay(1500)[600:] * 1.3), "restart")
    assert f.severity is Severity.WARNING


def test_a_new_training_in_the_same_folder() -> None:
    (f,) = found(attempts(decay(1500), first_step=0), "restart")
    assert "a new training in the same folder" in str(f.message)


@pytest.mark.parametrize("lacking", [0, 1])
def test_without_the_loss_in_both_attempts_it_is_told_but_not_judged(lacking: int) -> None:
    run = attempts(decay(1500)[600:] * 1.3)
    parts = list(run.attempts)
    parts[lacking] = replace(parts[lacking], curves={"lr": Curve("lr", np.arange(3), np.full(3, 1e-3))})
    dx = diagnose(replace(run, attempts=tuple(parts)))
    assert dx.failed == ()
    (f,) = (f for f in dx.findings if f.rule == "restart")
    assert f.severity is Severity.INFO
    assert f.get("training-loss-before") is None


def test_a_counter_that_began_again_proves_no_weights(tmp_path: Path) -> None:
    loss = 10.0 * decay(700)
    anew = 0.8 * loss  # neither where the first training began nor where it ended
    rows = [f"{i},{v:.6g}" for i, v in enumerate(loss)] + [f"{i},{v:.6g}" for i, v in enumerate(anew)]
    (tmp_path / "log.csv").write_text("step,loss\n" + "\n".join(rows) + "\n")
    (finding,) = (f for f in cr.diagnose(cr.read(tmp_path)).findings if f.rule == "restart")
    assert str(finding.message) == "the counter began again at step 0, after it had reached step 699"
    assert "weights" not in str(finding.message)


def test_weights_that_were_taken_over_are_told(tmp_path: Path) -> None:
    loss = decay(1300)
    rows = [f"{i},{loss[i]:.6g}" for i in range(700)] + [f"{i - 700},{loss[i]:.6g}" for i in range(700, 1300)]
    (tmp_path / "log.csv").write_text("step,loss\n" + "\n".join(rows) + "\n")
    (finding,) = (f for f in cr.diagnose(cr.read(tmp_path)).findings if f.rule == "restart")
    assert str(finding.message).endswith("the weights were those of before")


def test_an_evaluation_that_closes_the_log_is_no_restart(tmp_path: Path) -> None:
    rows = [{"current_steps": 10 * i, "loss": 1.0 / i, "eval_loss": None} for i in range(1, 36)]
    rows += [{"current_steps": s, "loss": None, "eval_loss": 0.05} for s in (250, 351, 2)]
    rows = sorted(rows[:-1], key=lambda r: float(str(r["current_steps"]))) + rows[-1:]
    (tmp_path / "trainer_log.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows))
    run = cr.read(tmp_path)
    assert not [f for f in cr.diagnose(run).findings if f.rule == "restart"]
    assert [int(s) for s in run["eval_loss"].step] == [250, 351]
    assert any("after the training" in n.message for n in run.notes)


def test_a_counter_of_epochs_that_began_again_is_no_step_counter(tmp_path: Path) -> None:
    loss = decay(30)
    rows = [f"{i + 1},{v:.6g}" for part in (loss[:10], loss) for i, v in enumerate(part)]
    (tmp_path / "log.csv").write_text("epoch,loss\n" + "\n".join(rows))
    (finding,) = (f for f in cr.diagnose(cr.read(tmp_path)).findings if f.rule == "restart")
    assert str(finding.message).startswith("the counter began again at epoch 1, after it had reached epoch 10")


def test_steps_between_two_logged_ones_were_computed_again_too() -> None:
    step = np.arange(10, 1010, 10)
    old = {"loss": Curve("loss", step[:50], decay(100)[:50])}
    new = {"loss": Curve("loss", step, decay(100))}
    parts = (Attempt(10, 500, old, old), Attempt(10, 1000, new))
    (f,) = found(Run("r", "r", new, attempts=parts), "restart")
    assert f.get("steps-computed-again") == 500
