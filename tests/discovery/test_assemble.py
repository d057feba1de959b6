"""A run put together from its files: what is known of one that logged little."""

from __future__ import annotations

from pathlib import Path

import curveread as cr


def test_a_run_of_system_curves_alone_spans_no_steps(tmp_path: Path) -> None:
    rows = "".join(f"{10 * i},{50 + i}\n" for i in range(1, 20))
    (tmp_path / "log.csv").write_text("step,system/gpu\n" + rows)
    run = cr.read(tmp_path)
    assert list(run.curves) == ["system/gpu"]
    (attempt,) = run.attempts
    assert (attempt.first_step, attempt.last_step) == (0, 0)
    (tmp_path / "log.csv").write_text("step,loss\n" + rows)
    (attempt,) = cr.read(tmp_path).attempts
    assert (attempt.first_step, attempt.last_step) == (10, 190)


def test_the_logs_of_one_run_are_counted_by_their_format(samples: Path) -> None:
    (said,) = (n.message for n in cr.read(samples / "nan-loss").notes if not n.source)
    assert said == "3 logs of one run: wandb, 2 wandb-history"
